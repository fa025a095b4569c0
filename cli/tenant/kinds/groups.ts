import { graphGroups, graphPrincipals, groupMemberPath } from "@defender-mssp/microsoft";
import { deletionStep, restorablePresence } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const group = {
  presence: restorablePresence(graphGroups.path),
  search: markedObjects({
    kind: "group",
    collection: graphGroups.path,
    principal: "group",
    read: ({ list }) => list(`${graphGroups.path}?$select=id,displayName,description,createdDateTime&$top=999`),
  }),
} satisfies KindCalls;

export const membership = {
  held: memberships,
} satisfies KindCalls;

interface DirectoryObject {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly displayName?: string | null;
  readonly groupTypes?: readonly string[];
}

/** Groups that the principal is a direct member of. Directory roles are a kind of their own. */
async function memberships(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  const path = `${graphPrincipals[type].item(id)}/memberOf`;
  return (await tenant.list<DirectoryObject>(path))
    .filter((object) => object["@odata.type"] === "#microsoft.graph.group")
    .map((group) => ({
      kind: "membership",
      name: "membership",
      id: group.id,
      what: `a membership of the group "${group.displayName ?? group.id}"`,
      within: group.id,
      ...(group.groupTypes?.includes("DynamicMembership") === true ? { byRule: true } : {}),
      step: deletionStep(tenant, groupMemberPath(group.id, id)),
    }));
}
