/** The sink that a command's options name. */
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import { destinationName, destinationOptions } from "./destinationNames";
import { elasticsearch } from "./elasticsearch";
import { rotatedFile } from "./file";
import { splunkCollector } from "./hec";
import { logAnalytics } from "./logAnalytics";
import type { Sink } from "./sink";
import type { SinkOptions } from "./sinkOptions";
import { standardOutput } from "./standardOutput";
import { syslogAddress, syslogServer } from "./syslog";
import { flag, UsageError } from "@defender-mssp/terminal/usageError";

/** What the records of a command are like. */
export interface RecordsInfo {
  /** Whether texts are JSON objects. */
  readonly isJson: boolean;
  /** Splunk's source type, if the user names none. */
  readonly sourcetype: string;
  /** Elasticsearch's data stream, if the user names none. */
  readonly dataStream: string;
}

export interface SinkContext {
  readonly session: Pick<Session, "environment" | "out">;
  readonly signal?: AbortSignal;
  /** Shows a note to the user. */
  readonly note: (text: string) => void;
}

/** Options that only one destination has. */
const companions = {
  hec: ["index", "sourcetype", "acknowledge"],
  elasticsearch: ["dataStream"],
  logAnalytics: ["dcr", "stream"],
  file: ["fileSize", "fileCount"],
} as const;

/** @throws UsageError for an option without its destination. */
export function checkSinkOptions(options: SinkOptions): void {
  for (const [destination, names] of Object.entries(companions) as [
    keyof typeof companions,
    readonly (keyof SinkOptions)[],
  ][]) {
    const stray = names.find((name) => options[name] !== undefined);
    if (stray !== undefined && options[destination] === undefined)
      throw new UsageError(`${flag(stray)} goes with ${flag(destination)}.`);
  }
}

/** One of the destinations that a command's options name. */
export interface ChosenDestination {
  /** As in the option, without dashes: `log-analytics`. */
  readonly name: string;
  /** Leaves the other destinations out. */
  readonly options: SinkOptions;
}

/** The destinations that the options name; none: standard output. */
export function chosenDestinations(options: SinkOptions): readonly ChosenDestination[] {
  const chosen = destinationOptions.filter((name) => options[name] !== undefined);
  return chosen.map((name) => {
    const others = Object.fromEntries(chosen.filter((it) => it !== name).map((it) => [it, undefined]));
    return { name: destinationName(name), options: others };
  });
}

/** Standard output, unless the options name another. @throws UsageError */
export function chooseSink(options: SinkOptions, records: RecordsInfo, { session, ...context }: SinkContext): Sink {
  const { environment, out } = session;
  const { hec, syslog, elasticsearch: server, logAnalytics: endpoint, file } = options;
  if (syslog !== undefined) return syslogServer({ address: syslogAddress(syslog), isJson: records.isJson, ...context });
  if (hec !== undefined) return splunkOf(hec, options, records, { session, ...context });
  if (server !== undefined) {
    const apiKey = fromEnvironment(environment, "--elasticsearch", "the API key", "MSSP_ELASTICSEARCH_API_KEY");
    return elasticsearch({ url: server, dataStream: options.dataStream ?? records.dataStream, apiKey, ...context });
  }
  if (endpoint !== undefined) {
    const { dcr: rule, stream } = options;
    if (rule === undefined || stream === undefined) throw new UsageError("--log-analytics needs --dcr and --stream.");
    const tenantId = fromEnvironment(environment, "--log-analytics", "the workspace's tenant ID", "ARM_TENANT_ID");
    return logAnalytics({ url: endpoint, rule, stream, tenantId, environment, ...context });
  }
  if (file === undefined) return standardOutput(out);
  return rotatedFile({ file, size: options.fileSize ?? 100_000_000, count: options.fileCount ?? 10 });
}

/** What the summary adds where no receipt confirms the deliveries; undefined where one does. */
export function unconfirmed({ syslog }: SinkOptions): string | undefined {
  return syslog?.startsWith("udp:") === true ? "sent by UDP: nobody has confirmed that they arrived" : undefined;
}

function splunkOf(url: string, options: SinkOptions, records: RecordsInfo, { session, ...context }: SinkContext): Sink {
  const token = fromEnvironment(session.environment, "--hec", "the collector's token", "MSSP_HEC_TOKEN");
  const { index, acknowledge, sourcetype = records.sourcetype } = options;
  return splunkCollector({ url, token, isJson: records.isJson, index, sourcetype, acknowledge, ...context });
}

function fromEnvironment(environment: NodeJS.ProcessEnv, option: string, what: string, variable: string): string {
  const value = environment[variable]?.trim();
  if (value) return value;
  throw new VisibleError(`${option} needs ${what} in the environment: ${variable}.`);
}
