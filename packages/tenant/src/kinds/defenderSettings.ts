/** Settings of the Defender portal, which no public API has, and detection rules. */
import {
  automatedActionForms,
  type DetectionRuleObject,
  getNotificationRule,
  getSiemAuthorization,
  goneStatuses,
  graphDetectionRules,
  isGone,
  listDetectionRules,
  ruleActionNames,
} from "@defender-mssp/microsoft";
import { type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";
import { deletion } from "../presence";
import type { TenantReader, ObjectIdentity, Presence, OwnedNode } from "../reader";
import { ownerByMark } from "../owner";

export const defenderSettings = {
  /** An e-mail notification rule of the Microsoft Defender portal. */
  notificationRule: {
    singular: "notification rule",
    address: notApplicable("no public API shows it"),
    read: notApplicable("no public API shows it"),
    search: notApplicable("no public API lists the rules of a tenant"),
    presence: notificationPresence,
  },
  /** A custom detection rule of Microsoft Defender XDR, with what it does by itself. */
  detectionRule: {
    singular: "detection rule",
    address: graphDetectionRules().path,
    read: graphDetectionRules().read,
    presence: rulePresence,
    search: searchRules,
  },
  /** The authorization of the SIEM connector for the legacy alert API. */
  siemAuthorization: {
    singular: "SIEM authorization",
    address: notApplicable("no public API shows it"),
    read: notApplicable("no public API shows it"),
    search: notApplicable("no public API lists the authorizations of a tenant"),
    presence: authorizationPresence,
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;

const rulesPage = "Microsoft Defender portal > Settings > Endpoints > General > Email notifications";

async function notificationPresence({ defender }: TenantReader, { id }: ObjectIdentity): Promise<Presence> {
  if (defender === undefined) return { state: "notVisible", reason: `no public API shows it. Look at ${rulesPage}` };
  return { state: (await getNotificationRule(defender, id)) === undefined ? "notFound" : "found" };
}

const authorizationsPage = "Microsoft Defender portal > Settings > SIEM > MSSP";

async function authorizationPresence({ defender }: TenantReader, { id }: ObjectIdentity): Promise<Presence> {
  if (defender === undefined)
    return { state: "notVisible", reason: `no public API shows it. Look at ${authorizationsPage}` };
  const authorization = await getSiemAuthorization({ ...defender, applicationId: id });
  return { state: authorization === undefined ? "notFound" : "found" };
}

/**
 * The list is read once for all rules: the service allows few calls a minute. It goes on with a deleted rule for hours,
 * so that "found" may be a rule that is gone; `listedRuleState` tells.
 */
async function rulePresence(tenant: TenantReader, { id }: ObjectIdentity): Promise<Presence> {
  const isFound = (await rulesIn(tenant)).some((rule) => rule.id.toLowerCase() === id.toLowerCase());
  return { state: isFound ? "found" : "notFound" };
}

async function searchRules(tenant: TenantReader): Promise<readonly OwnedNode[]> {
  return (await rulesIn(tenant)).flatMap((rule) => {
    const owner = ownerByMark(tenant.owner, rule.description);
    return owner === undefined ? [] : [{ ...sighting(tenant, rule), ...owner }];
  });
}

function sighting(tenant: TenantReader, rule: DetectionRuleObject): Omit<OwnedNode, "whose" | "evidence"> {
  const { id, displayName, createdDateTime, status } = rule;
  const actions = status === "enabled" ? ruleActionNames(rule).map((name) => automatedActionForms[name].effect) : [];
  return {
    kind: "detectionRule" as const,
    id,
    name: displayName,
    ...(typeof createdDateTime === "string" ? { createdOn: createdDateTime } : {}),
    gives: actions.length === 0 ? [] : [{ what: `it ${actions.join(", ")}` }],
    ...deletion(tenant, rulePath(tenant, id)),
  };
}

/**
 * Whether a rule of this stack that lists show is deleted: the service answers a DELETE with 404. **Deletes the rule if
 * it is not.** For the end of an off-boarding, which deletes it anyway. A rule without the stack's mark that is younger
 * than the removal is another party's with the same ID: the stack's is gone, and nothing is called.
 * @param removedOn end of the removal, ISO 8601, UTC
 */
export async function listedRuleState(
  tenant: Pick<TenantReader, "graph" | "owner" | "detectionApiVersion">,
  id: string,
  removedOn: string,
): Promise<"gone" | "deletedButListed" | "found"> {
  const { graph, owner } = tenant;
  const listed = (await rulesIn(tenant)).find((rule) => rule.id.toLowerCase() === id.toLowerCase());
  const isOthers =
    ownerByMark(owner, listed?.description) === undefined &&
    Date.parse(listed?.createdDateTime ?? "") > Date.parse(removedOn);
  if (listed === undefined || isOthers) return "gone";
  const path = rulePath(tenant, listed.id);
  const deletes = async () => isGone(await graph(path, { method: "DELETE", accept: goneStatuses }));
  return (await deletes()) || (await deletes()) ? "deletedButListed" : "found";
}

type VersionedTenant = Pick<TenantReader, "graph" | "detectionApiVersion">;

function rulesIn({ graph, detectionApiVersion }: VersionedTenant): Promise<DetectionRuleObject[]> {
  return listDetectionRules(graph, detectionApiVersion);
}

function rulePath({ detectionApiVersion }: VersionedTenant, id: string): string {
  return graphDetectionRules(detectionApiVersion).item(id);
}
