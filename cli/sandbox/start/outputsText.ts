/** A stack's outputs as text. */
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { wrapped } from "@defender-mssp/terminal/wrap";

/**
 * A stack's outputs, from `pulumi stack output --json`: `name  value` with the values below each
 * other, the entries of a map or a list on lines of their own, every text whole. Secrets stay the
 * `[secret]` that Pulumi prints.
 * @param width columns at which sentences are wrapped; an address stays in one piece, to be copied.
 * Default: no wrapping.
 */
export function outputsText(outputs: Readonly<Record<string, unknown>>, width = Infinity): string {
  return mapLines(outputs, "  ")
    .flatMap((line) => wrappedBelow(line, width))
    .map((line) => `${line}\n`)
    .join("");
}

/** The line, with what is wrapped below the beginning of its text. */
function wrappedBelow(line: string, width: number): string[] {
  const [front = ""] = /^ *(?:- |\S+ {2,})?/.exec(line) ?? [];
  const [first = "", ...rest] = wrapped(line.slice(front.length), width - front.length, "keep");
  return [front + first, ...rest.map((one) => " ".repeat(front.length) + one)];
}

function mapLines(map: Readonly<Record<string, unknown>>, indent: string): string[] {
  const entries = Object.entries(map);
  // A name whose value is on the lines below it does not count: it may be longer than the others.
  const width = Math.max(0, ...entries.filter(([, value]) => !hasEntries(value)).map(([name]) => name.length));
  return entries.flatMap(([name, value]) => {
    if (!hasEntries(value)) return hanging(`${indent}${name.padEnd(width)}  `, value);
    return [`${indent}${name}`, ...entryLines(value, `${indent}  `)];
  });
}

function entryLines(value: object, indent: string): string[] {
  if (!Array.isArray(value)) return mapLines(value as Readonly<Record<string, unknown>>, indent);
  return value.flatMap((item: unknown) =>
    hasEntries(item) ? [`${indent}-`, ...entryLines(item, `${indent}  `)] : hanging(`${indent}- `, item),
  );
}

/** A single value after its front; further lines of a text stand below the first one. */
function hanging(front: string, value: unknown): string[] {
  return terminalText(singleText(value))
    .split("\n")
    .map((line, index) => (index === 0 ? front : " ".repeat(front.length)) + line);
}

function singleText(value: unknown): string {
  if (value === null || typeof value === "object") return "(none)";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function hasEntries(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
