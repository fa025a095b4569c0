/** Settles what a fleet run does, before it changes anything: stacks, answers of a person, passphrases. */
import { freemem, availableParallelism, hostname } from "node:os";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { hourMs } from "@defender-mssp/errors/time";
import type { Questions, Session } from "@defender-mssp/terminal/session";
import { readProject, shownStackFile, type Project } from "../../settings/project";
import { sharedTenantText } from "../../settings/sharedTenant";
import { offboardedMessage } from "../../domain/offboarded";
import { offboardedNotes, readInventory, refuseRehearsals, type FleetStack } from "../stack/inventory";
import { readRuns, remainingOf, type RecordedRun, type RunPlan } from "../stack/journal";
import { defaultJournals, type FleetCommand } from "../stack/outcome";
import { passphraseQuestion } from "./passphraseQuestion";
import { passphraseVariables } from "../stack/passphrases";
import { selectStacks } from "../selection/selectStacks";
import type { SelectionOptions } from "../selection/selectionOptions";
import { counted } from "../base/counted";
import { say } from "./log";
import { isRunning } from "./processState";

/** The first stacks of a run: a number, or a share of all. */
export interface Canary {
  readonly count?: number;
  /** From 1 to 100. */
  readonly percent?: number;
}

export interface FleetRunOptions extends SelectionOptions {
  readonly journal: string;
  readonly parallel?: number;
  readonly refresh?: boolean;
  readonly drift?: boolean;
  readonly keep?: boolean;
  readonly policyPack?: readonly string[];
  readonly init?: boolean;
  readonly secretsProvider?: string;
  readonly yes?: boolean;
  readonly skipPreview?: boolean;
  readonly all?: boolean;
  readonly canary?: Canary;
  readonly maxFailures?: number;
  readonly tries: number;
  /** Minutes. */
  readonly timeout: number;
  readonly resume?: boolean;
  /** Days after which only a person may resume a run. */
  readonly resumeWithin: number;
  readonly cancelDeadLocks?: boolean;
  readonly passphraseFolder?: string;
  readonly countRequests?: boolean;
  readonly json?: boolean;
}

/** A run that may begin. */
export interface PreparedRun {
  readonly session: Session;
  readonly plan: RunPlan;
  readonly options: FleetRunOptions;
  readonly project: Project;
  /** Folder of the journals of all runs. */
  readonly journals: string;
  readonly inventory: readonly FleetStack[];
  /** The stacks to run; for a resumed run, those that are left. */
  readonly stacks: readonly string[];
  /** The run that is resumed. */
  readonly before: RecordedRun | undefined;
  readonly parallel: number;
  /** Variables of each stack's engine, such as its passphrase. */
  readonly variables: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** Memory of a worker with its engine and plugins. Measured in docs/guides/fleet.md. */
const bytesOfWorker = 450 * 1024 * 1024;

/**
 * Selects the stacks and asks what only a person can answer.
 * @returns undefined if no stack is selected.
 */
export async function prepareRun(
  command: FleetCommand,
  options: FleetRunOptions,
  session: Session,
): Promise<PreparedRun | undefined> {
  const { environment, ask } = session;
  const project = await readProject(session.folder);
  const { folder } = project;
  const journals = path.resolve(options.journal === defaultJournals ? folder : "", options.journal);
  const inventory = await readInventory(project, environment);
  const before = options.resume === true ? await interruptedRun(journals, command) : undefined;
  const place = { folder, environment, journals, now: session.now() };
  const chosen = before === undefined ? await selectStacks(inventory, options, place) : [];
  refuseRehearsals(chosen);
  const leftOut = chosen.filter((customer) => isLeftOut(customer, command, options));
  const plan =
    before?.plan ??
    newPlan(
      command,
      chosen.filter((customer) => !leftOut.includes(customer)),
      options,
    );
  for (const note of offboardedNotes(leftOut)) session.err.note(note);
  const stacks = before === undefined ? plan.stacks : remainingOf(before);
  if (stacks.length === 0) return undefined;
  if (before !== undefined) await confirmResume(before, options, session);
  await confirmRun(plan, stacks, options, ask);
  const parallel = options.parallel ?? Math.min(defaultParallel(), stacks.length);
  const runnable = stacks.filter((stack) => stackProblem(stack, plan, { inventory, project }) === undefined);
  const variables = await passphraseVariables(runnable, {
    project,
    environment,
    passphraseFolder: options.passphraseFolder,
    ask: passphraseQuestion(ask),
  });
  return { session, plan, options, project, journals, inventory, stacks, before, parallel, variables };
}

/** Why a stack fails without a run. `destroy` does not read the settings. */
export function stackProblem(
  stack: string,
  { command }: RunPlan,
  { inventory, project }: Pick<PreparedRun, "inventory" | "project">,
): string | undefined {
  const file = shownStackFile(project, stack);
  const customer = inventory.find((listed) => listed.stack === stack);
  if (customer === undefined) return `${file} no longer exists`;
  if (command === "destroy") return undefined;
  const { customerName = stack, offboarded, problem, tenantId = "", sharesTenantWith } = customer;
  if (!grants(command)) return problem;
  if (offboarded !== undefined) return offboardedMessage({ customerName, stack, file }, offboarded);
  if (sharesTenantWith === undefined) return problem;
  return sharedTenantText({ tenantId, stacks: [stack, ...sharesTenantWith].sort() });
}

/** Whether a command runs the program, which grants what the settings say. */
export function grants(command: FleetCommand): boolean {
  return command === "up" || command === "preview";
}

/** Off-boarded customers are run only where they are named, and then refused. */
function isLeftOut({ offboarded }: FleetStack, command: FleetCommand, { stack }: SelectionOptions): boolean {
  return offboarded !== undefined && stack === undefined && grants(command);
}

function newPlan(command: FleetCommand, chosen: readonly FleetStack[], options: FleetRunOptions): RunPlan {
  const { drift = false, keep = false, init, secretsProvider } = options;
  return {
    command,
    stacks: chosen.map(({ stack }) => stack),
    refresh: options.refresh === true || drift,
    drift,
    ...(keep ? { keep } : {}),
    policyPacks: (options.policyPack ?? []).map((pack) => path.resolve(pack)),
    init: init === true ? { secretsProvider } : undefined,
  };
}

/** The last run of the command, interrupted or with stacks left out. */
async function interruptedRun(journals: string, command: FleetCommand): Promise<RecordedRun> {
  const run = (await readRuns(journals)).find(({ plan }) => plan.command === command);
  if (run === undefined) throw new VisibleError(`${journals} has no run of \`npx mssp fleet ${command}\` to resume.`);
  const { host, pid } = run.owner;
  if (!run.finished && host === hostname() && isRunning(pid, /mssp|fleet|node/)) {
    throw new VisibleError(`The run ${run.id} is still running in process ${pid}. Nothing was resumed.`);
  }
  return run;
}

/**
 * Says which run is resumed, and asks before an old one: its stacks and options are those of its
 * begin.
 * @throws VisibleError where the run is old and nobody confirms it.
 */
async function confirmResume(
  { id, beganAt, plan }: RecordedRun,
  { resumeWithin, yes }: FleetRunOptions,
  session: Session,
): Promise<void> {
  const hours = Math.max(0, (session.now().getTime() - beganAt.getTime()) / hourMs);
  const age = hours < 48 ? counted(Math.floor(hours), "hour") : counted(Math.floor(hours / 24), "day");
  const packs = plan.policyPacks.length === 0 ? "no policy pack" : `policy packs ${plan.policyPacks.join(", ")}`;
  say(session, `resuming ${id}: it began ${age} ago, with ${packs}${plan.refresh ? " and --refresh" : ""}.`);
  const days = hours / 24;
  if (days <= resumeWithin) return;
  const isAsked = yes !== true && session.ask.isPossible;
  if (isAsked && (await session.ask.confirm(`Resume this ${plan.command} of ${age} ago?`))) return;
  if (isAsked) throw new VisibleError("Nothing was run.");
  throw new VisibleError(
    `The run ${id} began ${age} ago. Nothing was run. Start a new run, or pass --set resumeWithin=${Math.ceil(days)} to resume this one.`,
  );
}

/** Whether a person sees the previews before the question. */
export function needsPlan(command: FleetCommand, { yes, skipPreview }: FleetRunOptions): boolean {
  return command === "up" && yes !== true && skipPreview !== true;
}

async function confirmRun(
  { command }: RunPlan,
  stacks: readonly string[],
  options: FleetRunOptions,
  ask: Questions,
): Promise<void> {
  if (command === "preview" || options.yes === true || needsPlan(command, options)) return;
  const shown = `${stacks.slice(0, 5).join(", ")}${stacks.length > 5 ? ", …" : ""}`;
  if (!(await ask.confirm(`${command} of ${counted(stacks.length, "stack")} (${shown})?`)))
    throw new VisibleError("Nothing was run.");
}

/** One worker for each core, limited by the free memory. */
function defaultParallel(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / bytesOfWorker)));
}
