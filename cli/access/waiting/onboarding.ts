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
import { parseStackOutputs, readStackOutputs, type StackOutputs } from "../../stack/stackOutputs";
import { reportState } from "../state/readState";
import { progressOf, type OnboardingProgress, type OnboardingStep } from "./progress";
import { done, waiting, type OnboardingRun } from "./step";
import { accessSteps, consentSteps } from "./tenantSteps";
import { alertSteps } from "./alertSteps";
import { deploymentReader, type Deployment } from "../../stack/deployment";

/**
 * Checks one stack. What can't be checked is a result of the state `failed` with its reason, so
 * that one customer does not stop a fleet.
 */
export async function onboardingProgress(
  run: OnboardingRun,
  deployment = deploymentReader(run.stack, run),
): Promise<OnboardingProgress> {
  const checkedOn = (run.now?.() ?? new Date()).toISOString();
  const about = { stack: run.stack, checkedOn, manualSteps: [] };
  let settings: Settings | undefined;
  try {
    settings = await readStackSettings(run.stack, run);
    const { customerName, tenantId } = settings;
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

/** What the caller has read of a stack. */
export interface StackAtHand {
  readonly settings: Settings;
  readonly deployment: () => Promise<Deployment>;
}

/**
 * Checks one stack by one read of its state and by the customer's tenant: without the stack's history,
 * without a secret, and without a call as the SIEM. For a look at many customers.
 * @throws VisibleError where the state can't be read.
 */
export async function onboardingInTenant(
  run: OnboardingRun,
  { settings, deployment }: StackAtHand,
): Promise<OnboardingProgress> {
  const { customerName, tenantId } = settings;
  const known = await settingsAsDeployed(settings, deployment);
  const { steps, outputs } = await tenantSteps(run, known, deployment, upStepByState);
  const checkedOn = (run.now?.() ?? new Date()).toISOString();
  const about = { stack: run.stack, checkedOn, customerName, tenantId, manualSteps: outputs?.nextSteps ?? [] };
  return progressOf(about, steps);
}

interface StepsWithOutputs {
  readonly steps: readonly OnboardingStep[];
  readonly outputs?: StackOutputs;
}

async function stepsOf(
  run: OnboardingRun,
  known: SettingsAsDeployed,
  deployment: () => Promise<Deployment>,
): Promise<StepsWithOutputs> {
  const { steps, outputs, ready, later } = await tenantSteps(run, known, deployment, upStep);
  const writtenAt = ready === undefined ? undefined : (await deployment()).writtenAt;
  const alerts = await alertSteps(run, known.settings, { outputs: ready, writtenAt }, later);
  return { steps: [...steps, ...alerts], ...(outputs === undefined ? {} : { outputs }) };
}

/** Every step but those of the SIEM. `ready`: the outputs, once they may be used; `later` says what comes first. */
async function tenantSteps(
  run: OnboardingRun,
  known: SettingsAsDeployed,
  deployment: () => Promise<Deployment>,
  readUp: typeof upStep,
): Promise<StepsWithOutputs & { readonly ready: StackOutputs | undefined; readonly later: string }> {
  const { settings } = known;
  const consent = await consentSteps(run, known);
  const { step: up, outputs } = await readUp(run, deployment);
  const isConsented = consent.every(({ state }) => state !== "waiting");
  const ready = isConsented && up.state === "done" ? outputs : undefined;
  const later = isConsented ? "after `npx pulumi up`" : "after the consent";
  const steps = [...consent, up, ...(await accessSteps({ run, deployment }, settings, ready, later))];
  return { steps, ready, later, ...(outputs === undefined ? {} : { outputs }) };
}

/** Whether the last `up` succeeded and left nothing unfinished. */
async function upStep(run: OnboardingRun, deployment: () => Promise<Deployment>): Promise<UpStep> {
  const { stack } = run;
  return explained(stack, async () => {
    const unfinished = unfinishedUp(stack, await deployment());
    if (unfinished !== undefined) return { step: unfinished };
    const last = await latestUpdate(stack, run);
    if (last !== undefined && last.result !== "succeeded")
      return { step: upWaits(`the last ${last.kind} ${last.result}`, `Run \`${upCommand(stack)} --refresh\`.`) };
    const outputs = await readStackOutputs(stack, run);
    const on = last === undefined ? "" : ` on ${last.endedOn.slice(0, 16).replace("T", " ")} UTC`;
    return { step: done("up", "platformEngineer", `the last ${last?.kind ?? "update"} succeeded${on}`), outputs };
  });
}

/** The same by the state alone: an `up` that failed without an interruption may have left its outputs. */
async function upStepByState({ stack }: OnboardingRun, deployment: () => Promise<Deployment>): Promise<UpStep> {
  return explained(stack, async () => {
    const state = await deployment();
    const unfinished = unfinishedUp(stack, state);
    if (unfinished !== undefined) return { step: unfinished };
    const { outputs } = reportState(state);
    if (Object.keys(outputs).length === 0)
      return { step: upWaits("the first `up` did not finish", `Run \`${upCommand(stack)} --refresh\`.`) };
    const step = done("up", "platformEngineer", "the state has the outputs of an `up`");
    return { step, outputs: parseStackOutputs(stack, outputs) };
  });
}

interface UpStep {
  readonly step: OnboardingStep;
  readonly outputs?: StackOutputs;
}

function unfinishedUp(stack: string, { resources, pending }: Deployment): OnboardingStep | undefined {
  if (!resources.some(({ custom, type }) => custom && !type.startsWith("pulumi:")))
    return upWaits("nothing is deployed", `Run \`${upCommand(stack)}\`.`);
  if (pending.length > 0) return upWaits("the last `up` was interrupted", `Run \`${upCommand(stack)} --refresh\`.`);
  return undefined;
}

/** A stack that does not exist waits for it. */
async function explained(stack: string, check: () => Promise<UpStep>): Promise<UpStep> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof StackNotFoundError)) throw error;
    const next = `Run \`npx pulumi stack init ${stack}\`, then \`${upCommand(stack)}\`.`;
    return { step: upWaits("the stack does not exist", next) };
  }
}

function upWaits(found: string, next: string): OnboardingStep {
  return waiting("up", "platformEngineer", found, next);
}

function upCommand(stack: string): string {
  return `npx pulumi up --stack ${stack}`;
}
