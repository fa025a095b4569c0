/**
 * `mssp incidents`: pulls incidents of one customer or of several, or shows and changes one, and
 * turns the result into an exit code.
 */
import {
  dateOf,
  type IncidentClassification,
  type IncidentDetermination,
  type ServiceError,
} from "@defender-mssp/microsoft";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import type { Session } from "@defender-mssp/terminal/session";
import { flag, UsageError } from "@defender-mssp/terminal/usageError";
import type { Connector } from "../connector/connector";
import { readerBy } from "../connector/connectionFiles";
import type { ConnectorSource } from "../connector/connectorSource";
import { requireTriage } from "../connector/requireProfile";
import type { OpenedTickets } from "../tickets/openTickets";
import { adviceOnProfile } from "../connector/profileAdvice";
import { interruptible } from "../pull/interrupt";
import { chosenSeverities } from "../pull/pullOptions";
import type { PullRunOptions, SetupOptions } from "../pull/pullCommand";
import { runPull } from "../pull/runPull";
import { startOf, type OpenedPull } from "../pull/start";
import { chosenDestinations } from "../sinks/destinations";
import { graphAccess, type GraphAccess, type GraphAccessOptions } from "../tokens/graphAccess";
import { isChange, runOne, type OneOptions } from "./one";
import { incidentSource, type FetchedIncident } from "./incidentSource";
import { incidentFormats, sinkRecordOf } from "./formats";
import { IncidentTable, isForPeople } from "./incidentTable";

export interface IncidentsOptions extends PullRunOptions, Partial<OneOptions> {
  readonly classify?: IncidentClassification;
  readonly determination?: IncidentDetermination;
  readonly ticketsCheck?: boolean;
  readonly ticketsStatus?: boolean;
  readonly ticketsRepeat?: boolean;
}

/** @throws VisibleError */
export async function runIncidents(
  options: IncidentsOptions,
  session: Session,
  source: ConnectorSource,
): Promise<void> {
  checkCombination(options);
  const adviceOn = (error: ServiceError): string | undefined => adviceOnIncidents(error, options, source);
  const { id } = options;
  if (id === undefined) {
    await runWithTickets(options, session, async (opened) => {
      const table = isForPeople(options, session.out) ? new IncidentTable() : undefined;
      await runPull<FetchedIncident>(
        {
          noun: "incident",
          recordOf: (incident, format) => sinkRecordOf(incident, incidentFormats[format]),
          open: (_, connector, setup) => {
            table?.addCustomer(connector.tenantId, connector.stack);
            return openIncidents(connector, options, setup, { opened, now: session.now });
          },
          adviceOn,
          output: table,
          metrics: opened?.metrics,
        },
        { ...options, ...(opened === undefined ? {} : { ticketDesk: opened.sink }) },
        session,
        source,
      );
      const text = table?.text(session.now(), session.out.columns);
      // A pull that failed has not read that there is none.
      if (text !== undefined) session.out.write(text);
      else if (table !== undefined && !session.exitCode) session.out.write("No open incidents.\n");
    });
    return;
  }
  const customer = await source.named(options, session);
  if (customer === undefined) throw new UsageError("--id is of one customer: name its stack or its connection file.");
  await interruptible(session, { follow: false, adviceOn }, async (signal) => {
    const connector = await customer.read();
    if (isChange(options)) requireTriage(connector, dateOf(session.now()));
    const access = await accessOf(connector, options, { environment: session.environment, signal });
    await runOne(access, { ...options, id }, session.out, signal);
    return 0;
  });
}

/** With `--tickets` the desk is open as long as the pull runs; its checks and its status need no pull. */
async function runWithTickets(
  options: IncidentsOptions,
  session: Session,
  pull: (opened: OpenedTickets | undefined) => Promise<void>,
): Promise<void> {
  const { tickets, ticketsCheck, ticketsStatus } = options;
  if (tickets === undefined) return pull(undefined);
  const given = { ...options, tickets };
  if (ticketsCheck === true || ticketsStatus === true) {
    const { checkTickets, showTickets } = await import("../tickets/checkTickets.js");
    session.exitCode = await (ticketsCheck === true ? checkTickets : showTickets)(given, session);
    return;
  }
  const { openTickets } = await import("../tickets/openTickets.js");
  const opened = await openTickets(given, session, (text) => session.err.note(text));
  try {
    await pull(opened);
    // The other trackers have theirs, so that the pull itself has succeeded.
    if (options.follow !== true && opened.desk.state.unreached.length > 0) session.exitCode ||= exitCodes.destination;
  } finally {
    opened.close();
  }
}

const ofPull = [
  "since",
  "severity",
  "follow",
  "interval",
  "checkpoint",
  "checkpoints",
  "parallel",
  "metrics",
  "health",
  "format",
  "raw",
] as const;
const ofOne = {
  close: "--set status",
  assign: "--set assignedTo",
  comment: "--set comment",
  classify: "--set classification",
  determination: "--set determination",
  json: "--json",
} as const;

function checkCombination(options: IncidentsOptions): void {
  const { id, classify, determination } = options;
  const named = Object.keys(ofOne) as (keyof typeof ofOne)[];
  const stray = id === undefined ? named.find((name) => options[name] !== undefined) : undefined;
  if (stray !== undefined) throw new UsageError(`${ofOne[stray]} goes with --id: name the incident.`);
  const ofTickets = (["ticketsCheck", "ticketsStatus", "ticketsRepeat"] as const).find(
    (name) => options[name] === true,
  );
  if (ofTickets !== undefined && options.tickets === undefined)
    throw new UsageError(`${flag(ofTickets)} goes with --tickets.`);
  const pulls = id === undefined ? undefined : pullOption(options);
  if (pulls !== undefined) throw new UsageError(`${flag(pulls)} is for a pull: it can't be used with --id.`);
  if (id !== undefined && !/^[\w-]{1,100}$/.test(id)) throw new UsageError(`--id "${id}" is no incident's ID.`);
  if (determination !== undefined && classify === undefined) {
    throw new UsageError("--set determination goes with --set classification.");
  }
}

function pullOption(options: IncidentsOptions): string | undefined {
  const [destination] = chosenDestinations(options);
  return ofPull.find((name) => options[name] !== undefined) ?? destination?.name;
}

async function openIncidents(
  connector: Connector,
  options: IncidentsOptions,
  setup: SetupOptions,
  { opened, now }: { readonly opened: OpenedTickets | undefined; readonly now: () => Date },
): Promise<OpenedPull<FetchedIncident>> {
  const { checkpointFor, follow, signal, progress, sleep, limiter } = setup;
  const access = await accessOf(connector, options, setup);
  const severities = chosenSeverities(options);
  const note = (text: string): void => progress.note(text);
  if (opened !== undefined) {
    const { incidentAccess } = await import("../tickets/openTickets.js");
    const oneWay = whyReadOnly(connector, now());
    if (oneWay !== undefined) note(`--tickets: one way: ${oneWay}`);
    opened.desk.customer(access.tenantId, incidentAccess({ name: connector.stack, access, oneWay, signal, limiter }));
    if (options.ticketsRepeat === true) await opened.desk.repeat(access.tenantId);
  }
  const isTicketsOnly = setup.destinations.length === 1 && opened !== undefined;
  const started = await startOf({
    tenantId: access.tenantId,
    api: "incidents",
    checkpoint: checkpointFor("incidents"),
    destinations: setup.destinations,
    // Older incidents get no ticket: with no other destination they are not read.
    since: options.since,
    sinceByDefault: isTicketsOnly ? "PT1H" : undefined,
    openSource: () => Promise.resolve(incidentSource({ ...access, severities, note, sleep, limiter })),
    follow,
    signal,
    progress,
  });
  return opened === undefined ? started : { ...started, afterwards: () => opened.desk.pass(access.tenantId) };
}

/** Undefined: incidents may be changed, or Graph decides. */
function whyReadOnly(connector: Connector, now: Date): string | undefined {
  try {
    requireTriage(connector, dateOf(now));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function accessOf(
  connector: Connector,
  options: IncidentsOptions,
  setup: GraphAccessOptions,
): Promise<GraphAccess> {
  const access = await graphAccess(connector, options, setup);
  await access.credentials(); // A missing credential is reported before any call.
  return access;
}

function adviceOnIncidents(
  error: ServiceError,
  options: IncidentsOptions,
  source: ConnectorSource,
): string | undefined {
  const isWrite = isChange(options) && error.method !== "GET";
  return adviceOnProfile(error, isWrite ? "triage" : "incidents", source, readerBy(options));
}
