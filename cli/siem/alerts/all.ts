/** Many customers in one process: one sink, a checkpoint each, and a failure stops no other. */
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { limiterVariable, type AlertApi, type ServiceError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "../connector/connector";
import { Limiter } from "../../base/limiter";
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
  readonly sink: Destination<FetchedAlert>;
  /** Pause of --follow, in milliseconds. */
  readonly follow: number | undefined;
  readonly signal: AbortSignal;
  readonly progress: StderrProgress;
  readonly metrics: Metrics;
  readonly adviceOn: (error: ServiceError) => string | undefined;
}

/** A customer, whose connector is read when it is its turn, and again after a failure. */
interface CustomerToPull {
  readonly stack: string;
  readonly connector: () => Promise<Connector>;
}

/**
 * Pulls all customers; with `follow` without end.
 * @returns the exit code: 0, or that of the customers that failed.
 * @throws DestinationError, ReaderGone, or the signal's reason: they end every pull.
 */
export async function pullAll(all: PullAllOptions): Promise<number> {
  const { options, progress } = all;
  const customers = await customersOf(options);
  if (options.checkpoints !== undefined) await checkpointFolder(options.checkpoints);
  const limiter = process.env[limiterVariable] === undefined ? await Limiter.start() : undefined;
  Object.assign(process.env, limiter?.variables);
  try {
    const parallel = options.parallel ?? defaultParallel;
    const turns = new Slots(engines);
    const failures = await pullMany({
      ...{ ...all, parallel },
      customers: customers.map((customer) => ({
        stack: customer.stack,
        open: async (context) => opened(await turns.use(() => customer.connector()), customer, options, context),
      })),
    });
    const codes = new Set(failures.map(exitCodeOfFailure));
    if (failures.length > 0) {
      progress.note(`${customers.length - failures.length} of ${customers.length} customers were read completely.`);
    }
    return codes.size > 1 ? 1 : ([...codes][0] ?? 0);
  } finally {
    if (limiter !== undefined) {
      Reflect.deleteProperty(process.env, limiterVariable);
      await limiter.stop();
    }
  }
}

/** The source, the position and the checkpoint of a customer. */
async function opened(
  connector: Connector,
  { stack }: CustomerToPull,
  options: AlertsOptions,
  { inTurn, identify, ...context }: CustomerContext,
): Promise<OpenedPull<FetchedAlert>> {
  identify(connector.tenantId);
  const { checkpoints } = options;
  const checkpointOf = (api: AlertApi) =>
    checkpoints === undefined ? undefined : path.join(checkpoints, `${stack.replaceAll("/", "+")}.${api}.json`);
  return inTurn(() => pullOf(connector, { ...context, options, checkpointOf, follow: undefined }));
}

async function checkpointFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new VisibleError(`The folder ${folder} can't be made: ${(error as Error).message}.`);
  }
}

/** @throws VisibleError where there is none. */
async function customersOf(options: AlertsOptions): Promise<CustomerToPull[]> {
  const customers = await (options.connections === undefined
    ? customersOfProject(options)
    : customersOfFolder(options.connections));
  if (customers.length === 0) throw new VisibleError("No customer matches.");
  return customers;
}

async function customersOfProject({ tag, passphraseFolder }: AlertsOptions): Promise<CustomerToPull[]> {
  const [{ readInventory }, { selectStacks }, { readProject }, { passphraseVariables }, { readConnector }] =
    await Promise.all([
      import("../../stack/inventory.js"),
      import("../../stack/selection.js"),
      import("../../../settings/project.js"),
      import("../../stack/passphrases.js"),
      import("../connector/connector.js"),
    ]);
  const project = await readProject();
  const place = { folder: project.folder, journals: "" };
  const stacks = (await selectStacks(await readInventory(project), { tag, staleAfter: 7 }, place)).map(
    ({ stack }) => stack,
  );
  const variables =
    passphraseFolder === undefined
      ? undefined
      : await passphraseVariables(stacks, { project, environment: process.env, passphraseFolder });
  return stacks.map((stack) => ({
    stack,
    connector: () => readConnector(stack, { secrets: true, environment: { ...process.env, ...variables?.get(stack) } }),
  }));
}

/** The connection files of a folder: `*.json`. A file's name is its customer's, as in checkpoints. */
async function customersOfFolder(folder: string): Promise<CustomerToPull[]> {
  const { readConnection } = await import("../connector/connectionFile.js");
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new VisibleError(`--connections ${folder} can't be read: ${(error as Error).message}.`);
  }
  return names
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .sort()
    .map((name) => ({ stack: name.slice(0, -5), connector: () => readConnection(path.join(folder, name)) }));
}
