/** Reads the stack's state once, and the customer's tenant. */
import { withoutUndefined } from "@defender-mssp/errors";
import { offboardedTag } from "../../../domain/offboarded";
import { onboardingInTenant } from "../../access/waiting/onboarding";
import type { OnboardingProgress } from "../../access/waiting/progress";
import { deploymentReader, type Deployment } from "../../stack/deployment";
import { stackTag } from "../../stack/stackTag";
import type { Facts } from "../facts";
import { factsByState, type CustomerFiles, type FactsRun } from "./factsByState";
import { readDetectionRules } from "./readDetectionRules";

/**
 * @param look the run with the time of reading, where `run` judges a later day
 * @throws VisibleError where the state can't be read.
 */
export async function factsInTenant(files: CustomerFiles, run: FactsRun, look = run): Promise<Facts> {
  const { stack, settings } = files;
  const deployment = deploymentReader(stack, run);
  const facts = await factsByState(files, deployment, run);
  if (facts.access === undefined && facts.state !== undefined) {
    // A settings file may have lost its mark.
    const on = (await stackTag(offboardedTag, "get", stack, run)) ?? "";
    if (on !== "") return { ...facts, offboarded: { on } };
  }
  const progress = () => onboardingInTenant({ ...look, stack, now: () => look.now }, { settings, deployment });
  return withTenant(facts, deployment, progress, look);
}

/** Adds where the onboarding stands, and, where something is deployed, which detection rules are off. */
export async function withTenant(
  facts: Facts,
  deployment: () => Promise<Deployment>,
  progress: () => Promise<OnboardingProgress>,
  run: Omit<FactsRun, "days">,
): Promise<Facts> {
  const { stack, access, settings } = facts;
  const isDeployed = access !== undefined && settings !== undefined;
  const [onboarding, detections] = await Promise.all([
    progress(),
    isDeployed ? readDetectionRules({ stack, settings, deployment: await deployment() }, run) : undefined,
  ]);
  return withoutUndefined({ ...facts, onboarding, detections });
}
