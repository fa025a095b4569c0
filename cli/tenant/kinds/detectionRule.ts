import {
  automatedActionForms,
  isGone,
  goneStatuses,
  listDetectionRules,
  ruleActionNames,
  type DetectionRuleObject,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { applicable, notApplicable } from "../../../domain/kinds/accessKind";
import { detectionRule as kind } from "../../../domain/kinds/detectionRule";
import { deletion } from "./graphPresence";
import type { KindCalls, KindTenant, ObjectIdentity, Presence, Sighting } from "./kindCalls";
import { ownership } from "./ownership";

const collection = applicable<string>(kind.address) ?? "";

export const detectionRule: KindCalls = {
  presence: rulePresence,
  search: searchRules,
  held: notApplicable("it is nothing that a principal holds"),
};

/**
 * The list is read once for all rules: the service allows few calls a minute. It goes on with a deleted rule for hours,
 * so that "found" may be a rule that is gone; `isDeletedRule` tells.
 */
async function rulePresence({ graph }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  const isFound = (await listDetectionRules(graph)).some((rule) => rule.id.toLowerCase() === id.toLowerCase());
  return { state: isFound ? "found" : "notFound" };
}

async function searchRules(tenant: KindTenant): Promise<readonly Sighting[]> {
  return (await listDetectionRules(tenant.graph)).flatMap((rule) => {
    const owner = ownership(tenant.owner, rule.description);
    return owner === undefined ? [] : [{ ...sighting(tenant, rule), ...owner }];
  });
}

function sighting(tenant: KindTenant, rule: DetectionRuleObject): Omit<Sighting, "whose" | "evidence"> {
  const { id, displayName, createdDateTime, status } = rule;
  const actions = status === "enabled" ? ruleActionNames(rule).map((name) => automatedActionForms[name].effect) : [];
  return {
    ...{ kind: "detectionRule" as const, id, name: displayName },
    ...(typeof createdDateTime === "string" ? { createdOn: createdDateTime } : {}),
    gives: actions.length === 0 ? [] : [`it ${actions.join(", ")}`],
    ...deletion(tenant, `${collection}/${encodeURIComponent(id)}`),
  };
}

/**
 * Whether a rule that lists show is deleted: the service answers a DELETE with 404. **Deletes the rule if it is not.**
 * For the end of an off-boarding, which deletes it anyway.
 */
export async function isDeletedRule(graph: GraphCall, id: string): Promise<boolean> {
  const path = `${collection}/${encodeURIComponent(id)}`;
  const answer = await graph(path, { method: "DELETE", accept: goneStatuses });
  return isGone(answer) || isGone(await graph(path, { method: "DELETE", accept: goneStatuses }));
}
