/** A kind of destination: a value in a file of its own, and an entry in the list of `destinations.ts`. */
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import type { Option } from "commander";
import type { Sink } from "./sink";

/** The records of a pull. */
export interface RecordsInfo {
  readonly noun: "alert" | "incident";
  /** `raw`: the service's own object; `ecs`: the Elastic Common Schema; `ocsf`: class 2004 or 2005. All but `cef` are JSON. */
  readonly format: "json" | "raw" | "ecs" | "ocsf" | "cef";
}

export interface SinkContext {
  readonly session: Pick<Session, "environment" | "out">;
  readonly signal?: AbortSignal;
  /** Shows a note to the user. */
  readonly note: (text: string) => void;
}

/** Its file is loaded for the help, too: `open` loads what takes long. */
export interface DestinationKind<Values extends object> {
  /** Its option without dashes: `log-analytics`. Also names it in checkpoints and metrics. */
  readonly name: string;
  /** The option with its place, then those that need it. */
  readonly options: (noun: RecordsInfo["noun"]) => readonly [Option, ...Option[]];
  /**
   * The only format that it takes: the Elastic Common Schema, any JSON, or this command's own record.
   * @default every format
   */
  readonly format?: "ecs" | "json" | "record";
  /** What it takes alone. @default alerts and incidents */
  readonly noun?: RecordsInfo["noun"];
  /** What the summary adds where no receipt confirms the deliveries. */
  readonly unconfirmed?: (values: Values) => string | undefined;
  /** @throws UsageError, VisibleError */
  readonly open: (place: string, values: Values, records: RecordsInfo, context: SinkContext) => Sink;
}

/** A secret or an ID that no option takes. @throws VisibleError */
export function fromEnvironment(
  { environment }: SinkContext["session"],
  { option, what, variable }: { readonly option: string; readonly what: string; readonly variable: string },
): string {
  const value = environment[variable]?.trim();
  if (value) return value;
  throw new VisibleError(`${option} needs ${what} in the environment: ${variable}.`);
}
