/** Many customers in one process: one sink, a checkpoint each, and a failure stops no other. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { limiterVariable, type AlertApi, type Environment, type ServiceError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { OwnLimiter } from "@defender-mssp/microsoft/limiter";
import type { Connector } from "../connector/connector";
import type { ConnectorSource, UnreadConnector } from "../connector/connectorSource";
import { exitCodeOfFailure } from "../pull/interrupt";
import { pullMany, type CustomerContext, type OpenedPull } from "../pull/many";
import type { Metrics } from "../pull/metrics";
import type { StderrProgress } from "../pull/progress";
import { Slots } from "../pull/slots";
import type { Destination } from "../sinks/sink";
import type { FetchedAlert } from "./fetchedAlert";
import { pullOf, type AlertsOptions } from "./setup";

/** Pages that are read and delivered at the same time; each has at most 250 alerts. */
const defaultParallel = 8;

/** Stacks whose outputs are read at the same time: each needs a process of the engine. */
const engines = 2;

export interface PullAllOptions {
  readonly options: AlertsOptions;
  readonly session: Session;
  readonly source: ConnectorSource;
  readonly sink: Destination<FetchedAlert>;
  /** Pause of --follow, in milliseconds. */
  readonly follow: number | undefined;
  readonly signal: AbortSignal;
  readonly progress: StderrProgress;
  readonly metrics: Metrics;
  readonly adviceOn: (error: ServiceError) => string | undefined;
}

/**
 * Pulls all customers; with `follow` without end.
 * @returns the exit code: 0, or that of the customers that failed.
 * @throws DestinationError, ReaderGone, or the signal's reason: they end every pull.
 */
export async function pullAll(all: PullAllOptions): Promise<number> {
  const { options, session, source, progress } = all;
  const { environment } = session;
  const customers = await source.many(options, session);
  if (customers.length === 0) throw new VisibleError("No customer matches.");
  if (options.checkpoints !== undefined) await checkpointFolder(options.checkpoints);
  // A fleet's owner of the limit comes first, where the environment names one.
  const limiter = environment[limiterVariable] === undefined ? new OwnLimiter() : undefined;
  const parallel = options.parallel ?? defaultParallel;
  const turns = new Slots(engines);
  const failures = await pullMany({
    ...all,
    parallel,
    customers: customers.map((customer) => ({
      stack: customer.name,
      // Read when it is the customer's turn, and again after a failure.
      open: async (context) =>
        opened(await turns.use(() => customer.read()), customer, { options, environment, limiter, context }),
    })),
  });
  const codes = new Set(failures.map(exitCodeOfFailure));
  if (failures.length > 0) {
    progress.note(`${customers.length - failures.length} of ${customers.length} customers were read completely.`);
  }
  return codes.size > 1 ? 1 : ([...codes][0] ?? 0);
}

/** The source, the position and the checkpoint of a customer. */
async function opened(
  connector: Connector,
  customer: UnreadConnector,
  { options, environment, limiter, context }: OpenedOptions,
): Promise<OpenedPull<FetchedAlert>> {
  const { inTurn, identify, signal, progress, sleep } = context;
  identify(connector.tenantId);
  const { checkpoints } = options;
  const checkpointOf = (api: AlertApi) =>
    checkpoints === undefined ? undefined : path.join(checkpoints, `${customer.name.replaceAll("/", "+")}.${api}.json`);
  const setup = { options, environment, checkpointOf, signal, progress, sleep, limiter, follow: undefined };
  return inTurn(() => pullOf(customer, connector, setup));
}

interface OpenedOptions {
  readonly options: AlertsOptions;
  readonly environment: Environment;
  readonly limiter: OwnLimiter | undefined;
  readonly context: CustomerContext;
}

async function checkpointFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new VisibleError(`The folder ${folder} can't be made: ${(error as Error).message}.`);
  }
}
