/** Readers of the formats that SIEM products read, written after their specifications and not after our writers. */

/** Java's `Properties.load` (Java SE API, "load(Reader)"). */
export function readProperties(text: string): Record<string, string> {
  // Not by assignment: a key may be `__proto__`.
  return Object.fromEntries(
    logicalLines(text).map((line) => {
      const [key, rest] = splitKey(line);
      return [unescaped(key), unescaped(rest)];
    }),
  );
}

/** Natural lines without blanks and comments, joined where a line ends with an odd number of backslashes. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let pending: string | undefined;
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, "");
    if (pending === undefined && (line === "" || line.startsWith("#") || line.startsWith("!"))) continue;
    const whole: string = (pending ?? "") + line;
    const backslashes = /\\*$/.exec(whole)?.[0].length ?? 0;
    pending = backslashes % 2 === 1 ? whole.slice(0, -1) : undefined;
    if (pending === undefined) lines.push(whole);
  }
  return pending === undefined ? lines : [...lines, pending];
}

function splitKey(line: string): [string, string] {
  for (let index = 0; index < line.length; index++) {
    const character = line[index] ?? "";
    if (character === "\\") {
      index++;
      continue;
    }
    if (!/[=: \t\f]/.test(character)) continue;
    const rest = line.slice(index).replace(/^[ \t\f]*[=:]?[ \t\f]*/, "");
    return [line.slice(0, index), rest];
  }
  return [line, ""];
}

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_all, what: string) => {
    if (what.length > 1) return String.fromCharCode(Number.parseInt(what.slice(1), 16));
    return { t: "\t", n: "\n", r: "\r", f: "\f" }[what] ?? what;
  });
}

/** Splunk's `.conf` files (Admin Manual, "Configuration file structure"). */
export function readSplunkConf(text: string): Record<string, Record<string, string>> {
  const stanzas: Record<string, Record<string, string>> = {};
  let current: Record<string, string> | undefined;
  const lines = text.replace(/\\\n/g, " ").split("\n");
  for (const line of lines.map((one) => one.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name] = /^\[(.*)\]$/.exec(line) ?? [];
    if (name !== undefined) {
      current = stanzas[name] = {};
      continue;
    }
    const equals = line.indexOf("=");
    if (current === undefined || equals < 1) throw new Error(`not a line of a .conf file: ${line}`);
    current[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return stanzas;
}
