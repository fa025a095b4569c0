/**
 * Fills the places of a template, each value escaped as the file's format requires: JSON, Java's `.properties`
 * (java.util.Properties, `load` and `store`), Splunk's `.conf` (Admin Manual, "Configuration file structure").
 */
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import type { Places } from "./places";

type Escape = (value: string, line: string, stanza: string) => string;

const escapes: Readonly<Record<string, Escape>> = {
  ".json": (value) => JSON.stringify(value).slice(1, -1),
  ".properties": (value, line) => (line.startsWith("#") ? value.replace(/[^\x20-\x7e]/g, "?") : escaped(value)),
  ".conf": (value, line, stanza) =>
    line.startsWith("#") ? value.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ") : expressible(value, line, stanza),
};

/**
 * Without the comments that hold nothing but an empty place.
 * @throws VisibleError for a value that the format can't express. It names the setting, never the
 * value: it may be a secret.
 */
export function filledTemplate(file: string, template: string, places: Places): string {
  const escape = escapes[path.extname(file)];
  let stanza = "";
  const lines = template.split("\n").map((line) => {
    const text = line.replace(/\{\{(\w+)\}\}/g, (place, name: string) => {
      const value = places[name];
      if (value === undefined || escape === undefined) throw new Error(`${file}: nothing fills ${place}`);
      return escape(value, line, stanza);
    });
    if (line.startsWith("[")) stanza = text;
    return text;
  });
  return lines.filter((line) => line !== "# ").join("\n");
}

/** Printable ASCII reads the same in UTF-8 and in Latin-1, which Java up to version 8 uses for these files. */
function escaped(text: string): string {
  return text
    .replace(/[^\x20-\x7e]|\\/g, (character) =>
      character === "\\" ? "\\\\" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    )
    .replace(/^ /, "\\ ");
}

/** The format has no quoting, and a backslash at the end of a line continues it. */
function expressible(value: string, line: string, stanza: string): string {
  const isBroken = value === "" || value !== value.trim() || value.endsWith("\\");
  const isControl = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(value) || (line.startsWith("[") && value.includes("]"));
  if (!isBroken && !isControl) return value;
  throw new VisibleError(
    `A Splunk .conf file can't express the value of ${line.split(" = ")[0] ?? ""} in ${stanza}: it contains a control character, starts or ` +
      "ends with a space, or ends with a backslash. Enter it in Splunk Web instead.",
  );
}
