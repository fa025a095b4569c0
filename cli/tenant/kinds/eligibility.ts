import {
  graphGroups,
  groupEligibilityRequestsPath,
  listGroupEligibilities,
  type GroupEligibility,
} from "@defender-mssp/microsoft";
import { azRest } from "../azRest";
import { presenceAt } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, ObjectIdentity, Presence, AccessPrincipal } from "./kindCalls";

export const eligibility = {
  presence: eligibilityPresence,
  held: eligibilities,
} satisfies KindCalls;

/** The stack's eligible members of a group are one resource: none of them is left, or some are. */
async function eligibilityPresence(tenant: KindTenant, { ownerId = "" }: ObjectIdentity): Promise<Presence> {
  if ((await presenceAt(tenant.graph, graphGroups.item(ownerId))).state === "notFound") return { state: "notFound" };
  const schedules = await listGroupEligibilities(tenant.graph, "groupId", ownerId);
  return { state: schedules.length > 0 ? "found" : "notFound" };
}

/** Memberships and ownerships of groups that the principal may activate. */
async function eligibilities(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type === "servicePrincipal") return [];
  return (await listGroupEligibilities(tenant.graph, "principalId", id)).map((schedule) => ({
    kind: "eligibility",
    name: "eligibility",
    id: schedule.id,
    what: `an eligible ${schedule.accessId === "owner" ? "ownership" : "membership"} of the group ${schedule.groupId}`,
    within: schedule.groupId,
    step: eligibilityEnd(tenant, schedule),
  }));
}

/** The command that ends an eligibility. */
export function eligibilityEnd({ graphUrl }: KindTenant, { accessId, groupId, principalId }: GroupEligibility): string {
  return azRest("POST", `${graphUrl}${groupEligibilityRequestsPath}`, {
    action: "adminRemove",
    accessId,
    groupId,
    principalId,
  });
}
