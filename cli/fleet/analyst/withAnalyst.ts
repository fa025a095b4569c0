/**
 * Adds and removes an analyst in the text of a settings file, and changes nothing else there: comments,
 * quotes and the order stay. What comes out is compared with what was meant; a file whose layout does
 * not allow it is left alone.
 */
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, isSeq, parseDocument, type Node, type YAMLSeq } from "yaml";
import { parseAsEngine } from "../../../settings/engineYaml";
import { contentEnd, insertedAt, lineEnd, lineStart } from "../../stack/contentEnd";

/** An analyst as a settings file has one. */
export interface AnalystEntry {
  readonly email: string;
  readonly displayName: string;
  readonly tier?: string;
  readonly accessEndsOn?: string;
}

/** The analyst on one line of YAML. */
export function analystLine({ email, displayName, tier, accessEndsOn }: AnalystEntry): string {
  const parts = [
    `email: ${email}`,
    `displayName: ${plain(displayName)}`,
    ...(tier === undefined ? [] : [`tier: ${tier}`]),
    // Unquoted, the engine would read a time.
    ...(accessEndsOn === undefined ? [] : [`accessEndsOn: "${accessEndsOn}"`]),
  ];
  return `{ ${parts.join(", ")} }`;
}

/**
 * The text with one more analyst at the end of the list.
 * @param keys the setting's key as the file may have it, with and without the project's name; none
 * for a file of `analystsFrom`.
 * @returns undefined for a layout that can't be edited.
 */
export function withAnalyst(text: string, keys: readonly string[], analyst: AnalystEntry): string | undefined {
  const { list } = analystList(text, keys) ?? {};
  if (list === undefined) return undefined;
  const line = analystLine(analyst);
  const last = list.items.at(-1);
  const [start = 0, end = 0] = list.range ?? [];
  const edited =
    last === undefined
      ? `${text.slice(0, start)}[${line}]${text.slice(end)}`
      : list.flow === true
        ? insertedAt(text, contentEnd(last), `, ${line}`)
        : insertedAt(text, lineEnd(text, contentEnd(last)), `${indentOfItem(text, last)}- ${line}\n`);
  return ifMeant(text, edited, keys, (before) => [...before, { ...analyst }]);
}

/**
 * The text without an analyst.
 * @param index its place in the list.
 * @returns undefined for a layout that can't be edited.
 */
export function withoutAnalyst(text: string, keys: readonly string[], index: number): string | undefined {
  const { list, keyEnd = 0 } = analystList(text, keys) ?? {};
  const item = list?.items[index];
  if (list === undefined || item === undefined) return undefined;
  const edited = list.flow === true ? withoutFlowItem(text, list, index) : withoutLines(text, item);
  if (keys.length === 0 && list.flow !== true && list.items.length === 1) {
    return ifMeant(text, `${edited}[]\n`, keys, () => []);
  }
  // Where nobody is left, the key needs an empty list.
  const colon = text.indexOf(":", keyEnd) + 1;
  const needsList = list.flow !== true && list.items.length === 1;
  return ifMeant(text, needsList ? `${edited.slice(0, colon)} []${edited.slice(colon)}` : edited, keys, (analysts) =>
    analysts.filter((_, place) => place !== index),
  );
}

function withoutLines(text: string, item: Node): string {
  return `${text.slice(0, lineStart(text, dashOf(text, item)))}${text.slice(lineEnd(text, contentEnd(item)))}`;
}

/** With the comma before it, or behind it. */
function withoutFlowItem(text: string, list: YAMLSeq<Node>, index: number): string {
  const [item, before, next] = [list.items[index], list.items[index - 1], list.items[index + 1]];
  const from = before === undefined ? startOf(item) : contentEnd(before);
  const to = before === undefined && next !== undefined ? startOf(next) : contentEnd(item);
  return `${text.slice(0, from)}${text.slice(to)}`;
}

/**
 * The list of analysts as a node of the file; undefined for an alias, or where there is none. Without
 * keys the file is the list.
 */
function analystList(
  text: string,
  keys: readonly string[],
): { readonly list: YAMLSeq<Node>; readonly keyEnd: number } | undefined {
  const document = parseDocument(text, { logLevel: "error" });
  if (keys.length === 0) {
    const { contents, errors } = document;
    const isPlain = errors.length === 0 && isSeq(contents) && contents.anchor === undefined;
    return isPlain ? { list: contents, keyEnd: 0 } : undefined;
  }
  const config = document.errors.length > 0 ? undefined : document.get("config");
  if (!isMap(config)) return undefined;
  const pair = config.items.find(({ key }) => isScalar(key) && keys.includes(String(key.value)));
  const { key, value } = pair ?? {};
  // An anchor's list stands in another place, too.
  if (!isScalar(key) || !isSeq(value) || value.anchor !== undefined) return undefined;
  return { list: value as YAMLSeq<Node>, keyEnd: key.range?.[1] ?? 0 };
}

function ifMeant(
  text: string,
  edited: string,
  keys: readonly string[],
  change: (before: readonly unknown[]) => readonly unknown[],
): string | undefined {
  try {
    if (keys.length === 0) {
      const expected = change(parseAsEngine(text) as readonly unknown[]);
      return isDeepStrictEqual(parseAsEngine(edited), expected) ? edited : undefined;
    }
    const meant = configuration(text);
    const key = keys.find((name) => Array.isArray(meant.config[name]));
    if (key === undefined) return undefined;
    const list = change(meant.config[key] as readonly unknown[]);
    const expected = { ...meant.whole, config: { ...meant.config, [key]: list } };
    return isDeepStrictEqual(parseAsEngine(edited), expected) ? edited : undefined;
  } catch {
    return undefined;
  }
}

function configuration(text: string) {
  const whole = Object(parseAsEngine(text)) as Readonly<Record<string, unknown>>;
  return { whole, config: Object(whole["config"]) as Readonly<Record<string, unknown>> };
}

function startOf(node: Node | undefined): number {
  return node?.range?.[0] ?? 0;
}

function dashOf(text: string, item: Node): number {
  return text.lastIndexOf("-", startOf(item) - 1);
}

function indentOfItem(text: string, item: Node): string {
  const dash = dashOf(text, item);
  return text.slice(lineStart(text, dash), dash);
}

/** Quoted unless it can be nothing but a name. */
function plain(text: string): string {
  return /^\p{L}[\p{L}\p{M}'. -]*\p{L}$/u.test(text) && !/^(true|false|yes|no|on|off|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
