/**
 * Splunk's `.conf` format. Source: Splunk, "About configuration files" and "Configuration file structure" (Admin Manual): stanzas in
 * brackets, `name = value`, a comment on a line of its own, a backslash at the end of a line continues it. There is no way to quote.
 */
import { VisibleError } from "@defender-mssp/microsoft/errors";

export interface Stanza {
  readonly name: string;
  /** Lines above it, without the `#`. */
  readonly comments?: readonly string[];
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/**
 * Writes the stanzas.
 * @throws VisibleError for a value that the format can't hold; it names the setting and not the value, which may be a secret.
 */
export function splunkConfText(head: readonly string[], stanzas: readonly Stanza[]): string {
  const blocks = [head.map(comment), ...stanzas.map(stanzaLines)];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function stanzaLines({ name, comments = [], settings }: Stanza): string[] {
  if (!isHoldable(name) || name.includes("]")) throw new VisibleError(`Splunk takes no stanza of the name "${name}".`);
  return [...comments.map(comment), `[${name}]`, ...settings.map(([key, value]) => setting(name, key, value))];
}

function setting(stanza: string, name: string, value: string): string {
  if (isHoldable(value)) return `${name} = ${value}`;
  throw new VisibleError(
    `A Splunk .conf file can't hold the value of ${name} in [${stanza}]: control characters, a space at the start or the end, ` +
      `and a backslash at the end are impossible there. Enter it in Splunk Web instead.`,
  );
}

function isHoldable(value: string): boolean {
  return value !== "" && value === value.trim() && !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(value) && !value.endsWith("\\");
}

function comment(line: string): string {
  return `# ${line.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")}`;
}
