/**
 * `mssp incidents`: pulls incidents, or shows and changes one, and turns the result into an exit
 * code.
 */
import {
  applicationTokens,
  recordSeverities,
  type IncidentClassification,
  type IncidentDetermination,
  type RecordSeverity,
  type ServiceError,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { selectedConnector, type ConnectorOptions } from "../connector/connectorOption";
import { requireTriage } from "../connector/requireProfile";
import { adviceOnProfile } from "../connector/profileAdvice";
import { advised } from "../output/advised";
import { visibleJson } from "../output/terminalText";
import { openCheckpoint, type Position } from "../pull/checkpoint";
import { exitCodeOf, Interrupt } from "../pull/interrupt";
import { withFlatMemory } from "../pull/memory";
import { StderrProgress } from "../pull/progress";
import { patiently, pull } from "../pull/pull";
import { ServiceClock } from "../pull/serviceClock";
import { firstMoment } from "../pull/start";
import { defaultInterval, intervalOf, momentOf } from "../pull/time";
import { checkSinkOptions, chooseSink } from "../sinks/chooseSink";
import { cutValues, type Shortening } from "../sinks/shortened";
import { formatted, ReaderGone, type Destination, type SinkRecord } from "../sinks/sink";
import type { SinkOptions } from "../sinks/sinkOptions";
import type { CredentialOptions } from "../tokens/credentialOptions";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { isChange, runOne, type OneOptions } from "./one";
import type { IncidentAccess } from "./access";
import { incidentAsEcs } from "./ecs";
import { incidentSource, type FetchedIncident } from "./incidentSource";

export interface IncidentsOptions extends CredentialOptions, ConnectorOptions, SinkOptions, Partial<OneOptions> {
  readonly since?: string;
  readonly severity?: readonly RecordSeverity[];
  readonly follow?: boolean;
  readonly interval?: string;
  readonly checkpoint?: string;
  readonly raw?: boolean;
  readonly quiet?: boolean;
  readonly classify?: IncidentClassification;
  readonly determination?: IncidentDetermination;
}

/**
 * Defender keeps incidents for 180 days. Microsoft, "Data retention information for Microsoft
 * Defender for Endpoint".
 */
const defaultSince = "P180D";

const endOfTime = new Date(8.64e15);

export async function runIncidents(options: IncidentsOptions): Promise<void> {
  const interrupt = new Interrupt();
  const { signal } = interrupt;
  const progress = new StderrProgress("incident", options.quiet === true);
  try {
    checkCombination(options);
    if (options.id === undefined) {
      await pullIncidents(options, signal, progress);
      progress.finish();
    } else await runOne(await accessOf(options, signal), { ...options, id: options.id }, signal);
  } catch (error) {
    const isPull = options.id === undefined;
    if (isPull && (signal.aborted || error instanceof ReaderGone)) progress.finish();
    process.exitCode = exitCodeOf(error, { follow: options.follow === true, interrupt });
    // Standard output may wait for a reader without end: what it has not taken comes again.
    if (signal.aborted) process.stderr.write("", () => process.exit());
    else if (!(error instanceof ReaderGone)) throw advised(error, (failure) => adviceOn(failure, options));
  } finally {
    interrupt.dispose();
  }
}

const ofPull = [
  ...(["since", "severity", "follow", "interval", "checkpoint", "raw"] as const),
  ...(["hec", "syslog", "elasticsearch", "logAnalytics", "file"] as const),
] as const;
const ofOne = ["close", "assign", "comment", "classify", "determination", "json"] as const;

function checkCombination(options: IncidentsOptions): void {
  const { id, interval, follow, classify, determination, raw, elasticsearch } = options;
  checkSinkOptions(options);
  const stray = id === undefined ? ofOne.find((name) => options[name] !== undefined) : undefined;
  if (stray !== undefined) throw new VisibleError(`--${stray} goes with --id: name the incident.`);
  const pulls = id === undefined ? undefined : ofPull.find((name) => options[name] !== undefined);
  if (pulls !== undefined)
    throw new VisibleError(`--${pulls.replace("A", "-a")} is for a pull: it can't be used with --id.`);
  if (id !== undefined && !/^[\w-]{1,100}$/.test(id)) throw new VisibleError(`--id "${id}" is no incident's ID.`);
  if (raw === true && elasticsearch !== undefined) {
    throw new VisibleError("--elasticsearch takes the Elastic Common Schema: it can't be used with --raw.");
  }
  if (interval !== undefined && follow !== true) throw new VisibleError("--interval goes with --follow.");
  if (determination !== undefined && classify === undefined) {
    throw new VisibleError("--determination goes with --classify.");
  }
}

async function pullIncidents(options: IncidentsOptions, signal: AbortSignal, progress: StderrProgress): Promise<void> {
  const follow = options.follow === true ? intervalOf(options.interval ?? defaultInterval) : undefined;
  const { checkpoint, since = defaultSince } = options;
  momentOf(since, endOfTime); // A usage error comes before anything is read.
  const sink = sinkOf(options, signal, progress);
  const access = await accessOf(options, signal);
  const [{ tenantId }, api] = [access, "incidents"];
  const known = checkpoint === undefined ? undefined : await openCheckpoint(checkpoint, { tenantId, api });
  if (known !== undefined && options.since !== undefined) {
    progress.note(`The checkpoint continues at ${known.cursor.since}; --since applies to the first run only.`);
  }
  const severities = options.severity?.length === recordSeverities.length ? undefined : options.severity;
  const source = incidentSource({ ...access, severities, note: (text) => progress.note(text) });
  const clock = new ServiceClock();
  const start = async (): Promise<Position> => {
    const first = await firstMoment(since, source, clock, signal);
    return { version: 1, tenantId, api, cursor: { since: first.toISOString() }, recent: {} };
  };
  const position = known ?? (await patiently(start, { follow, signal, progress }));
  await pull({ source, sink: withFlatMemory(sink), position, checkpoint, follow, signal, progress, clock });
}

async function accessOf(options: IncidentsOptions, signal: AbortSignal): Promise<IncidentAccess> {
  const connector = await selectedConnector(options);
  if (isChange(options)) requireTriage(connector, new Date().toISOString().slice(0, 10));
  const { tenantId, clientId } = connector;
  const endpoints = await endpointsOf(connector);
  const credentials = async () => connectorEnvironment(clientId, await credentialOf(connector, options));
  await credentials(); // A missing credential is reported before any call.
  const tokens = applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints, signal });
  return { endpoints, tenantId, tokens };
}

function sinkOf(
  options: IncidentsOptions,
  signal: AbortSignal,
  progress: StderrProgress,
): Destination<FetchedIncident> {
  const format = options.raw === true ? "raw" : options.elasticsearch === undefined ? "record" : "ecs";
  const records = { isJson: true, sourcetype: "defender:incident", dataStream: "logs-defender.incident-default" };
  const sink = chooseSink(options, records, { signal, note: (text) => progress.note(text) });
  return formatted(sink, (incident) => sinkRecordOf(incident, format));
}

/** An incident as sinks take it. */
export function sinkRecordOf({ id, record, original }: FetchedIncident, format: "record" | "raw" | "ecs"): SinkRecord {
  const text = (limits?: Shortening): string => {
    const cut = <T>(value: T): T => (limits === undefined ? value : cutValues(value, limits));
    if (format === "raw") return visibleJson(cut(original));
    return format === "ecs" ? incidentAsEcs(cut(record)) : visibleJson(cut(record));
  };
  return {
    id,
    tenantId: record.tenantId,
    at: record.updatedAt,
    severity: record.severity,
    kind: "incident",
    text: text(),
    shortened: text,
  };
}

function adviceOn(error: ServiceError, options: IncidentsOptions): string | undefined {
  const isWrite = isChange(options) && error.method !== "GET";
  return adviceOnProfile(error, isWrite ? "triage" : "incidents");
}
