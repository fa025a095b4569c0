import { graphPrincipals, groupMemberPath } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { deletionStep } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";

export const membership: KindCalls = {
  presence: notApplicable("it is a property of the group"),
  search: notApplicable("found with the principal that has it"),
  held: memberships,
};

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
