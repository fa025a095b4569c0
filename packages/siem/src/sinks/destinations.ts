/** The destinations: everything about them iterates over this list. */
import { setOption, type Settable } from "@defender-mssp/terminal/setOption";
import { UsageError } from "@defender-mssp/terminal/usageError";
import type { Command } from "commander";
import type { DestinationKind, RecordsInfo, SinkContext } from "./destinationKind";
import { elasticsearch } from "./elasticsearch";
import { file } from "./file";
import { hec } from "./hec";
import { logAnalytics } from "./logAnalytics";
import { formatted, type Destination, type SinkRecord } from "./sink";
import { standardOutput } from "./standardOutput";
import { syslog } from "./syslog";
import { tickets } from "./tickets";

const kinds = [hec, syslog, elasticsearch, logAnalytics, file, tickets] as const;

type ValuesOf<Kind> = Kind extends DestinationKind<infer Values> ? (values: Values) => void : never;
/** What the options of all destinations have parsed. */
export type SinkOptions = ValuesOf<(typeof kinds)[number]> extends (values: infer Values) => void ? Values : never;
export type AnyDestination = DestinationKind<SinkOptions>;

export const destinations: readonly AnyDestination[] = kinds;

/** Adds the options of all destinations to a command. @param more what else `--set` takes. */
export function sinkOptions(command: Command, noun: RecordsInfo["noun"], more: readonly Settable[] = []): Command {
  const group = command.optionsGroup("Destination, one or several:");
  const all = destinations.filter((kind) => takes(kind, noun)).map(({ options }) => options(noun));
  for (const [place] of all) group.addOption(place);
  const settings = all.flatMap(([, ...companions]) =>
    companions.map((option) => [option.attributeName(), option] as const),
  );
  return setOption(
    group,
    more.length === 0 ? "of the destination" : "of the destination, or with --id of the incident",
    [...settings, ...more],
  );
}

function takes(kind: AnyDestination, noun: RecordsInfo["noun"]): boolean {
  return kind.noun === undefined || kind.noun === noun;
}

/** The settings of the destinations, for the notes of a command's help. */
export function sinkNotes(noun: RecordsInfo["noun"]): string {
  const companions = destinations.flatMap(({ options }) => options(noun).slice(1));
  const lines = companions.map((option) => `${option.attributeName()}: ${option.description.replace(/^with /, "of ")}`);
  return `--set takes of a destination ${lines.join("; ")}.`;
}

/** As commander names the value: `logAnalytics`. */
export function placeName({ options }: AnyDestination): string {
  return options("alert")[0].attributeName();
}

/** The destinations that the options name; none: standard output. */
export function chosenDestinations(options: SinkOptions): readonly AnyDestination[] {
  return destinations.filter((kind) => placeOf(kind, options) !== undefined);
}

export interface FormatOptions {
  /** @default "json" */
  readonly format?: "json" | "ocsf" | "cef";
  readonly raw?: boolean;
}

/** @throws UsageError for an option without its destination, and a format that the destination does not take. */
export function checkSinkOptions(options: SinkOptions & FormatOptions): void {
  for (const kind of destinations) {
    const { name, format } = kind;
    const isChosen = placeOf(kind, options) !== undefined;
    const [, ...companions] = kind.options("alert");
    const stray = companions.find((option) => valueOf(options, option.attributeName()) !== undefined);
    if (stray !== undefined && !isChosen) throw new UsageError(`--set ${stray.attributeName()} goes with --${name}.`);
    if (!isChosen || format === undefined) continue;
    if (options.format === "cef") throw new UsageError(`--${name} takes JSON: it can't be used with --format cef.`);
    const other = options.format === "ocsf" ? "--format ocsf" : options.raw === true ? "--raw" : undefined;
    if (other === undefined || format === "json") continue;
    const own = format === "ecs" ? "the Elastic Common Schema" : "this command's own record";
    throw new UsageError(`--${name} takes ${own}: it can't be used with ${other}.`);
  }
}

/** What is delivered, and how an item is a record in each format. */
export interface Deliverable<T> extends Pick<RecordsInfo, "noun"> {
  readonly recordOf: (item: T, format: RecordsInfo["format"]) => SinkRecord;
}

/** @param kind undefined: standard output. @throws UsageError, VisibleError */
export function openDestination<T>(
  kind: AnyDestination | undefined,
  options: SinkOptions & FormatOptions,
  { noun, recordOf }: Deliverable<T>,
  context: SinkContext,
): Destination<T> {
  const format = formatOf(options, kind);
  const place = kind === undefined ? undefined : placeOf(kind, options);
  const sink =
    kind === undefined || place === undefined
      ? standardOutput(context.session.out)
      : kind.open(place, options, { noun, format }, context);
  return formatted(sink, (item) => recordOf(item, format));
}

/** What the summary adds where no receipt confirms the deliveries; undefined where one does. */
export function unconfirmed(options: SinkOptions): string | undefined {
  return chosenDestinations(options)
    .map((kind) => kind.unconfirmed?.(options))
    .find((text) => text !== undefined);
}

function formatOf({ format, raw }: FormatOptions, kind: AnyDestination | undefined): RecordsInfo["format"] {
  if (format === "cef" || format === "ocsf") return format;
  if (raw === true) return "raw";
  return kind?.format === "ecs" ? "ecs" : "json";
}

function placeOf(kind: AnyDestination, options: SinkOptions): string | undefined {
  return valueOf(options, placeName(kind)) as string | undefined;
}

function valueOf(options: SinkOptions, name: string): unknown {
  return (options as Readonly<Record<string, unknown>>)[name];
}
