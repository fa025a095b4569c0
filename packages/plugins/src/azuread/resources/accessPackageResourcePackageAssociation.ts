/**
 * https://www.pulumi.com/registry/packages/azuread/api-docs/accesspackageresourcepackageassociation/
 */
import { isUuid } from "@defender-mssp/microsoft";
import { valueText } from "../../protocol/values";
import { string, type ResourceProperties } from "../../schema/property";
import { notEmpty, oneOf, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { catalogAssociationId, catalogResources, entitlementBase } from "../entitlements";
import type { GraphOperation, GraphEntity } from "../graph";
import { objectsAt, required, textAt } from "../mapping";
import type { AzureadResource } from "../types";

const base = `${entitlementBase}/accessPackages`;

const properties: ResourceProperties = {
  accessPackageId: string("required", { forceNew: true, check: uuid }),
  catalogResourceAssociationId: string("required", { forceNew: true, check: notEmpty }),
  accessType: string("optional", { forceNew: true, default: "Member", check: oneOf("Member", "Owner") }),
};

export const accessPackageResourcePackageAssociation: AzureadResource = {
  name: "AccessPackageResourcePackageAssociation",
  terraform: "azuread_access_package_resource_package_association",
  properties,
  minutes: { create: 5, read: 5, delete: 5 },
  importId: (value) => problemOf(valueText(value)),
  async create(plan, call, created) {
    const association = plan.text("catalogResourceAssociationId");
    const parsed = catalogAssociationId(association);
    if ("problem" in parsed) {
      throw new Error(`Invalid catalog_resource_association_id: "${association}": ${parsed.problem}`);
    }
    const accessPackage = plan.text("accessPackageId");
    const accessType = plan.text("accessType");
    const [resource] = (await catalogResources(call, parsed.catalog, `originId eq '${parsed.origin}'`)) ?? [];
    if (resource === undefined) {
      throw new Error(`Retrieving Access Package Resources for catalog ${parsed.catalog}: no matching resource found`);
    }
    const path = `${base}/${accessPackage}/accessPackageResourceRoleScopes`;
    const made = await call.post(path, roleScopeBody(resource, parsed.origin, accessType), "beta");
    const id = required(made.id, "ID of the new access package resource role scope");
    await call.poll(
      `creation of Identity Governance Entitlement Management Access Package Access Package Resource Role Scope (Access Package: "${accessPackage}"\n` +
        `Access Package Resource Role Scope: "${id}")`,
      async () => {
        const found = await packageWithScopes(call, accessPackage);
        return found !== undefined && scopeIn(found, id) !== undefined;
      },
    );
    created(`${accessPackage}/${id}/${parsed.origin}/${accessType}`);
  },
  async read(id, call) {
    const { accessPackage, scope, origin, accessType } = parts(id);
    const found = await packageWithScopes(call, accessPackage);
    // The official plugin takes a missing package for an error (identitygovernance.go of 3.8.0), not for a missing resource.
    if (found === undefined)
      throw new Error(
        `Retrieving Access Package Access Package Resource Role Scope (Access Package: "${accessPackage}"\n` +
          `Access Package Resource Role Scope: "${scope}"): unexpected status 404 (404 Not Found)`,
      );
    if (scopeIn(found, scope) === undefined) return undefined;
    const { catalogId } = (await call.get(`${base}/${accessPackage}`, "beta")) as { catalogId?: string };
    return {
      accessPackageId: accessPackage,
      accessType,
      catalogResourceAssociationId: `${catalogId ?? ""}/${origin}`,
    };
  },
  async delete(id, call) {
    const { accessPackage, scope } = parts(id);
    await call.delete(`${base}/${accessPackage}/accessPackageResourceRoleScopes/${scope}`, "beta");
  },
};

function roleScopeBody(resource: GraphEntity, originId: string, accessType: string): object {
  const originSystem = textAt(resource, "originSystem");
  return {
    "@odata.type": odataType("accessPackageResourceRoleScopes"),
    accessPackageResourceRole: {
      "@odata.type": odataType("accessPackageResourceRoles"),
      accessPackageResource: {
        "@odata.type": odataType("accessPackageResources"),
        id: resource.id,
        originId: textAt(resource, "originId"),
        resourceType: textAt(resource, "resourceType"),
      },
      displayName: accessType,
      originId: `${accessType}_${originId}`,
      originSystem,
    },
    accessPackageResourceScope: {
      "@odata.type": odataType("accessPackageResourceScopes"),
      originId,
      originSystem,
    },
  };
}

/** Graph returns the scopes only inside their access package. */
function packageWithScopes(call: GraphOperation, accessPackage: string): Promise<GraphEntity | undefined> {
  const expand = "accessPackageResourceRoleScopes($expand=accessPackageResourceRole,accessPackageResourceScope)";
  return call.find(`${base}/${accessPackage}?$expand=${encodeURIComponent(expand)}`, "beta");
}

function scopeIn(found: GraphEntity, id: string): GraphEntity | undefined {
  return objectsAt(found, "accessPackageResourceRoleScopes").find((one) => one.id === id);
}

function parts(id: string): { accessPackage: string; scope: string; origin: string; accessType: string } {
  const [accessPackage = "", scope = "", origin = "", accessType = ""] = id.split("/");
  return { accessPackage, scope, origin, accessType };
}

function problemOf(id: string): string | undefined {
  const segments = id.split("/");
  if (segments.length !== 4) {
    const format = "{accessPackageId}/{resourcePackageAssociationId}/{originId}/{accessType}";
    return `ID should be in the format ${format} - but got "${id}"`;
  }
  const wrong = [0, 2].find((index) => !isUuid(segments[index] ?? ""));
  return wrong === undefined
    ? undefined
    : `specified ID segment #${wrong} ("${segments[wrong] ?? ""}") is not a valid UUID`;
}
