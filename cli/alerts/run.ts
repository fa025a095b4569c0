/** What `mssp alerts` does: finds out what to read and where to, pulls, and turns how it ended into an exit code. */
import {
  recordSeverities,
  applicationTokens,
  ServiceError,
  type AlertExporterRegion,
  type AlertApi,
  type RecordSeverity,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { readConnector, type Connector } from "../connector/connector";
import type { CredentialOptions } from "../tokens/credentialOptions";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { legacyTokens } from "../tokens/legacyTokens";
import { advised } from "../output/advised";
import { adviceFor } from "../tokens/signIn";
import { alertExporterHosts } from "../connector/hosts";
import { readCheckpoint, type Position } from "./checkpoint";
import { originalAsJson, recordAsCef, recordAsJson } from "./formats";
import { DestinationError, splunkCollector } from "./hec";
import { withFlatMemory } from "./memory";
import { StderrProgress } from "./progress";
import { pull, ReaderGone, type AlertSink } from "./pull";
import { graphSource, legacySource, type AlertSource } from "./sources";
import { endHalfLine, standardOutput } from "./standardOutput";
import { syslogAddress, syslogServer } from "./syslog";
import { durationOf, momentOf } from "./time";

export interface AlertsOptions extends CredentialOptions {
  readonly stack: string;
  readonly api?: AlertApi;
  readonly since?: string;
  readonly severity?: readonly RecordSeverity[];
  readonly follow?: boolean;
  readonly interval?: string;
  readonly checkpoint?: string;
  readonly format: "json" | "cef";
  readonly raw?: boolean;
  readonly hec?: string;
  readonly syslog?: string;
  readonly region?: AlertExporterRegion;
  readonly quiet?: boolean;
}

/** Defender keeps alerts for 180 days. Microsoft, "Data retention information for Microsoft Defender for Endpoint". */
const defaultSince = "P180D";
const defaultInterval = "PT1M";

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
    // Standard output may wait for a reader for ever: what it has not taken comes again.
    if (interrupt.signal.aborted) process.stderr.write("", () => process.exit());
    else if (!(error instanceof ReaderGone)) throw advised(error, adviceOn);
  } finally {
    interrupt.dispose();
  }
}

async function pullAlerts(options: AlertsOptions, signal: AbortSignal, progress: StderrProgress): Promise<void> {
  checkCombination(options);
  const follow = options.follow === true ? intervalOf(options.interval ?? defaultInterval) : undefined;
  const since = momentOf(options.since ?? defaultSince);
  const sink = sinkOf(options, signal);
  const connector = await readConnector(options.stack, { secrets: true });
  const api = options.api ?? defaultApi(connector);
  const { tenantId } = connector;
  const known =
    options.checkpoint === undefined ? undefined : await readCheckpoint(options.checkpoint, { tenantId, api });
  if (known !== undefined && options.since !== undefined) {
    progress.note(`The checkpoint says where to go on (${known.cursor.since}); --since is for the first time.`);
  }
  if (known !== undefined && options.hec === undefined && options.syslog === undefined) endHalfLine();
  const start: Position = { version: 1, tenantId, api, cursor: { since: since.toISOString() }, recent: {} };
  await pull({
    source: await sourceOf(api, connector, options, signal),
    sink: withFlatMemory(sink),
    position: known ?? start,
    checkpoint: options.checkpoint,
    follow,
    signal,
    progress,
  });
}

function checkCombination({ raw, format, hec, syslog, interval, follow }: AlertsOptions): void {
  if (raw === true && format === "cef") throw new VisibleError("--raw is JSON: it can't be had with --format cef.");
  if (hec !== undefined && syslog !== undefined)
    throw new VisibleError("--hec or --syslog, not both: run it once for each, with a checkpoint of its own.");
  if (interval !== undefined && follow !== true) throw new VisibleError("--interval goes with --follow.");
}

function intervalOf(text: string): number {
  const milliseconds = durationOf(text);
  if (milliseconds !== undefined && milliseconds >= 1000 && milliseconds <= 24 * 60 * 60 * 1000) return milliseconds;
  throw new VisibleError(`--interval "${text}" is not an ISO 8601 duration from a second to a day: PT30S, PT5M.`);
}

/**
 * Graph, where the connector has it: it shows all that the legacy API shows and more, so one of them is enough, and both would show the same
 * alerts twice.
 */
function defaultApi({ alertApis, stack }: Connector): AlertApi {
  if (alertApis.includes("graph")) return "graph";
  if (alertApis.includes("legacySiem")) return "legacySiem";
  throw new VisibleError(
    `The connector of stack "${stack}" may read no alerts: the setting connector.alertApis is empty.`,
  );
}

function sinkOf({ format, raw, hec, syslog }: AlertsOptions, signal: AbortSignal): AlertSink {
  const isJson = format === "json";
  const write = raw === true ? originalAsJson : isJson ? recordAsJson : recordAsCef;
  if (syslog !== undefined) return syslogServer({ address: syslogAddress(syslog), format: write, signal });
  if (hec === undefined) return standardOutput(write);
  const token = process.env.MSSP_HEC_TOKEN;
  if (!token) throw new VisibleError("--hec needs the collector's token in the environment: MSSP_HEC_TOKEN.");
  return splunkCollector({ url: hec, token, format: write, isJson, signal });
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
  await credentials(); // What is missing is said before anything is asked of anybody.
  const severities = options.severity?.length === recordSeverities.length ? undefined : options.severity;
  if (api === "graph") {
    const tokens = applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints, signal });
    return graphSource({ endpoints, tenantId, tokens, severities });
  }
  const tokens = await legacyTokens(connector, credentials, endpoints, signal);
  return legacySource({ hosts: alertExporterHosts(endpoints, options.region), tenantId, tokens, severities });
}

/** Ctrl-C and SIGTERM: the first ends the pull in order, the second at once. */
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
  return "`mssp verify` says what the connector lacks: consent, the SIEM authorization, or its credential.";
}
