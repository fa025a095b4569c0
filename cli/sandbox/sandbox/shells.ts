/** Environment variables as commands of a shell. */
import { shellQuoted } from "../../base/shellWord";

export const shells = ["sh", "fish", "powershell"] as const;

export type Shell = (typeof shells)[number];

interface Syntax {
  readonly set: (name: string, value: string) => string;
  readonly unset: (name: string) => string;
}

const syntaxes: Readonly<Record<Shell, Syntax>> = {
  sh: {
    set: (name, value) => `export ${name}=${shellQuoted(value)}`,
    unset: (name) => `unset ${name}`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} '${value.replace(/[\\']/g, "\\$&")}'`,
    unset: (name) => `set -e ${name}`,
  },
  powershell: {
    // PowerShell takes typographic quotation marks for straight ones.
    set: (name, value) => `$Env:${name} = '${value.replace(/['\u2018-\u201b]/g, "$&$&")}'`,
    unset: (name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
  },
};

/** One command a line: the variables to remove, then those to set. */
export function shellCommands(
  variables: Readonly<Record<string, string>>,
  removed: readonly string[],
  shell: Shell = "sh",
): string {
  const { set, unset } = syntaxes[shell];
  const lines = [
    ...removed.filter((name) => variables[name] === undefined).map(unset),
    ...Object.entries(variables).map(([name, value]) => set(name, value)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
