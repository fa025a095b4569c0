/** Edits the exceptions in the text of a settings file: every other character stays. */
import { isDeepStrictEqual } from "node:util";
import { listOf, recordOf } from "@defender-mssp/errors/json";
import { isCollection, isMap, isPair, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { parseAsEngine } from "../../settings/engineYaml";
import type { DetectionException } from "../../settings/detections";

/** Whether an exception turns the rule off in the tenant. */
export function isDisabling(exception: unknown, rule: string): boolean {
  const { rule: name, disabled } = recordOf(exception);
  return name === rule && String(disabled) === "true";
}

/** The exceptions of a settings file as it is written; none in a file that can't be read. */
export function exceptionsIn(text: string, project: string): readonly unknown[] {
  return listOf(recordOf(configIn(text)[detections(project)])["except"]);
}

function configIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return recordOf(recordOf(parseAsEngine(text))["config"]);
  } catch {
    return {};
  }
}

const detections = (project: string) => `${project}:detections`;

/** The exception on one line of YAML, quoted: the engine would read a date as a time. */
export function exceptionLine(exception: DetectionException): string {
  return parseDocument(JSON.stringify(exception)).toString({ lineWidth: 0 }).trim();
}

/**
 * The text without the exceptions that turn the rule off, and with a new one.
 * @returns undefined where the text can't be edited, or the edit would change another setting
 */
export function editExceptions(
  text: string,
  project: string,
  rule: string,
  exception?: DetectionException,
): string | undefined {
  const before = exceptionsIn(text, project);
  const [kept, ...removed] = [...before.keys()].filter((index) => isDisabling(before[index], rule));
  const meant = before.filter((each) => !isDisabling(each, rule));
  let edited: string | undefined = text;
  // From the last on: the places of the others stay as they are.
  for (const index of removed.reverse()) edited = edited && withoutException(edited, project, index);
  if (exception === undefined) {
    edited = edited && kept !== undefined ? withoutException(edited, project, kept) : edited;
  } else {
    meant.splice(kept ?? meant.length, 0, exception);
    edited = edited && withException(edited, project, exceptionLine(exception), kept);
  }
  const configOf = (source: string, except: readonly unknown[]) => {
    const config = configIn(source);
    return { ...config, [detections(project)]: { ...Object(config[detections(project)]), except } as unknown };
  };
  const isMeant =
    edited !== undefined && isDeepStrictEqual(configOf(edited, exceptionsIn(edited, project)), configOf(text, meant));
  return isMeant ? edited : undefined;
}

/** With the line in the place of the exception at the index, or at the end. */
function withException(text: string, project: string, line: string, index?: number): string | undefined {
  const { map, list } = collections(text, project);
  const span = index === undefined || list === undefined ? undefined : spans(list)[index];
  if (span !== undefined) return text.slice(0, span.start) + line + text.slice(span.end);
  if (list !== undefined) return withItem(text, list, list.flow === true ? line : `- ${line}`);
  if (map === undefined || map.has("except")) return undefined;
  if (map.flow === true) return withItem(text, map, `except: [ ${line} ]`);
  const hasFlushLists = /^( *)[^\s#-][^\n]*:\r?\n\1- /m.test(text);
  return withItem(text, map, "except:", `${hasFlushLists ? "" : "  "}- ${line}`);
}

function withoutException(text: string, project: string, index: number): string | undefined {
  const { map, list } = collections(text, project);
  if (map === undefined || list === undefined) return undefined;
  if (list.items.length > 1) return withoutItem(text, list, index);
  if (map.items.length > 1)
    return withoutItem(
      text,
      map,
      map.items.findIndex(({ key }) => String(key) === "except"),
    );
  const [{ start, end }] = spans(map) as [Span];
  return `${text.slice(0, start)}except: []${text.slice(end)}`;
}

/** The settings of the detections, and their exceptions, where the text has them as collections. */
function collections(text: string, project: string): { readonly map?: YAMLMap; readonly list?: YAMLSeq } {
  const document = parseDocument(text, { logLevel: "error" });
  const map = document.errors.length === 0 ? document.getIn(["config", detections(project)], true) : undefined;
  if (!isMap(map)) return {};
  const list = map.get("except", true);
  return isSeq(list) ? { map, list } : { map };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The places of a collection's items, without the comments beside and below them. */
function spans(collection: YAMLMap | YAMLSeq): Span[] {
  return collection.items.map((item) => ({ start: rangeOf(isPair(item) ? item.key : item)[0], end: endOf(item) }));
}

function endOf(item: unknown): number {
  if (isPair(item)) return endOf(item.value ?? item.key);
  if (isCollection(item) && item.flow !== true && item.items.length > 0) return endOf(item.items.at(-1));
  return rangeOf(item)[1];
}

function rangeOf(node: unknown): readonly [start: number, end: number] {
  const { range } = node as { readonly range: readonly [number, number, number] };
  return [range[0], range[1]];
}

/** With an item at the end, of several lines in a block. */
function withItem(text: string, collection: YAMLMap | YAMLSeq, ...lines: readonly string[]): string {
  const last = spans(collection).at(-1);
  const inner = rangeOf(collection)[0] + 1;
  if (collection.flow === true || last === undefined) {
    const at = last?.end ?? inner;
    return `${text.slice(0, at)}${last === undefined ? "" : ", "}${lines.join("")}${text.slice(at)}`;
  }
  const at = lineEnd(text, last.end);
  const indent = /^ */.exec(text.slice(lineStart(text, last.start)))?.[0] ?? "";
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return text.slice(0, at) + lines.map((line) => newline + indent + line).join("") + text.slice(at);
}

function withoutItem(text: string, collection: YAMLMap | YAMLSeq, index: number): string | undefined {
  const places = spans(collection);
  const [place, previous, next] = [places[index], places[index - 1], places[index + 1]];
  if (place === undefined) return undefined;
  if (collection.flow !== true)
    return text.slice(0, lineStart(text, place.start)) + text.slice(lineEnd(text, place.end)).replace(/^\r?\n/, "");
  return text.slice(0, previous?.end ?? place.start) + text.slice(previous ? place.end : (next?.start ?? place.end));
}

const lineStart = (text: string, at: number) => text.lastIndexOf("\n", at - 1) + 1;
const lineEnd = (text: string, at: number) => at + text.slice(at).search(/\r?\n|$/);
