/**
 * Changes of the stack's detection rules in the tenant: what somebody changed, and what Defender has turned off. Reading
 * needs `CustomDetection.Read.All`.
 */
import { azRest } from "@defender-mssp/tenant";
import {
  detectionRuleDifferences,
  graphDetectionRules,
  isDriftedInTenant,
  isEditedInTenant,
  listDetectionRules,
  turnedOffReason,
  type DetectionApiVersion,
  type DetectionRuleObject,
  type DetectionRuleState,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { upRefresh, type FoundAddition } from "./addition";
import type { Deployed, DeployedObject } from "../deployed";
import { kindTenant, type AdditionsTenant } from "./tenant";

export async function detectionRuleChanges(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const { graph, detectionApiVersion } = kindTenant(tenant);
  const rules = await deployedRules(tenant.deployed, graph, detectionApiVersion);
  return rules.flatMap(({ object, live }) => ruleChanges(tenant, object, live));
}

/** A rule of the stack. */
export interface OwnDetectionRule {
  readonly object: DeployedObject;
  /** Undefined for a rule that the tenant does not have. */
  readonly live: DetectionRuleObject | undefined;
}

/** One list call, and none for a stack without rules. @throws ServiceError */
export async function deployedRules(
  deployed: Deployed,
  call: GraphCall,
  version?: DetectionApiVersion,
): Promise<readonly OwnDetectionRule[]> {
  const objects = deployed.all("detectionRule");
  if (objects.length === 0) return [];
  const rules = new Map((await listDetectionRules(call, version)).map((rule) => [rule.id.toLowerCase(), rule]));
  return objects.map((object) => ({ object, live: rules.get(object.objectId) }));
}

function ruleChanges(
  { graph, settings }: AdditionsTenant,
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
  const deletion = azRest("DELETE", `${graph}${graphDetectionRules(settings.detections?.apiVersion).item(id)}`);
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
