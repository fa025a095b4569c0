/**
 * Splunk's `.conf` format. Source: Splunk, "About configuration files" and "Configuration file
 * structure" (Admin Manual): stanzas in brackets, `name = value`, comments on their own lines; a
 * backslash at the end of a line continues it. The format has no quoting.
 */
import { VisibleError } from "@defender-mssp/errors";

export interface Stanza {
  readonly name: string;
  /** Lines above it, without the `#`. */
  readonly comments?: readonly string[];
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/**
 * Writes the stanzas.
 * @throws VisibleError for a value that the format can't express. It names the setting, never the
 * value: it may be a secret.
 */
export function splunkConfText(head: readonly string[], stanzas: readonly Stanza[]): string {
  const blocks = [head.map(comment), ...stanzas.map(stanzaLines)];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function stanzaLines({ name, comments = [], settings }: Stanza): string[] {
  if (!isExpressible(name) || name.includes("]"))
    throw new VisibleError(`"${name}" can't be the name of a Splunk stanza.`);
  return [...comments.map(comment), `[${name}]`, ...settings.map(([key, value]) => setting(name, key, value))];
}

function setting(stanza: string, name: string, value: string): string {
  if (isExpressible(value)) return `${name} = ${value}`;
  throw new VisibleError(
    `A Splunk .conf file can't express the value of ${name} in [${stanza}]: it contains a control character, starts or ` +
      "ends with a space, or ends with a backslash. Enter it in Splunk Web instead.",
  );
}

function isExpressible(value: string): boolean {
  return value !== "" && value === value.trim() && !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(value) && !value.endsWith("\\");
}

function comment(line: string): string {
  return `# ${line.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")}`;
}
