/** A customer's status by one read of the stack's state, and by the customer's tenant. */
import { offboardedTag } from "../../../domain/offboarded";
import { onboardingInTenant } from "../../access/waiting/onboarding";
import type { OnboardingProgress } from "../../access/waiting/progress";
import { readDetectionRules } from "../../findings/read/readDetectionRules";
import { factsByState, type CustomerFiles, type FactsRun } from "../../findings/read/factsByState";
import { deploymentReader } from "../../stack/deployment";
import { stackTag } from "../../stack/stackTag";
import type { Facts } from "../../findings/facts";
import type { CustomerState, CustomerStatus } from "./customerStatus";

/** What a read of a customer adds to what the inventory and the journals say. */
export type ReadPart = Pick<CustomerStatus, "state"> & Partial<CustomerStatus> & { readonly facts?: Facts };

/** @throws VisibleError where the state can't be read. */
export async function statusByState(files: CustomerFiles, run: FactsRun): Promise<ReadPart> {
  const { stack, settings } = files;
  const deployment = deploymentReader(stack, run);
  const facts = await factsByState(files, deployment, run);
  const isDeployed = facts.access !== undefined;
  if (!isDeployed && facts.state !== undefined) {
    // A settings file may have lost its mark.
    const on = (await stackTag(offboardedTag, "get", stack, run)) ?? "";
    if (on !== "") return { state: "offboarded", offboarded: { on } };
  }
  const [onboarding, detections] = await Promise.all([
    onboardingInTenant({ stack, ...run, now: () => run.now }, { settings, deployment }),
    isDeployed ? readDetectionRules({ stack, settings, deployment: await deployment() }, run) : undefined,
  ]);
  const read = { ...facts, onboarding, ...(detections && { detections }) };
  return { state: isDeployed ? deployedState(onboarding) : "notDeployed", facts: read };
}

function deployedState({ steps }: OnboardingProgress): CustomerState {
  if (steps.some(({ unchecked }) => unchecked === "failed")) return "deployed";
  return steps.some(({ state, unchecked }) => state === "waiting" && unchecked === undefined) ? "onboarding" : "live";
}
