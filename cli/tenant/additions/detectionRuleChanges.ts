/**
 * Changes of the stack's detection rules in the tenant: what somebody changed, and what Defender has turned off. Reading
 * needs `CustomDetection.Read.All`.
 */
import {
  detectionRuleDifferences,
  isDriftedInTenant,
  isEditedInTenant,
  listDetectionRules,
  turnedOffReason,
  type DetectionRuleObject,
  type DetectionRuleState,
} from "@defender-mssp/microsoft";
import { detectionRule } from "../../../domain/kinds/detectionRule";
import { azRest, upRefresh, type FoundAddition } from "./addition";
import type { DeployedObject } from "./deployed";
import { kindTenant, type AdditionsTenant } from "./tenant";

export async function detectionRuleChanges(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const rules = new Map(
    (await listDetectionRules(kindTenant(tenant).graph)).map((rule) => [rule.id.toLowerCase(), rule]),
  );
  return tenant.deployed
    .all("detectionRule")
    .flatMap((object) => ruleChanges(tenant, object, rules.get(object.objectId)));
}

function ruleChanges(
  { graph }: AdditionsTenant,
  { id, outputs }: DeployedObject,
  live: DetectionRuleObject | undefined,
): FoundAddition[] {
  const state = outputs as unknown as DetectionRuleState;
  const to = `the detection rule "${state.displayName}"`;
  const change = (kind: string, what: string, step: string): FoundAddition => ({
    kind,
    to,
    what,
    id,
    targets: [],
    step,
  });
  if (live === undefined) return [change("missing detection rule", "it is not in the tenant", upRefresh)];
  const reason = turnedOffReason(live);
  const off =
    reason === undefined
      ? []
      : [
          change(
            "turned off detection rule",
            `Defender has turned it off: ${reason}`,
            "correct its query, and run `npx pulumi up`",
          ),
        ];
  if (!isEditedInTenant(state, live) && !isDriftedInTenant(state, live)) return off;
  const differences = detectionRuleDifferences({ ...state, id: state.ruleId }, live);
  if (differences.length === 0) return off;
  const by = live.lastModifiedBy ?? "somebody";
  const paths = differences.map(({ path }) => path).join(", ");
  const deletion = azRest("DELETE", `${graph}${detectionRule.address}/${encodeURIComponent(id)}`);
  const step = `npx mssp detections diff; to go back: ${deletion} and ${upRefresh}`;
  return [
    ...off,
    change(
      "changed detection rule",
      `${by} changed it on ${live.lastModifiedDateTime ?? "an unknown day"}: ${paths}`,
      step,
    ),
  ];
}
