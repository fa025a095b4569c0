/**
 * `mssp incidents`: pulls incidents, or shows and changes one, and turns the result into an exit
 * code.
 */
import {
  applicationTokens,
  type IncidentClassification,
  type IncidentDetermination,
  type ServiceError,
} from "@defender-mssp/microsoft";
import type { ConnectionOptions } from "../connector/connectionFiles";
import type { Session } from "@defender-mssp/terminal/session";
import type { ConnectorSource } from "../connector/connectorSource";
import { requireTriage } from "../connector/requireProfile";
import { adviceOnProfile } from "../connector/profileAdvice";
import { interruptible } from "../pull/interrupt";
import { withFlatMemory } from "../pull/memory";
import { StderrProgress } from "../pull/progress";
import { pull } from "../pull/pull";
import { checkPullOptions, chosenSeverities, type PullCommandOptions } from "../pull/pullOptions";
import { startOf } from "../pull/start";
import { checkSince, defaultInterval, intervalOf } from "../pull/time";
import { checkSinkOptions, unconfirmed } from "../sinks/chooseSink";
import type { SinkOptions } from "../sinks/sinkOptions";
import type { CredentialOptions } from "../tokens/credentialOptions";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { isChange, runOne, type OneOptions } from "./one";
import type { IncidentAccess } from "./access";
import { incidentSource } from "./incidentSource";
import { incidentSink } from "./sink";
import { flag, UsageError } from "@defender-mssp/terminal/usageError";

export interface IncidentsOptions
  extends CredentialOptions, ConnectionOptions, SinkOptions, PullCommandOptions, Partial<OneOptions> {
  readonly classify?: IncidentClassification;
  readonly determination?: IncidentDetermination;
}

export function runIncidents(options: IncidentsOptions, session: Session, source: ConnectorSource): Promise<void> {
  const { id } = options;
  const progress =
    id === undefined
      ? new StderrProgress("incident", options.quiet === true, session.err, unconfirmed(options))
      : undefined;
  const adviceOnCall = (error: ServiceError): string | undefined => adviceOn(error, options, source);
  return interruptible(
    session,
    { follow: options.follow === true, progress, adviceOn: adviceOnCall },
    async (signal) => {
      checkCombination(options);
      if (id !== undefined)
        await runOne(await accessOf(options, session, source, signal), { ...options, id }, session.out, signal);
      else if (progress !== undefined) await pullIncidents(options, session, source, signal, progress);
      return 0;
    },
  );
}

const ofPull = [
  "since",
  "severity",
  "follow",
  "interval",
  "checkpoint",
  "format",
  "raw",
  "hec",
  "syslog",
  "elasticsearch",
  "logAnalytics",
  "file",
] as const;
const ofOne = ["close", "assign", "comment", "classify", "determination", "json"] as const;

function checkCombination(options: IncidentsOptions): void {
  const { id, classify, determination } = options;
  checkSinkOptions(options);
  const stray = id === undefined ? ofOne.find((name) => options[name] !== undefined) : undefined;
  if (stray !== undefined) throw new UsageError(`${flag(stray)} goes with --id: name the incident.`);
  const pulls = id === undefined ? undefined : ofPull.find((name) => options[name] !== undefined);
  if (pulls !== undefined) throw new UsageError(`${flag(pulls)} is for a pull: it can't be used with --id.`);
  if (id !== undefined && !/^[\w-]{1,100}$/.test(id)) throw new UsageError(`--id "${id}" is no incident's ID.`);
  checkPullOptions(options);
  if (determination !== undefined && classify === undefined) {
    throw new UsageError("--determination goes with --classify.");
  }
}

async function pullIncidents(
  options: IncidentsOptions,
  session: Session,
  source: ConnectorSource,
  signal: AbortSignal,
  progress: StderrProgress,
): Promise<void> {
  const follow = options.follow === true ? intervalOf(options.interval ?? defaultInterval) : undefined;
  if (options.since !== undefined) checkSince(options.since); // A usage error comes before anything is read.
  const note = (text: string): void => progress.note(text);
  const sink = withFlatMemory(incidentSink(options, { session, signal, note }));
  const access = await accessOf(options, session, source, signal);
  const severities = chosenSeverities(options);
  const start = await startOf({
    tenantId: access.tenantId,
    api: "incidents",
    checkpoint: options.checkpoint,
    since: options.since,
    openSource: () => Promise.resolve(incidentSource({ ...access, severities, note })),
    follow,
    signal,
    progress,
  });
  await pull({ ...start, sink, follow, signal, progress });
}

async function accessOf(
  options: IncidentsOptions,
  session: Session,
  source: ConnectorSource,
  signal: AbortSignal,
): Promise<IncidentAccess> {
  const connector = await source.one(options, session).read();
  if (isChange(options)) requireTriage(connector, session.now().toISOString().slice(0, 10));
  const { tenantId, clientId } = connector;
  const { environment } = session;
  const endpoints = await endpointsOf(connector, environment);
  const credentials = async () =>
    connectorEnvironment(clientId, await credentialOf(connector, options, environment), environment);
  await credentials(); // A missing credential is reported before any call.
  const tokens = applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints, signal });
  return { endpoints, tenantId, tokens };
}

function adviceOn(error: ServiceError, options: IncidentsOptions, source: ConnectorSource): string | undefined {
  const isWrite = isChange(options) && error.method !== "GET";
  return adviceOnProfile(error, isWrite ? "triage" : "incidents", source);
}
