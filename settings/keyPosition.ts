/** Where a setting is in the text of a stack's file. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from "yaml";

/** From 1. */
export interface KeyPosition {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds settings' keys by their names in errors, such as `analysts[1].email`: the key, or the nearest
 * place above it, which is the map that lacks it, or `config`. The result is undefined if the text
 * has no `config`.
 */
export function keyPosition(text: string, project: string): (key: string) => KeyPosition | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: "silent" });
  const config = isMap(document.contents) ? pairOf(document.contents, "config") : undefined;
  return (key) => {
    if (config === undefined) return undefined;
    const { line, col } = lines.linePos(offsetBelow(config, project, key));
    return { line, column: col };
  };
}

function offsetBelow(config: Pair, project: string, key: string): number {
  const offset = startOf(config.key);
  const setting = isMap(config.value) ? settingPair(config.value.items, project, key) : undefined;
  if (setting === undefined) return offset;
  return offsetIn(setting.pair.value, setting.rest, startOf(setting.pair.key));
}

/**
 * Where a path such as `[1].email` leads from a value, or the nearest place above it.
 * @param offset of the value's key.
 */
export function offsetIn(from: unknown, path: string, offset: number): number {
  let value = from;
  for (const part of path.match(/\[\d+\]|[^.[\]]+/g) ?? []) {
    const index = /^\[(\d+)\]$/.exec(part)?.[1];
    if (index === undefined) {
      const pair = isMap(value) ? pairOf(value, part) : undefined;
      if (pair === undefined) return offset;
      offset = startOf(pair.key);
      value = pair.value;
    } else {
      value = isSeq(value) ? value.items[Number(index)] : undefined;
      if (value === undefined) return offset;
      offset = startOf(value);
    }
  }
  return offset;
}

/** The pair of the longest key that the path begins with: a key may have a dot. */
function settingPair(items: readonly Pair[], project: string, key: string): { pair: Pair; rest: string } | undefined {
  const pairs = items
    .map((pair) => ({ pair, name: nameOf(pair).replace(`${project}:`, "") }))
    .filter(({ name }) => key === name || key.startsWith(`${name}.`) || key.startsWith(`${name}[`))
    .sort((a, b) => b.name.length - a.name.length);
  const [longest] = pairs;
  return longest && { pair: longest.pair, rest: key.slice(longest.name.length) };
}

function pairOf(map: { readonly items: readonly Pair[] }, key: string): Pair | undefined {
  return map.items.find((pair) => nameOf(pair) === key);
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : "";
}

function startOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
