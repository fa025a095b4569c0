/** `mssp fleet preview | up | refresh | destroy`. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parse } from "yaml";
import { withoutUndefined } from "@defender-mssp/microsoft";
import { print } from "@defender-mssp/terminal/standardOutput";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { Limiter } from "@defender-mssp/microsoft/limiter";
import { Journal } from "../stack/journal";
import { exitCodeOf, type FleetCommand, type StackOutcome } from "../stack/outcome";
import { requireEngine } from "../stack/pulumi";
import { countsOf, type RunReport } from "../stack/report";
import { FleetRun } from "./fleetRun";
import { prepareRun, type FleetRunOptions, type PreparedRun } from "./prepareRun";
import { RequestCounter } from "./requestCounter";
import { summaryText } from "./summary";
import { JsonView, LineView, LiveView, type FleetView } from "./view";
import { Workers } from "./workers";
import { writeReport } from "./writeReport";

/** Runs the command. @returns the exit code. */
export async function runFleet(command: FleetCommand, options: FleetRunOptions): Promise<number> {
  const prepared = await prepareRun(command, options);
  if (prepared !== undefined) return run(prepared);
  process.stderr.write("mssp fleet: No stack is selected. Nothing was run.\n");
  return 0;
}

async function run(prepared: PreparedRun): Promise<number> {
  const { plan, options, folder, journals, before, stacks, inventory } = prepared;
  const counter = options.countRequests === true ? await RequestCounter.start(process.env) : undefined;
  const setup = workerSetup(folder);
  const view = await fleetView(plan.command, options);
  const limiter = await Limiter.start();
  const journal = before === undefined ? Journal.begin(journals, plan) : Journal.resume(before);
  const workers = new Workers({
    ...setup,
    environment: { ...process.env, ...limiter.variables },
    timeout: options.timeout * 60_000,
    onStep: (stack, step) => view.step(stack, step),
  });
  const fleetRun = new FleetRun(prepared, { view, journal, workers });
  try {
    const outcomes = await fleetRun.all(stacks);
    journal.finish();
    view.pause();
    const report = runReport(prepared, {
      id: journal.id,
      beganAt: fleetRun.beganAt,
      outcomes,
      requests: await counter?.counts(inventory),
      ownRequests: { ...limiter.counts },
    });
    await writeReport(journal.folder, report);
    if (options.json === true) print(`${visibleJson({ event: "report", ...report })}\n`);
    else print(summaryText(report, journal.folder));
    return exitCodeOf(report.stacks.map(({ state }) => state));
  } finally {
    fleetRun.stopListening();
    await workers.end();
    await limiter.stop();
  }
}

interface RunResult extends Pick<RunReport, "requests" | "ownRequests"> {
  readonly id: string;
  readonly beganAt: Date;
  readonly outcomes: readonly StackOutcome[];
}

/** The report over the resumed run and this one: a stack's later outcome counts. */
function runReport(
  { plan, inventory, before }: PreparedRun,
  { id, beganAt, outcomes, requests, ownRequests }: RunResult,
): RunReport {
  const earlier = [...(before?.outcomes.values() ?? [])].map(({ outcome }) => outcome);
  const all = [...new Map([...earlier, ...outcomes].map((outcome) => [outcome.stack, outcome])).values()];
  const customerNames = new Map(inventory.map(({ stack, customerName }) => [stack, customerName]));
  return {
    msspFleetReport: 1,
    run: id,
    command: plan.command,
    beganAt: (before?.beganAt ?? beganAt).toISOString(),
    endedAt: new Date().toISOString(),
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
function workerSetup(folder: string) {
  const project = parse(readFileSync(path.join(folder, "Pulumi.yaml"), "utf8")) as { main?: unknown };
  const main = createRequire(path.join(folder, "Pulumi.yaml")).resolve(
    path.resolve(folder, typeof project.main === "string" ? project.main : "."),
  );
  const { file, version } = requireEngine(process.env);
  process.chdir(path.dirname(main));
  return { folder, main, engine: file, engineVersion: version };
}

async function fleetView(command: FleetCommand, { json }: FleetRunOptions): Promise<FleetView> {
  if (json === true) return new JsonView(command);
  if (!process.stderr.isTTY || process.env["CI"] !== undefined) return new LineView(command);
  const { logUpdateStderr } = await import("log-update");
  const { stderr } = process;
  return new LiveView(command, logUpdateStderr, () => ({ columns: stderr.columns, rows: stderr.rows }));
}
