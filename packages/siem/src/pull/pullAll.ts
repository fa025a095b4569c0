/** Many customers in one process: one sink, a checkpoint each, and a failure stops no other. */
import { mkdir } from "node:fs/promises";
import { connectorEndings } from "../connector/connectorEndings";
import { limiterVariable, type Environment } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { OwnLimiter } from "@defender-mssp/microsoft/limiter";
import type { UnreadConnector } from "../connector/connectorSource";
import type { NamedDestination } from "../sinks/sink";
import { customerCheckpoint } from "./customerCheckpoint";
import { exitCodeOfFailure } from "./interrupt";
import { pullMany, type CustomerContext } from "./many";
import type { Metrics } from "./metrics";
import type { PullRun } from "./pullCommand";
import { Slots } from "./slots";
import type { Pulled } from "./source";
import type { OpenedPull } from "./start";

/** Pages that are read and delivered at the same time; each has at most 250 alerts. */
const defaultParallel = 8;

/** Stacks whose outputs are read at the same time: each needs a process of the engine. */
const engines = 2;

export interface PullAllOptions<T extends Pulled> extends PullRun<T> {
  /** Several have names. */
  readonly destinations: readonly NamedDestination<T>[];
  /** Names of the destinations that the options name. */
  readonly names: readonly string[];
  /** Pause of --follow, in milliseconds. */
  readonly follow: number | undefined;
  readonly metrics: Metrics;
}

/**
 * Pulls all customers; with `follow` without end.
 * @returns the exit code: 0, or that of the customers that failed.
 * @throws DestinationError, ReaderGone, or the signal's reason: they end every pull.
 */
export async function pullAll<T extends Pulled>(all: PullAllOptions<T>): Promise<number> {
  const { options, session, source, progress } = all;
  const { environment } = session;
  const customers = await source.many(options, session);
  if (options.checkpoints !== undefined) await makeCheckpointFolder(options.checkpoints);
  // A fleet's owner of the limit comes first, where the environment names one.
  const limiter = environment[limiterVariable] === undefined ? new OwnLimiter() : undefined;
  const turns = new Slots(engines);
  const failures = await pullMany({
    ...all,
    parallel: options.parallel ?? defaultParallel,
    customers: customers.map((customer) => ({
      stack: customer.name,
      open: (context) => opened(customer, { ...all, environment, limiter, context, turns }),
    })),
  });
  const codes = new Set(failures.map(exitCodeOfFailure));
  if (failures.length > 0) {
    progress.note(`${customers.length - failures.length} of ${customers.length} customers were read completely.`);
  }
  return codes.size > 1 ? 1 : ([...codes][0] ?? 0);
}

interface OpenedOptions<T extends Pulled> extends PullAllOptions<T> {
  readonly environment: Environment;
  readonly limiter: OwnLimiter | undefined;
  readonly context: CustomerContext;
  readonly turns: Slots;
}

/** The source, the position and the checkpoint of a customer. Read again after a failure. */
async function opened<T extends Pulled>(
  customer: UnreadConnector,
  { command, options, environment, limiter, context, turns, names, metrics, session: { now } }: OpenedOptions<T>,
): Promise<OpenedPull<T>> {
  const { inTurn, identify, signal, progress, sleep } = context;
  const connector = await turns.use(() => customer.read());
  identify(connector.tenantId);
  metrics.customer(customer.name).restsOn(() => connectorEndings(connector, now()));
  const { checkpoints } = options;
  const checkpointFor = (api: string) =>
    checkpoints === undefined ? undefined : customerCheckpoint(checkpoints, customer.name, api);
  const setup = { environment, checkpointFor, signal, progress, sleep, limiter, follow: undefined };
  return inTurn(() => command.open(customer, connector, { ...setup, isOneOfMany: true, destinations: names }));
}

async function makeCheckpointFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new VisibleError(`The folder ${folder} can't be made: ${(error as Error).message}.`);
  }
}
