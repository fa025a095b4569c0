/** The sink that a command's options name. */
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { splunkCollector } from "./hec";
import type { Sink } from "./sink";
import type { SinkOptions } from "./sinkOptions";
import { standardOutput } from "./standardOutput";
import { syslogAddress, syslogServer } from "./syslog";

/** What the records of a command are like. */
export interface RecordsInfo {
  /** Whether texts are JSON objects. */
  readonly isJson: boolean;
  /** Splunk's source type, if the user names none. */
  readonly sourcetype: string;
}

export interface SinkContext {
  readonly signal?: AbortSignal;
  /** Shows a note to the user. */
  readonly note: (text: string) => void;
}

const destinations = ["hec", "syslog"] as const;

/** Options that only one destination has. */
const companions = { hec: ["index", "sourcetype", "acknowledge"] } as const;

/** @throws VisibleError for two destinations, or an option without its destination. */
export function checkSinkOptions(options: SinkOptions): void {
  const [first, second] = destinations.filter((name) => options[name] !== undefined);
  if (first !== undefined && second !== undefined) {
    throw new VisibleError(
      `Use --${first} or --${second}, not both: run the command for each, with its own checkpoint.`,
    );
  }
  for (const [destination, names] of Object.entries(companions)) {
    const stray = names.find((name) => options[name] !== undefined);
    if (stray !== undefined && first !== destination) throw new VisibleError(`--${stray} goes with --${destination}.`);
  }
}

/** Standard output, unless the options name another. @throws VisibleError */
export function chooseSink(options: SinkOptions, records: RecordsInfo, { signal, note }: SinkContext): Sink {
  const { hec, index, acknowledge, syslog } = options;
  if (syslog !== undefined) return syslogServer({ address: syslogAddress(syslog), signal });
  if (hec === undefined) return standardOutput();
  const token = process.env.MSSP_HEC_TOKEN;
  if (!token) throw new VisibleError("--hec needs the collector's token in the environment: MSSP_HEC_TOKEN.");
  const sourcetype = options.sourcetype ?? records.sourcetype;
  return splunkCollector({ url: hec, token, isJson: records.isJson, index, sourcetype, acknowledge, signal, note });
}
