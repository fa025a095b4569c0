/**
 * Reads what the alerts are written as, by the formats' own documents: nothing here is shared with what writes them.
 */

export interface Cef {
  readonly header: readonly string[];
  readonly extension: ReadonlyMap<string, string>;
}

/** One line of CEF: seven fields, then `key=value` pairs. */
export function parseCef(line: string): Cef {
  const header: string[] = [];
  let field = "";
  let at = 0;
  for (; header.length < 7; at++) {
    const character = line.charAt(at);
    if (character === "") throw new Error("the header ends early");
    if (character === "\\") field += line.charAt(++at);
    else if (character === "|") {
      header.push(field);
      field = "";
    } else field += character;
  }
  return { header, extension: parseExtension(line.slice(at)) };
}

/** A key is a word before an `=` that is not escaped; a value ends where the space before the next key is. */
function parseExtension(text: string): Map<string, string> {
  const starts = [...text.matchAll(/(?:^| )([A-Za-z0-9]+)=/g)].filter((match) => !isEscaped(text, match.index));
  return new Map(
    starts.map((match, index) => [
      match[1] ?? "",
      unescaped(text.slice(match.index + match[0].length, starts[index + 1]?.index ?? text.length)),
    ]),
  );
}

/** A space after a backslash isn't a separator's. */
function isEscaped(text: string, at: number): boolean {
  const [backslashes = ""] = /\\*$/.exec(text.slice(0, at)) ?? [];
  return backslashes.length % 2 === 1;
}

function unescaped(value: string): string {
  const meanings: Record<string, string> = { n: "\n", r: "\r" };
  return value.replace(/\\(.)/gs, (_whole, character: string) => meanings[character] ?? character);
}

/** Takes octet-counted frames (RFC 6587, 3.4.1) out of a stream. */
export class SyslogFrames {
  readonly messages: string[] = [];
  #pending = Buffer.alloc(0);

  push(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    for (;;) {
      const space = this.#pending.indexOf(0x20);
      if (space < 0) return;
      const digits = this.#pending.toString("latin1", 0, space);
      if (!/^[1-9]\d*$/.test(digits)) throw new Error(`no length: ${digits}`);
      const end = space + 1 + Number(digits);
      if (this.#pending.length < end) return;
      this.messages.push(this.#pending.toString("utf8", space + 1, end));
      this.#pending = this.#pending.subarray(end);
    }
  }

  /** Octets that are no whole frame. */
  get rest(): number {
    return this.#pending.length;
  }
}

export interface Syslog {
  readonly facility: number;
  readonly severity: number;
  readonly timestamp: string;
  readonly application: string;
  readonly messageId: string;
  readonly structuredData: string;
  readonly message: string;
}

/** RFC 5424, 6. */
export function parseSyslog(text: string): Syslog {
  const pattern = /^<(\d{1,3})>1 (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (-) (?:\uFEFF)?(.*)$/s;
  const match = pattern.exec(text);
  if (match === null) throw new Error(`no RFC 5424 message: ${text.slice(0, 80)}`);
  const [, priority = "", timestamp = "", , application = "", , messageId = "", structuredData = "", message = ""] =
    match;
  return {
    facility: Math.floor(Number(priority) / 8),
    severity: Number(priority) % 8,
    timestamp,
    application,
    messageId,
    structuredData,
    message,
  };
}
