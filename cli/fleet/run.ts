/** `mssp fleet preview | up | refresh | destroy`. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parse } from "yaml";
import { VisibleError } from "@defender-mssp/errors";
import { minuteMs } from "@defender-mssp/errors/time";
import { withoutUndefined } from "@defender-mssp/microsoft";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJsonLine } from "@defender-mssp/terminal/jsonDocument";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { Limiter } from "@defender-mssp/microsoft/limiter";
import { counted } from "../base/counted";
import { Journal } from "../stack/journal";
import { exitCodeOf, type FleetCommand, type StackOutcome } from "../stack/outcome";
import { pathWith, requireEngine } from "../stack/pulumi";
import { countsOf, type RunReport } from "./runReport";
import { say } from "./log";
import { confirmPlan, isPlanned, type FleetPlan } from "./fleetPlan";
import { FleetRun, withCanaries } from "./fleetRun";
import { grants, needsPlan, prepareRun, type FleetRunOptions, type PreparedRun } from "./prepareRun";
import { RequestCounter } from "./requestCounter";
import { summaryText } from "./summary";
import { JsonView, LineView, LiveView, type FleetView } from "./view";
import { Workers } from "./workers";

/** Runs the command. @returns the exit code. */
export async function runFleet(command: FleetCommand, options: FleetRunOptions, session: Session): Promise<number> {
  const prepared = await prepareRun(command, options, session);
  if (prepared !== undefined) return run(prepared);
  say(session, "No stack is selected. Nothing was run.");
  return 0;
}

async function run(prepared: PreparedRun): Promise<number> {
  const { session, plan, options, project, journals, before, stacks, inventory } = prepared;
  const { environment, out, now } = session;
  const counter = options.countRequests === true ? await RequestCounter.start(environment) : undefined;
  const setup = workerSetup(project.folder, environment);
  if (grants(plan.command)) await judgeRules(prepared);
  let view: FleetView | undefined;
  /** Of each stack with a preview in this run. */
  const previewed = new Map<string, number>();
  let isPreviewing = needsPlan(plan.command, options);
  const limiter = await Limiter.start();
  const workers = new Workers({
    ...setup,
    environment: { ...environment, ...limiter.variables, PATH: pathWith(setup.engine, environment) },
    timeout: options.timeout * minuteMs,
    onStep: (stack, step) => view?.step(stack, step),
    onWait: (stack, text) => view?.waits(stack, text),
    onResources: (stack, done, total) => {
      if (isPreviewing) previewed.set(stack, done);
      view?.resources(stack, done, total ?? (isPreviewing ? undefined : previewed.get(stack)));
    },
  });
  let fleetRun: FleetRun | undefined;
  try {
    const seen = isPreviewing ? await agreedPlan(prepared, workers, (shown) => (view = shown)) : undefined;
    isPreviewing = false;
    view = await fleetView(plan.command, options, session);
    const journal = before === undefined ? Journal.begin(journals, plan) : Journal.resume(before);
    fleetRun = new FleetRun(prepared, { view, journal, workers });
    const outcomes = await fleetRun.all(stacks, seen);
    journal.finish();
    view.finish();
    const report = runReport(prepared, {
      id: journal.id,
      beganAt: fleetRun.beganAt,
      endedAt: now(),
      outcomes,
      requests: await counter?.counts(inventory),
      ownRequests: { ...limiter.counts },
    });
    await writeReport(journal.folder, report);
    if (options.json === true) writeJsonLine(out, `fleet ${plan.command}`, { event: "report", ...report });
    else out.write(summaryText(report, journal.folder));
    return exitCodeOf(report.stacks);
  } finally {
    fleetRun?.stopListening();
    await workers.end();
    await limiter.stop();
  }
}

/** Judges the queries of all customers' detection rules at once: the workers would start a judge each. */
async function judgeRules({ session, project, stacks }: PreparedRun): Promise<void> {
  const { judgeCustomers } = await import("../detections/judgeCustomers.js");
  await judgeCustomers(project, {
    stacks,
    now: session.now(),
    onJudging: (queries) => say(session, `judging ${counted(queries, "query", "queries")} of the detection rules.`),
  });
}

/**
 * Previews the stacks, shows what `up` would do, and asks.
 * @throws VisibleError where nobody agrees: nothing was run then.
 */
async function agreedPlan(
  prepared: PreparedRun,
  workers: Workers,
  onView: (view: FleetView) => void,
): Promise<FleetPlan> {
  const { session, options, stacks } = prepared;
  const view = await fleetView("preview", options, session);
  onView(view);
  const { canary, maxFailures: _, ...others } = options;
  const previews = new FleetRun(
    { ...prepared, plan: { ...prepared.plan, command: "preview" }, options: { ...others, yes: true } },
    { view, journal: undefined, workers },
  );
  try {
    const outcomes = await previews.all(stacks);
    view.pause();
    if (previews.isInterrupted) throw new VisibleError("Interrupted. Nothing was run.");
    const seen = new Map(outcomes.map((outcome) => [outcome.stack, outcome]));
    const planned = stacks.flatMap(
      (stack) => outcomes.find((outcome) => outcome.stack === stack && isPlanned(outcome)) ?? [],
    );
    const [canaries] = withCanaries(planned, canary, seen);
    const names = canaries.map(({ stack }) => stack);
    if (!(await confirmPlan(seen, names, session))) throw new VisibleError("Nothing was run.");
    return seen;
  } finally {
    previews.stopListening();
  }
}

interface RunResult extends Pick<RunReport, "requests" | "ownRequests"> {
  readonly id: string;
  readonly beganAt: Date;
  readonly endedAt: Date;
  readonly outcomes: readonly StackOutcome[];
}

/** The report over the resumed run and this one: a stack's later outcome counts. */
function runReport(
  { plan, inventory, before }: PreparedRun,
  { id, beganAt, endedAt, outcomes, requests, ownRequests }: RunResult,
): RunReport {
  const earlier = [...(before?.outcomes.values() ?? [])].map(({ outcome }) => outcome);
  const all = [...new Map([...earlier, ...outcomes].map((outcome) => [outcome.stack, outcome])).values()];
  const customerNames = new Map(inventory.map(({ stack, customerName }) => [stack, customerName]));
  return {
    msspFleetReport: 1,
    run: id,
    command: plan.command,
    beganAt: (before?.beganAt ?? beganAt).toISOString(),
    endedAt: endedAt.toISOString(),
    refresh: plan.refresh,
    policyPacks: plan.policyPacks,
    counts: countsOf(all),
    requests,
    ownRequests,
    stacks: all.map((outcome) => withoutUndefined({ ...outcome, customerName: customerNames.get(outcome.stack) })),
  };
}

/**
 * The program's module, and the engine. Changes the working folder to the program's, as the engine
 * does.
 */
function workerSetup(folder: string, environment: NodeJS.ProcessEnv) {
  const project = parse(readFileSync(path.join(folder, "Pulumi.yaml"), "utf8")) as { main?: unknown };
  const main = typeof project.main === "string" ? project.main : ".";
  const program = programFile(folder, main);
  const { file, version } = requireEngine(environment);
  process.chdir(path.dirname(program));
  return { folder, main: program, engine: file, engineVersion: version };
}

function programFile(folder: string, main: string): string {
  const projectFile = path.join(folder, "Pulumi.yaml");
  try {
    return createRequire(projectFile).resolve(path.resolve(folder, main));
  } catch {
    throw new VisibleError(
      `${projectFile}: the program "${main}" is not there. Correct the key main. Nothing was run.`,
    );
  }
}

async function fleetView(
  command: FleetCommand,
  { json }: FleetRunOptions,
  { environment, out, err, now }: Session,
): Promise<FleetView> {
  if (json === true) return new JsonView(command, out, err, now);
  if (!err.isTerminal || environment["CI"] !== undefined) return new LineView(command, err);
  const { logUpdateStderr } = await import("log-update");
  const terminal = err.stream as unknown as { readonly columns: number; readonly rows: number };
  const size = () => ({ columns: terminal.columns, rows: terminal.rows });
  return new LiveView(command, { draw: logUpdateStderr, err, size });
}

/** Writes report.json and report.html, readable by their owner only. */
async function writeReport(folder: string, report: RunReport): Promise<void> {
  const { runPage } = await import("./runPage.js");
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  await writeWholeFile(path.join(folder, "report.json"), json, { mode: 0o600 });
  await writeWholeFile(path.join(folder, "report.html"), runPage(report), { mode: 0o600 });
}
