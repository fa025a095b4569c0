import { equals } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { azRest } from "../azRest";
import { presenceAt } from "./graphPresence";
import { eligibilitySchedules } from "./eligibilitySchedules";
import type { HeldGrant, KindCalls, KindTenant, ObjectIdentity, Presence, AccessPrincipal } from "./kindCalls";

export const eligibility: KindCalls = {
  presence: eligibilityPresence,
  search: notApplicable("found with the principal that has it"),
  held: eligibilities,
};

interface EligibilitySchedule {
  readonly id: string;
  readonly groupId: string;
  readonly accessId: string;
  readonly principalId: string;
}

const root = "/v1.0/identityGovernance/privilegedAccess/group";

/** Eligible members and owners of a group. */
export function groupEligibilities(tenant: KindTenant, groupId: string): Promise<readonly EligibilitySchedule[]> {
  return eligibilitySchedules(tenant, `${root}/eligibilitySchedules?$filter=${equals("groupId", groupId)}`);
}

/** The stack's eligible members of a group are one resource: none of them is left, or some are. */
async function eligibilityPresence(tenant: KindTenant, { ownerId = "" }: ObjectIdentity): Promise<Presence> {
  if ((await presenceAt(tenant.graph, `/v1.0/groups/${ownerId}`)).state === "notFound") return { state: "notFound" };
  const schedules = await groupEligibilities(tenant, ownerId);
  return { state: schedules.length > 0 ? "found" : "notFound" };
}

/** Memberships and ownerships of groups that the principal may activate. */
async function eligibilities(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type === "servicePrincipal") return [];
  const path = `${root}/eligibilitySchedules?$filter=${equals("principalId", id)}`;
  return (await eligibilitySchedules<EligibilitySchedule>(tenant, path)).map((schedule) => ({
    kind: "eligibility",
    name: "eligibility",
    id: schedule.id,
    what: `an eligible ${schedule.accessId === "owner" ? "ownership" : "membership"} of the group ${schedule.groupId}`,
    within: schedule.groupId,
    step: eligibilityEnd(tenant, schedule),
  }));
}

/** The command that ends an eligibility. */
export function eligibilityEnd(
  { graphUrl }: KindTenant,
  { accessId, groupId, principalId }: EligibilitySchedule,
): string {
  return azRest("POST", `${graphUrl}${root}/eligibilityScheduleRequests`, {
    ...{ action: "adminRemove", accessId, groupId, principalId },
  });
}
