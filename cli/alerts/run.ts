/**
 * `mssp alerts`: finds the source and the destination, pulls, and turns the result into an exit
 * code.
 */
import {
  recordSeverities,
  applicationTokens,
  ServiceError,
  type AlertExporterRegion,
  type AlertApi,
  type RecordSeverity,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { shownConnector, type Connector } from "../connector/connector";
import { selectedConnector, type ConnectorOptions } from "../connector/connectorOption";
import type { CredentialOptions } from "../tokens/credentialOptions";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { legacyTokens } from "../tokens/legacyTokens";
import { advised } from "../output/advised";
import { adviceFor } from "../tokens/signIn";
import { alertExporterHosts } from "../connector/hosts";
import { openCheckpoint, type Position } from "./checkpoint";
import { DestinationError } from "./destination";
import { originalAsJson, recordAsCef, recordAsJson } from "./formats";
import { graphSource } from "./graphSource";
import { sourceTypeOf, splunkCollector } from "./hec";
import { legacySource } from "./legacySource";
import { withFlatMemory } from "./memory";
import { StderrProgress } from "./progress";
import { patiently, pull, ReaderGone, type AlertSink } from "./pull";
import { ServiceClock } from "./serviceClock";
import type { AlertSource } from "./sources";
import { standardOutput } from "./standardOutput";
import { syslogAddress, syslogServer } from "./syslog";
import { durationOf, momentOf } from "./time";

export interface AlertsOptions extends CredentialOptions, ConnectorOptions {
  readonly api?: AlertApi;
  readonly since?: string;
  readonly severity?: readonly RecordSeverity[];
  readonly follow?: boolean;
  readonly interval?: string;
  readonly checkpoint?: string;
  readonly format: "json" | "cef";
  readonly raw?: boolean;
  readonly hec?: string;
  readonly index?: string;
  readonly sourcetype?: string;
  readonly acknowledge?: boolean;
  readonly syslog?: string;
  readonly region?: AlertExporterRegion;
  readonly quiet?: boolean;
}

/**
 * Defender keeps alerts for 180 days. Microsoft, "Data retention information for Microsoft Defender
 * for Endpoint".
 */
const defaultSince = "P180D";
const defaultInterval = "PT1M";

const endOfTime = new Date(8.64e15);

const exitCodes = { refused: 3, unavailable: 4, destination: 5, SIGINT: 130, SIGTERM: 143 } as const;

export async function runAlerts(options: AlertsOptions): Promise<void> {
  const interrupt = new Interrupt();
  const progress = new StderrProgress(options.quiet === true);
  try {
    await pullAlerts(options, interrupt.signal, progress);
    progress.finish();
  } catch (error) {
    if (interrupt.signal.aborted || error instanceof ReaderGone) progress.finish();
    process.exitCode = exitCodeOf(error, options, interrupt);
    // Standard output may wait for a reader without end: what it has not taken comes again.
    if (interrupt.signal.aborted) process.stderr.write("", () => process.exit());
    else if (!(error instanceof ReaderGone)) throw advised(error, adviceOn);
  } finally {
    interrupt.dispose();
  }
}

async function pullAlerts(options: AlertsOptions, signal: AbortSignal, progress: StderrProgress): Promise<void> {
  checkCombination(options);
  const follow = options.follow === true ? intervalOf(options.interval ?? defaultInterval) : undefined;
  const { checkpoint, since = defaultSince } = options;
  momentOf(since, endOfTime); // A usage error comes before anything is read.
  const sink = sinkOf(options, signal, progress);
  const connector = await selectedConnector(options);
  const api = options.api ?? defaultApi(connector);
  const { tenantId } = connector;
  const known = checkpoint === undefined ? undefined : await openCheckpoint(checkpoint, { tenantId, api });
  if (known !== undefined && options.since !== undefined) {
    progress.note(`The checkpoint continues at ${known.cursor.since}; --since applies to the first run only.`);
  }
  const source = await sourceOf(api, connector, options, signal);
  const clock = new ServiceClock();
  const start = async (): Promise<Position> => {
    const first = await firstMoment(since, source, clock, signal);
    return { version: 1, tenantId, api, cursor: { since: first.toISOString() }, recent: {} };
  };
  const position = known ?? (await patiently(start, { follow, signal, progress }));
  await pull({ source, sink: withFlatMemory(sink), position, checkpoint, follow, signal, progress, clock });
}

/**
 * The moment that `--since` means, by the service's clock: this machine's may be hours off. @throws
 * VisibleError
 */
async function firstMoment(
  since: string,
  source: AlertSource,
  clock: ServiceClock,
  signal: AbortSignal,
): Promise<Date> {
  clock.learn((await source.page({ since: new Date() }, { signal })).at);
  return momentOf(since, new Date(clock.now()));
}

function checkCombination(options: AlertsOptions): void {
  const { raw, format, hec, syslog, interval, follow } = options;
  if (raw === true && format === "cef") throw new VisibleError("--raw is JSON: it can't be used with --format cef.");
  if (hec !== undefined && syslog !== undefined) {
    throw new VisibleError("Use --hec or --syslog, not both: run the command for each, with its own checkpoint.");
  }
  const ofHec = (["index", "sourcetype", "acknowledge"] as const).find((name) => options[name] !== undefined);
  if (ofHec !== undefined && hec === undefined) throw new VisibleError(`--${ofHec} goes with --hec.`);
  if (interval !== undefined && follow !== true) throw new VisibleError("--interval goes with --follow.");
}

function intervalOf(text: string): number {
  const milliseconds = durationOf(text);
  if (milliseconds !== undefined && milliseconds >= 1000 && milliseconds <= 24 * 60 * 60 * 1000) return milliseconds;
  throw new VisibleError(`--interval "${text}" is not a duration from a second to a day: 30s, 5m, PT5M.`);
}

/**
 * Graph, where the connector has it: the legacy API is deprecated, and both would show most alerts
 * twice.
 */
function defaultApi(connector: Connector): AlertApi {
  const { alertApis } = connector;
  if (alertApis.includes("graph")) return "graph";
  if (alertApis.includes("legacySiem")) return "legacySiem";
  throw new VisibleError(
    `The connector of ${shownConnector(connector)} may read no alerts: the setting connector.alertApis is empty.`,
  );
}

function sinkOf(options: AlertsOptions, signal: AbortSignal, progress: StderrProgress): AlertSink {
  const { format, raw, hec, index, sourcetype, acknowledge, syslog } = options;
  const isJson = format === "json";
  const write = raw === true ? originalAsJson : isJson ? recordAsJson : recordAsCef;
  if (syslog !== undefined) return syslogServer({ address: syslogAddress(syslog), format: write, signal });
  if (hec === undefined) return standardOutput(write);
  const token = process.env.MSSP_HEC_TOKEN;
  if (!token) throw new VisibleError("--hec needs the collector's token in the environment: MSSP_HEC_TOKEN.");
  const note = (text: string): void => progress.note(text);
  const placed = { index, sourcetype: sourcetype ?? sourceTypeOf({ isJson, isRaw: raw === true }) };
  return splunkCollector({ url: hec, token, format: write, isJson, ...placed, acknowledge, signal, note });
}

async function sourceOf(
  api: AlertApi,
  connector: Connector,
  options: AlertsOptions,
  signal: AbortSignal,
): Promise<AlertSource> {
  const endpoints = await endpointsOf(connector);
  const { tenantId } = connector;
  const credentials = async () => connectorEnvironment(connector.clientId, await credentialOf(connector, options));
  await credentials(); // A missing credential is reported before any call.
  const severities = options.severity?.length === recordSeverities.length ? undefined : options.severity;
  if (api === "graph") {
    const tokens = applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints, signal });
    return graphSource({ endpoints, tenantId, tokens, severities });
  }
  const tokens = await legacyTokens(connector, credentials, endpoints, signal);
  return legacySource({ hosts: alertExporterHosts(endpoints, options.region), tenantId, tokens, severities });
}

/** Ctrl-C and SIGTERM: the first ends the pull after saving the checkpoint, the second at once. */
class Interrupt {
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;
  #name: "SIGINT" | "SIGTERM" | undefined;
  readonly #handlers = (["SIGINT", "SIGTERM"] as const).map((name) => ({ name, handler: () => this.#stop(name) }));

  constructor() {
    for (const { name, handler } of this.#handlers) process.on(name, handler);
  }

  get name(): "SIGINT" | "SIGTERM" | undefined {
    return this.#name;
  }

  dispose(): void {
    for (const { name, handler } of this.#handlers) process.off(name, handler);
  }

  #stop(name: "SIGINT" | "SIGTERM"): void {
    if (this.#name !== undefined) process.exit(exitCodes[name]);
    this.#name = name;
    this.#controller.abort(new Error("interrupted"));
  }
}

function exitCodeOf(error: unknown, { follow }: AlertsOptions, { name }: Interrupt): number {
  if (name !== undefined) return follow === true ? 0 : exitCodes[name];
  if (error instanceof ReaderGone) return 0;
  if (error instanceof DestinationError) return exitCodes.destination;
  if (!(error instanceof ServiceError)) return 1;
  return [400, 401, 403].includes(error.status) ? exitCodes.refused : exitCodes.unavailable;
}

function adviceOn({ serviceCode, status }: ServiceError): string | undefined {
  const advice = adviceFor(serviceCode);
  if (advice !== undefined || ![401, 403].includes(status)) return advice;
  return "`npx mssp verify` shows what the connector lacks: consent, the SIEM authorization, or its credential.";
}
