/**
 * A command that pulls, `mssp alerts` or `mssp incidents`, for one customer or for several: from its
 * options to its exit code.
 */
import type { Session } from "@defender-mssp/terminal/session";
import { connectorEndings } from "../connector/connectorEndings";
import { flag, UsageError } from "@defender-mssp/terminal/usageError";
import type { ConnectorSource } from "../connector/connectorSource";
import {
  checkSinkOptions,
  chosenDestinations,
  openDestination,
  unconfirmed,
  type AnyDestination,
} from "../sinks/destinations";
import { DestinationError, type Destination } from "../sinks/sink";
import { fanOut } from "./fanOut";
import { exitCodeOfFailure, interruptible } from "./interrupt";
import { withFlatMemory } from "./memory";
import { Metrics, metricsPlace, publish } from "./metrics";
import { OpenDestination } from "./openDestination";
import { StderrProgress } from "./progress";
import { pull } from "./pull";
import type { PullProgress } from "./pullProgress";
import type { PullCommand, PullRun, PullRunOptions } from "./pullCommand";
import { checkPullOptions } from "./pullOptions";
import type { Pulled } from "./source";
import { tracksTo } from "./start";
import { checkSince, defaultInterval, intervalOf } from "./time";

/** Pulls, and sets the exit code. @throws VisibleError */
export function runPull<T extends Pulled>(
  command: PullCommand<T>,
  options: PullRunOptions,
  session: Session,
  source: ConnectorSource,
): Promise<void> {
  const progress = new StderrProgress(command.noun, options.quiet === true, session.err, unconfirmed(options));
  const { adviceOn } = command;
  return interruptible(session, { follow: options.follow === true, progress, adviceOn }, (signal) =>
    pulled({ command, options, session, source, signal, progress, adviceOn }),
  );
}

/** @returns the exit code. */
async function pulled<T extends Pulled>(run: PullRun<T>): Promise<number> {
  const { command, options, session, source, signal, progress } = run;
  const customer = await source.named(options, session);
  checkCombination(options, customer === undefined);
  const follow = options.follow === true ? intervalOf(options.interval ?? defaultInterval) : undefined;
  if (options.since !== undefined) checkSince(options.since); // A usage error comes before anything is read.
  const place = options.metrics === undefined ? undefined : metricsPlace(options.metrics);
  const note = (text: string): void => progress.note(text);
  const metrics = new Metrics(command.noun, () => session.now().getTime(), command.metrics);
  const chosen = chosenDestinations(options);
  const names = chosen.map(({ name }) => name);
  const sinkFor = (kind?: AnyDestination) =>
    withFlatMemory(
      (kind === undefined ? command.output : undefined) ??
        openDestination(kind, options, command, { session, signal, note }),
    );
  const failed = (name: string): void => metrics.destinationFailed(name);
  const several =
    chosen.length < 2
      ? []
      : chosen.map((kind) => new OpenDestination(kind.name, sinkFor(kind), { follow, note, failed }));
  const destinations = several.length > 0 ? several : [sinkFor(chosen[0])];
  const publication = await publish({ metrics, place, health: options.health, note });
  try {
    if (customer === undefined) {
      const { pullAll } = await import("./pullAll.js");
      const code = await pullAll({ ...run, destinations, names, follow, metrics });
      return code === 0 ? destinationCode(several, progress) : code;
    }
    const connector = await customer.read();
    const figures = metrics.customer(connector.stack);
    figures.restsOn(() => connectorEndings(connector, session.now()));
    figures.label({ tenant_id: connector.tenantId });
    const observed = fanOut(progress, figures);
    const checkpointFor = () => options.checkpoint;
    const { environment } = session;
    const setup = { environment, checkpointFor, signal, progress: observed, follow, destinations: names };
    const opened = await command.open(customer, connector, setup);
    const single = destinations.map((sink) => countingFailures(sink, () => metrics.destinationFailed()));
    const tracks = tracksTo(several.length > 0 ? several : single, opened.positions);
    await pull({ ...opened, tracks, follow, signal, progress: observed });
    return destinationCode(several, progress);
  } finally {
    await publication.stop();
  }
}

/** One destination of one customer: several, and one of many customers, count their failures themselves. */
function countingFailures<T>(sink: Destination<T>, failed: () => void): Destination<T> {
  const counted = async (work: () => Promise<void> | undefined): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof DestinationError) failed();
      throw error;
    }
  };
  return { deliver: (items) => counted(() => sink.deliver(items)), flush: () => counted(() => sink.flush?.()) };
}

/** The exit code of several destinations: that of one which has not taken everything. */
function destinationCode<T>(destinations: readonly OpenDestination<T>[], progress: PullProgress): number {
  const behind = destinations.filter(({ failure }) => failure !== undefined);
  if (behind.length === 0) return 0;
  const names = behind.map(({ name }) => `--${name}`).join(", ");
  progress.note(`${names} did not take everything. With the same checkpoint, the next run continues there.`);
  return exitCodeOfFailure(behind[0]?.failure);
}

/** @throws UsageError for options that exclude or need each other. */
function checkCombination(options: PullRunOptions, isMany: boolean): void {
  checkSinkOptions(options);
  checkPullOptions(options);
  const ofMany = (["checkpoints", "parallel"] as const).find((name) => options[name] !== undefined);
  if (ofMany !== undefined && !isMany) {
    throw new UsageError(`${flag(ofMany)} goes with several customers: --all, --connections, or a pattern.`);
  }
  if (isMany && options.checkpoint !== undefined) {
    throw new UsageError("Several customers need a checkpoint each: --checkpoints <folder>.");
  }
}
