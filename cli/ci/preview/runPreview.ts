/** Runs `pulumi preview` of one stack for CI and keeps the result without secrets. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { parsedJson } from "@defender-mssp/errors/json";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { askPulumi } from "../../stack/pulumi";
import type { AdditionsPart } from "../../stack/additionsPart";
import { hasOneView, timeScale, wait } from "@defender-mssp/microsoft";
import { agreedPreview, betweenReads, droppedByRefresh, needsAnotherRead } from "../../stack/agreedPreview";
import { findAdditions } from "../../tenant/additions/find";
import { receiveEngineEvents } from "./engineEvents";
import { secretsOfEnvironment } from "../../base/redaction";
import { reducePreview, type PolicyViolation, type StackPreview } from "../../stack/stackPreview";
import { checkedStackName } from "../../stack/stackNames";
import { VisibleError } from "@defender-mssp/errors";
import { requireOwnState } from "../../stack/stateCode";
import { urnName } from "../../../domain/urn";
import type { Deployment } from "../../stack/deployment";

export interface PreviewRun {
  readonly stack: string;
  /** Folder of the Pulumi project. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of a policy pack; its violations become part of the answer. */
  readonly policyPack?: string;
  /** Refresh first: the changes are then the drift. */
  readonly drift?: boolean;
  /** Receives a line periodically while the run lasts. */
  readonly progress?: (line: string) => void;
  /** Seconds between two such lines. */
  readonly progressEvery?: number;
}

/**
 * What the engine ends with where `--expect-no-changes` is not met
 * (sdk/go/common/util/cmdutil/exit_codes.go).
 */
const noChangesExpected = 7;

const policyEvent = z.looseObject({
  policyEvent: z.object({
    resourceUrn: z.string().optional(),
    message: z.string(),
    policyName: z.string(),
    policyPackName: z.string(),
    enforcementLevel: z.string(),
  }),
});

/** A failed preview is a result, too: `failed`, with the messages. */
export async function runPreview(run: PreviewRun): Promise<StackPreview> {
  const stack = checkedStackName(run.stack);
  const knownSecrets = secretsOfEnvironment(run.environment);
  const stop = reportProgress(stack, run);
  try {
    const deployment = await ownDeployment(stack, run);
    if (typeof deployment === "string")
      return reducePreview(stack, {}, { failed: true, messages: [deployment], policyViolations: [], knownSecrets });
    const first = await runEngine(stack, run, deployment);
    if (run.drift !== true || first.failed) return first;
    const additions = await additionsIn(deployment, run);
    const whole = { ...first, additions: reducePreview(stack, {}, { additions, knownSecrets }).additions };
    if (hasOneView(run.environment) || !needsAnotherRead(first)) return whole;
    await wait(betweenReads * timeScale(run.environment));
    return agreedPreview(whole, await runEngine(stack, run, deployment));
  } finally {
    stop();
  }
}

async function runEngine(stack: string, run: PreviewRun, deployment: Deployment): Promise<StackPreview> {
  // Only the engine's events contain policy violations: `--json` omits them.
  const violations: PolicyViolation[] = [];
  const events = await receiveEngineEvents((event) => violations.push(...policyViolations(event)));
  const knownSecrets = secretsOfEnvironment(run.environment);
  try {
    const args = [
      ...["preview", "--stack", stack, "--json", "--event-log", events.address],
      ...(run.policyPack === undefined ? [] : ["--policy-pack", run.policyPack]),
      ...(run.drift === true ? ["--refresh", "--expect-no-changes"] : []),
    ];
    // The engine has --event-log only with its commands for debugging.
    const variables = { PULUMI_DEBUG_COMMANDS: "true", PULUMI_SKIP_UPDATE_CHECK: "true" };
    const environment = { ...run.environment, ...variables };
    const { exitCode, stdout, stderr } = await askPulumi(args, { folder: run.folder, environment });
    await events.close();
    const printed = parsedJson(stdout);
    const drifted = run.drift === true && exitCode === noChangesExpected;
    const failed = (exitCode !== 0 && !drifted) || printed === undefined;
    const dropped = run.drift === true ? droppedByRefresh(deployment, createdIn(printed), new Date()) : [];
    return reducePreview(stack, printed ?? {}, {
      failed,
      messages: failed ? [stderr, ...(printed === undefined ? [stdout] : [])] : [],
      policyViolations: violations,
      dropped,
      knownSecrets,
    });
  } finally {
    await events.close();
  }
}

const createSteps = z.looseObject({ steps: z.array(z.looseObject({ op: z.string(), urn: z.string() })) });

/** URNs of what the preview would create. */
function createdIn(printed: unknown): string[] {
  const steps = createSteps.safeParse(printed).data?.steps ?? [];
  return steps.filter(({ op }) => op === "create").map(({ urn }) => urn);
}

/** Reads the state, or says why it is refused: a preview would run its code. */
async function ownDeployment(stack: string, { folder, environment }: PreviewRun): Promise<Deployment | string> {
  try {
    return await requireOwnState(stack, { folder, environment });
  } catch (error) {
    if (error instanceof VisibleError) return error.message;
    throw error;
  }
}

/** Additions: the engine compares only declared resources. A preview does not write the state. */
function additionsIn(deployment: Deployment, { folder, environment }: PreviewRun): Promise<AdditionsPart[]> {
  return findAdditions({ stack: deployment.stack, folder, environment, deployment });
}

/** Writes a preview where `readPreviews` finds it; folders are made. */
export async function writePreview(file: string, preview: StackPreview): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeWholeFile(file, `${JSON.stringify(preview, undefined, 2)}\n`);
}

function policyViolations(event: string): PolicyViolation[] {
  if (!event.includes('"policyEvent"')) return [];
  const { data } = policyEvent.safeParse(parsedJson(event));
  if (data === undefined) return [];
  const { policyName, policyPackName, enforcementLevel, message, resourceUrn = "" } = data.policyEvent;
  const resource = urnName(resourceUrn);
  return [{ policy: policyName, pack: policyPackName, level: enforcementLevel, message, resource }];
}

/** CI systems and people end jobs that print nothing for long. */
function reportProgress(stack: string, { progress, progressEvery = 15, drift }: PreviewRun): () => void {
  if (progress === undefined) return () => undefined;
  const what = drift === true ? "comparing the tenant" : "previewing";
  progress(`${stack}: ${what}`);
  const began = Date.now();
  const timer = setInterval(
    () => progress(`${stack}: ${what}, ${Math.round((Date.now() - began) / 1000)} s`),
    progressEvery * 1000,
  );
  return () => clearInterval(timer);
}
