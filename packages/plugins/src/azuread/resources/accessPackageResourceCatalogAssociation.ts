/**
 * https://www.pulumi.com/registry/packages/azuread/api-docs/accesspackageresourcecatalogassociation/
 */
import { valueText } from "../../protocol/values";
import { string, type ResourceProperties } from "../../schema/property";
import { notEmpty, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { catalogAssociationId, catalogResources, entitlementBase } from "../entitlements";
import type { GraphOperation } from "../graph";
import { textAt } from "../mapping";
import type { AzureadResource } from "../types";

const properties: ResourceProperties = {
  catalogId: string("required", { forceNew: true, check: uuid }),
  resourceOriginId: string("required", { forceNew: true, check: notEmpty }),
  resourceOriginSystem: string("required", { forceNew: true, check: notEmpty }),
};

export const accessPackageResourceCatalogAssociation: AzureadResource = {
  name: "AccessPackageResourceCatalogAssociation",
  terraform: "azuread_access_package_resource_catalog_association",
  properties,
  minutes: { create: 5, read: 5, delete: 5 },
  importId: (value) => {
    const parsed = catalogAssociationId(valueText(value));
    return "problem" in parsed ? parsed.problem : undefined;
  },
  async create(plan, call, created) {
    const catalog = plan.text("catalogId");
    const origin = plan.text("resourceOriginId");
    await call.get(`${entitlementBase}/accessPackageCatalogs/${catalog}`, "beta");
    const existing = await catalogResources(call, catalog, `originId eq '${origin}'`);
    if (existing !== undefined && existing.length > 0) {
      throw new Error(
        // The official plugin's message, including its wrong ID.
        `A resource with the ID "${origin}/${origin}" already exists - to be managed via Terraform this resource needs to be imported into ` +
          'the State. Please see the resource documentation for "azuread_access_package_resource_catalog_association" for more information.',
      );
    }
    await request(call, "AdminAdd", { catalog, origin, system: plan.text("resourceOriginSystem") });
    await call.poll(
      `processing of Access Package Resource Request (Catalog ID: "${catalog}" / Origin ID: "${origin}")`,
      async () => Boolean((await catalogResources(call, catalog, `startswith(originId, '${origin}')`))?.length),
    );
    created(`${catalog}/${origin}`);
  },
  async read(id, call) {
    const parsed = catalogAssociationId(id);
    if ("problem" in parsed) return undefined;
    const found = await catalogResources(call, parsed.catalog, `originId eq '${parsed.origin}'`);
    // The official plugin takes a missing catalog for an error, not for a missing resource.
    if (found === undefined)
      throw new Error("Retrieving Access Package Resource Catalog Association: unexpected status 404 (404 Not Found)");
    const [resource] = found;
    if (resource === undefined) return undefined;
    return {
      catalogId: parsed.catalog,
      resourceOriginId: parsed.origin,
      resourceOriginSystem: textAt(resource, "originSystem"),
    };
  },
  async delete(id, call) {
    const parsed = catalogAssociationId(id);
    if ("problem" in parsed) throw new Error(parsed.problem);
    const { catalog, origin } = parsed;
    const [resource] = (await catalogResources(call, catalog, `originId eq '${origin}'`)) ?? [];
    if (resource === undefined) {
      throw new Error("Retrieving Access Package Resource Catalog Association: model was nil");
    }
    await request(call, "AdminRemove", { catalog, origin, system: textAt(resource, "originSystem") });
  },
};

async function request(
  call: GraphOperation,
  requestType: "AdminAdd" | "AdminRemove",
  { catalog, origin, system }: { catalog: string; origin: string; system: string },
): Promise<void> {
  const body = {
    "@odata.type": odataType("accessPackageResourceRequests"),
    accessPackageResource: {
      "@odata.type": odataType("accessPackageResources"),
      originId: origin,
      originSystem: system,
    },
    catalogId: catalog,
    executeImmediately: true,
    requestType,
  };
  await call.post(`${entitlementBase}/accessPackageResourceRequests`, body, "beta");
}
