/** What a stack has in the customer's tenant before it is destroyed, by its state. */
import { lastSegment } from "@defender-mssp/microsoft";
import { z } from "zod";
import type { Deployed, DeployedObject } from "../../tenant/additions/deployed";
import { azureNativePrefix, azuread, dynamicTypePrefix } from "../../../domain/resourceTypes";

/** How the removal of an object is proved. */
const proofs = [
  "application",
  "servicePrincipal",
  "group",
  "user",
  "accessPackage",
  "accessPackageCatalog",
  "assignmentPolicy",
  "connectedOrganization",
  "accessPartner",
  "accessPolicy",
  "directoryRoleAssignment",
  "defenderRole",
  "defenderRoleAssignment",
  "notificationRule",
  "siemAuthorization",
  "azure",
] as const;

export type Proof = (typeof proofs)[number];

export const itemShape = z.object({
  proof: z.enum(proofs),
  /** Such as `group`. */
  kind: z.string(),
  name: z.string(),
  /** Object ID in the tenant, resource ID in Azure, or the name of a notification rule. */
  id: z.string(),
  /** It was there before the stack, which leaves it. */
  adopted: z.boolean(),
  /** A person made it in the portal, where no API removes it. */
  byHand: z.boolean(),
});
export type Item = z.infer<typeof itemShape>;

export interface Inventory {
  readonly items: readonly Item[];
  /** Parts of these objects, which are deleted with them, such as secrets: number by kind. */
  readonly parts: Readonly<Record<string, number>>;
}

const types: Readonly<Record<string, readonly [Proof, string]>> = {
  [azuread("Application")]: ["application", "application"],
  [azuread("ApplicationRegistration")]: ["application", "application"],
  [azuread("ServicePrincipal")]: ["servicePrincipal", "service principal"],
  MsspServicePrincipal: ["servicePrincipal", "service principal"],
  [azuread("Group")]: ["group", "group"],
  Guest: ["user", "guest"],
  [azuread("AccessPackage")]: ["accessPackage", "access package"],
  [azuread("AccessPackageCatalog")]: ["accessPackageCatalog", "access package catalog"],
  [azuread("AccessPackageAssignmentPolicy")]: ["assignmentPolicy", "assignment policy"],
  ConnectedOrganization: ["connectedOrganization", "connected organization"],
  CrossTenantPartner: ["accessPartner", "partner of the cross-tenant access policy"],
  [azuread("ConditionalAccessPolicy")]: ["accessPolicy", "Conditional Access policy"],
  [azuread("DirectoryRoleAssignment")]: ["directoryRoleAssignment", "directory role assignment"],
  DefenderRoleDefinition: ["defenderRole", "Defender role"],
  DefenderRoleAssignment: ["defenderRoleAssignment", "Defender role assignment"],
  AlertNotificationRule: ["notificationRule", "notification rule"],
  DefenderSiemAuthorization: ["siemAuthorization", "SIEM authorization"],
};

/** Resources that are in the state only: nothing of them is in a tenant. */
const inStateOnly = /^(pulumi:|random:)|:(StackIdentity|PortalAccessModel|CrossTenantPartnerEntry)$/;

export function inventoryOf({ resources }: Pick<Deployed, "resources">): Inventory {
  const items: Item[] = [];
  const parts: Record<string, number> = {};
  for (const resource of resources) {
    const { type, id, objectId } = resource;
    if (id === "" || inStateOnly.test(type)) continue;
    const [proof, kind] = typeOf(type);
    if (proof === undefined) parts[kind] = (parts[kind] ?? 0) + 1;
    else {
      const named = proof === "azure" ? id : proof === "notificationRule" ? lastPart(id) : objectId;
      items.push({
        proof,
        kind,
        name: proof === "azure" ? lastSegment(id) : nameOf(resource, named),
        id: named,
        ...ownership(resource),
      });
    }
  }
  return { items, parts };
}

/** Both, each object once: an interrupted destroy has taken objects out of the state. */
export function joined(before: Inventory, now: Inventory): Inventory {
  const known = new Set(before.items.map(({ proof, id }) => `${proof} ${id}`));
  const parts = { ...now.parts };
  for (const [kind, count] of Object.entries(before.parts)) parts[kind] = Math.max(count, parts[kind] ?? 0);
  return { items: [...before.items, ...now.items.filter(({ proof, id }) => !known.has(`${proof} ${id}`))], parts };
}

function typeOf(type: string): readonly [Proof | undefined, string] {
  if (type.startsWith(azureNativePrefix)) return ["azure", `Azure resource ${type.slice(azureNativePrefix.length)}`];
  const known = types[type.startsWith(dynamicTypePrefix) ? type.slice(dynamicTypePrefix.length) : type];
  return known ?? [undefined, type.split(":").at(-1) ?? type];
}

function nameOf({ inputs, outputs }: DeployedObject, id: string): string {
  const candidates = [inputs["email"], outputs["displayName"], inputs["displayName"], inputs["name"]];
  return (candidates.find((one) => typeof one === "string" && one !== "") as string | undefined) ?? id;
}

function ownership({ outputs }: DeployedObject): Pick<Item, "adopted" | "byHand"> {
  return {
    adopted: outputs["adopted"] === true,
    byHand: outputs["mode"] === "manual" || outputs["status"] === "manual",
  };
}

/** A rule's name may have slashes. */
function lastPart(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}
