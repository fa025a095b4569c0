import { equals } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { azRest } from "../additions/addition";
import { presenceAt } from "./graphPresence";
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

/** The stack's eligible members of a group are one resource: none of them is left, or some are. */
async function eligibilityPresence({ graph, list }: KindTenant, { ownerId = "" }: ObjectIdentity): Promise<Presence> {
  if ((await presenceAt(graph, `/v1.0/groups/${ownerId}`)).state === "notFound") return { state: "notFound" };
  const schedules = await list<EligibilitySchedule>(
    `${root}/eligibilitySchedules?$filter=${equals("groupId", ownerId)}`,
  );
  return { state: schedules.length > 0 ? "found" : "notFound" };
}

/** Memberships and ownerships of groups that the principal may activate. */
async function eligibilities(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type === "servicePrincipal") return [];
  const path = `${root}/eligibilitySchedules?$filter=${equals("principalId", id)}`;
  return (await tenant.list<EligibilitySchedule>(path)).map(({ id: schedule, groupId, accessId }) => ({
    kind: "eligibility",
    id: schedule,
    what: `an eligible ${accessId === "owner" ? "ownership" : "membership"} of the group ${groupId}`,
    step: azRest("POST", `${tenant.graphUrl}${root}/eligibilityScheduleRequests`, {
      ...{ action: "adminRemove", accessId, groupId, principalId: id },
    }),
  }));
}
