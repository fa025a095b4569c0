/**
 * Finds out where an onboarding stands: from the stack's settings, state and outputs, the customer's
 * tenant, and a call of the alert APIs as the SIEM.
 */
import { VisibleError } from "@defender-mssp/errors";
import type { Settings } from "../../../settings";
import { readStackSettings } from "../../../settings/fromFile";
import { latestUpdate } from "../../stack/history";
import { StackNotFoundError } from "../../stack/pulumi";
import { settingsAsDeployed, type SettingsAsDeployed } from "../../stack/settingsAsDeployed";
import { unknownResourcesNote } from "../../stack/unknownResources";
import { readStackOutputs, type StackOutputs } from "../../stack/stackOutputs";
import { progressOf, type OnboardingProgress, type OnboardingStep } from "./progress";
import type { OnboardingRun } from "./step";
import { accessSteps, consentSteps } from "./tenantSteps";
import { alertSteps } from "./alertSteps";
import { deploymentReader, type Deployment } from "../../stack/deployment";

/**
 * Checks one stack. What can't be checked is a result of the state `failed` with its reason, so
 * that one customer does not stop a fleet.
 */
export async function onboardingProgress(run: OnboardingRun): Promise<OnboardingProgress> {
  const checkedOn = (run.now?.() ?? new Date()).toISOString();
  const about = { stack: run.stack, checkedOn, manualSteps: [] };
  let settings: Settings | undefined;
  try {
    settings = await readStackSettings(run.stack, run);
    const { customerName, tenantId } = settings;
    const deployment = deploymentReader(run.stack, run);
    const known = await settingsAsDeployed(settings, deployment);
    const { steps, outputs } = await stepsOf(run, known, deployment);
    const note = unknownResourcesNote(known.unknown ?? []);
    const notes = note === undefined ? {} : { notes: [note] };
    return progressOf({ ...about, ...notes, customerName, tenantId, manualSteps: outputs?.nextSteps ?? [] }, steps);
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    const named = settings && { customerName: settings.customerName, tenantId: settings.tenantId };
    return { ...about, ...named, state: "failed", steps: [], problem: error.message };
  }
}

async function stepsOf(
  run: OnboardingRun,
  known: SettingsAsDeployed,
  deployment: () => Promise<Deployment>,
): Promise<{ readonly steps: readonly OnboardingStep[]; readonly outputs?: StackOutputs }> {
  const { settings } = known;
  const consent = await consentSteps(run, known);
  const { step: up, outputs } = await upStep(run, deployment);
  const isConsented = consent.every(({ state }) => state !== "waiting");
  const ready = isConsented && up.state === "done" ? outputs : undefined;
  const later = isConsented ? "after `npx pulumi up`" : "after the consent";
  return {
    steps: [
      ...consent,
      up,
      ...(await accessSteps({ run, deployment }, settings, ready, later)),
      ...(await alertSteps(run, settings, ready, later)),
    ],
    ...(outputs === undefined ? {} : { outputs }),
  };
}

/** Whether the last `up` succeeded and left nothing unfinished. */
async function upStep(
  run: OnboardingRun,
  deployment: () => Promise<Deployment>,
): Promise<{ readonly step: OnboardingStep; readonly outputs?: StackOutputs }> {
  const { stack } = run;
  const waiting = (found: string, next: string): { readonly step: OnboardingStep } => ({
    step: { name: "up", state: "waiting", actor: "platformEngineer", found, next },
  });
  const up = `npx pulumi up --stack ${stack}`;
  try {
    const { resources, pending } = await deployment();
    if (!resources.some(({ custom, type }) => custom && !type.startsWith("pulumi:")))
      return waiting("nothing is deployed", `Run \`${up}\`.`);
    if (pending.length > 0) return waiting("the last `up` was interrupted", `Run \`${up} --refresh\`.`);
    const last = await latestUpdate(stack, run);
    if (last !== undefined && last.result !== "succeeded")
      return waiting(`the last ${last.kind} ${last.result}`, `Run \`${up} --refresh\`.`);
    const outputs = await readStackOutputs(stack, run);
    const on = last === undefined ? "" : ` on ${last.endedOn.slice(0, 16).replace("T", " ")} UTC`;
    const found = `the last ${last?.kind ?? "update"} succeeded${on}`;
    return { step: { name: "up", state: "done", actor: "platformEngineer", found, next: "" }, outputs };
  } catch (error) {
    if (!(error instanceof StackNotFoundError)) throw error;
    return waiting("the stack does not exist", `Run \`npx pulumi stack init ${stack}\`, then \`${up}\`.`);
  }
}
