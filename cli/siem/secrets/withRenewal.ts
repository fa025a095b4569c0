/**
 * Writes `connector.credential.renewMadeBefore` into the text of a settings file, and changes nothing
 * else there. What comes out is compared with what was meant.
 */
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import { parseAsEngine } from "../../../settings/engineYaml";
import { contentEnd, insertedAt, lineEnd, lineStart } from "../../stack/contentEnd";

/** The lines to write where the file can't be edited. */
export function renewalLine(key: string, moment: string): string {
  return `${key}: { credential: { type: secret, renewMadeBefore: "${moment}" } }`;
}

/**
 * @param keys the setting `connector` as the file may have it, with and without the project's name.
 * @param moment UTC, ISO 8601.
 * @returns undefined for a layout that can't be edited.
 */
export function withRenewal(text: string, keys: readonly [string, string], moment: string): string | undefined {
  try {
    const edited = spliced(text, keys, moment);
    if (edited === undefined) return undefined;
    const before = Object(parseAsEngine(text)) as Content;
    const key = keys.find((name) => before.config[name] !== undefined) ?? keys[0];
    const connector = mapWith(before.config[key], "kind");
    const credential = { type: "secret", ...mapWith(connector["credential"], "type"), renewMadeBefore: moment };
    const expected = { ...before, config: { ...before.config, [key]: { ...connector, credential } } };
    return isDeepStrictEqual(parseAsEngine(edited), expected) ? edited : undefined;
  } catch {
    return undefined;
  }
}

interface Content {
  readonly config: Readonly<Record<string, unknown>>;
}

/** A map as it is; a text as the value of the key that it is short for. */
function mapWith(value: unknown, key: string): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  return typeof value === "object" ? (value as Readonly<Record<string, unknown>>) : { [key]: value };
}

function spliced(text: string, keys: readonly [string, string], moment: string): string | undefined {
  const renewal = `renewMadeBefore: "${moment}"`;
  const config = parseDocument(text, { logLevel: "error" }).get("config");
  if (!isMap(config)) return undefined;
  const connector = valueIn(config, keys);
  if (connector === undefined) return withPair(text, config, renewalLine(keys[0], moment));
  const credential = `credential: { type: secret, ${renewal} }`;
  if (isScalar(connector)) return replaced(text, connector, `{ kind: ${String(connector.value)}, ${credential} }`);
  if (!isMap(connector)) return undefined;
  const present = valueIn(connector, ["credential"]);
  if (present === undefined) return withPair(text, connector, credential);
  if (isScalar(present)) return replaced(text, present, `{ type: ${String(present.value)}, ${renewal} }`);
  if (!isMap(present)) return undefined;
  const former = valueIn(present, ["renewMadeBefore"]);
  return former === undefined ? withPair(text, present, renewal) : replaced(text, former, `"${moment}"`);
}

function valueIn(map: YAMLMap, keys: readonly string[]): unknown {
  return map.items.find(({ key }) => isScalar(key) && keys.includes(String(key.value)))?.value;
}

function replaced(text: string, node: unknown, by: string): string {
  const start = isScalar(node) ? (node.range?.[0] ?? 0) : 0;
  return `${text.slice(0, start)}${by}${text.slice(contentEnd(node))}`;
}

/** With one more key at the end of a map. */
function withPair(text: string, map: YAMLMap, pair: string): string {
  const [start = 0, end = 0] = map.range ?? [];
  const last = map.items.at(-1);
  if (last === undefined) return `${text.slice(0, start)}{ ${pair} }${text.slice(end)}`;
  const at = contentEnd(last.value ?? last.key);
  if (map.flow === true) return insertedAt(text, at, `, ${pair}`);
  const first = map.items[0]?.key;
  const column = isScalar(first) ? (first.range?.[0] ?? 0) : 0;
  return insertedAt(text, lineEnd(text, at), `${text.slice(lineStart(text, column), column)}${pair}\n`);
}
