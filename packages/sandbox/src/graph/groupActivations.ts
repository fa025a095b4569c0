/**
 * Activated memberships of groups: who has one, and when it ends. Privileged Identity Management
 * puts the person among the group's members and takes them out again, by itself.
 */
import type { Cloud, StoredObject, Tenant } from "../cloud/model";
import { linked, removeLink } from "./directory";
import { innerOf, textIn, jsonText } from "./json";

export const activations = "assignmentSchedules";
export const activationRequests = "assignmentScheduleRequests";
/** The relation of each kind of activation. */
const links = { member: "groups.members", owner: "groups.owners" } as const;

export function linkOf(accessId: string): string {
  return accessId === "owner" ? links.owner : links.member;
}

/** The end of a schedule; undefined without one. */
export function endOfSchedule(schedule: StoredObject): string | undefined {
  return textIn(innerOf(innerOf(schedule["scheduleInfo"], "expiration"), "endDateTime"));
}

/** The activation of a membership that has not ended; undefined without one. */
export function activationOf(tenant: Tenant, wanted: Readonly<Record<string, unknown>>): StoredObject | undefined {
  const found = [...tenant.objects(activations).values()].find((one) =>
    ["groupId", "principalId", "accessId"].every((key) => one[key] === wanted[key]),
  );
  // Somebody has taken the person out of the group by hand.
  const isThere =
    found !== undefined &&
    linked(tenant, linkOf(jsonText(found["accessId"])), jsonText(found["groupId"])).includes(
      jsonText(found["principalId"]),
    );
  return isThere ? found : undefined;
}

export function endActivation(tenant: Tenant, activation: StoredObject): void {
  const { accessId, groupId, principalId } = activation;
  tenant.objects(activations).delete(activation.id);
  removeLink(tenant, linkOf(jsonText(accessId)), jsonText(groupId), jsonText(principalId));
}

/** Ends what has ended by the clock: activations, and requests that nobody has decided in time. */
export function lapseActivations(tenant: Tenant, cloud: Cloud): void {
  const now = cloud.now().getTime();
  const isOver = (moment: string | undefined) => moment !== undefined && Date.parse(moment) <= now;
  const over = [...tenant.objects(activations).values()].filter((one) => isOver(endOfSchedule(one)));
  for (const activation of over) endActivation(tenant, activation);
  const late = [...tenant.objects(activationRequests).values()].filter(
    ({ status, stage }) => status === "PendingApproval" && isOver(textIn(innerOf(stage, "endDateTime"))),
  );
  for (const request of late) request["status"] = "TimedOut";
  if (over.length + late.length > 0) cloud.changed();
}
