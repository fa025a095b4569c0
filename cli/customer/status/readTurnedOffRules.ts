/** Detection rules of a stack that Defender has turned off, for `mssp status`. */
import { isCallError, VisibleError } from "@defender-mssp/errors";
import { detectionRule } from "../../../domain/kinds/defenderSettings";
import type { Settings } from "../../../settings";
import type { Deployment } from "../../stack/deployment";
import { deployedOf } from "../../tenant/additions/deployed";
import { turnedOffRules, type TurnedOffRule } from "../../tenant/additions/detectionRuleChanges";
import { signInToTenant } from "../../tenant/signInToTenant";
import { unreadReason } from "../../tenant/unreadReason";
import { detectionRulesPart, type NotChecked } from "./customerStatus";

export interface TurnedOffInTenant {
  readonly rules: readonly TurnedOffRule[];
  readonly notChecked: readonly NotChecked[];
}

/** Asks the tenant of a stack that has rules; a refusal is not checked, and no failure. */
export async function readTurnedOffRules(
  settings: Settings,
  deployment: Deployment,
  environment: NodeJS.ProcessEnv,
): Promise<TurnedOffInTenant> {
  const deployed = deployedOf(deployment);
  if (deployed.all("detectionRule").length === 0) return { rules: [], notChecked: [] };
  try {
    const { call } = await signInToTenant(settings, environment);
    return { rules: await turnedOffRules(deployed, call, settings.detections?.apiVersion), notChecked: [] };
  } catch (error) {
    if (isCallError(error)) return unread(unreadReason(error, detectionRule.read.join(", ")));
    if (error instanceof VisibleError) return unread(`not checked: ${error.message.replaceAll(/\s*\n\s*/g, " ")}`);
    throw error;
  }
}

function unread(reason: string): TurnedOffInTenant {
  return { rules: [], notChecked: [{ what: detectionRulesPart, reason, isFailure: false }] };
}
