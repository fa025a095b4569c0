/**
 * The documents of `--json`: one shape for all commands, of a success and of a failure.
 *
 * A document is an object. Its first key names the document and its version, such as
 * `"msspDoctor": 1`. A failure has the key `error` in addition, and nothing of the result.
 */
import type { Command } from "commander";
import type { Output } from "./session";
import { visibleJson } from "./terminalText";

export interface JsonFailure {
  readonly error: { readonly message: string };
  readonly exitCode: number;
}

const version = 1;

/** Documents that have a name of their own, because a file holds the same. */
const ownKeys: Readonly<Record<string, string>> = {
  "ci preview": "msspPreview",
  "fleet preview": "msspFleetReport",
  "fleet up": "msspFleetReport",
  "fleet refresh": "msspFleetReport",
  "fleet destroy": "msspFleetReport",
};

/** Commands of which each value of the first argument has a document, such as `governance status`. */
const byArgument: ReadonlySet<string> = new Set(["governance"]);

/** Documents that a command prints in place of its own, by the word of the command line that asks for it. */
const byWord: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  status: {
    onboarding: "onboard",
    secrets: "secrets",
    runs: "fleet status",
    customers: "fleet list",
    analysts: "analyst list",
    changes: "changes",
    retirements: "retirements",
  },
  "sandbox dump": { "--permissions": "sandbox permissions" },
};

/** Outputs that have their document: a failure after it is no second one. */
const answered = new WeakSet<Output>();

/** The first key of a command's document, such as `msspFleetList` of `fleet list`. */
export function jsonKey(command: string): string {
  const words = command.split(/[ -]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return ownKeys[command] ?? `mssp${words.join("")}`;
}

export function documentNames(command: string, { registeredArguments: [first] }: Command): readonly string[] {
  if (byArgument.has(command)) return (first?.argChoices ?? []).map((choice) => `${command} ${choice}`);
  return [command, ...Object.values(byWord[command] ?? {})];
}

/** The command line that prints a document, such as `status --show customers` for `fleet list`. */
export function commandOfDocument(document: string): string {
  for (const [command, words] of Object.entries(byWord))
    for (const [word, name] of Object.entries(words))
      if (name === document) return `${command} ${command === "status" ? "--show " : ""}${word}`;
  return document;
}

/**
 * A command's document as text. Content that names its document itself, such as a report, keeps
 * that name.
 * @param command without the program's name, such as `fleet list`.
 */
export function jsonDocument(command: string, content: object, indent?: number): string {
  const isNamed = Object.keys(content).some((key) => /^mssp[A-Z]\w*$/.test(key) && isVersion(content, key));
  return `${visibleJson(isNamed ? content : { [jsonKey(command)]: version, ...content }, indent)}\n`;
}

/** Writes the one document of a run. */
export function writeJson(out: Output, command: string, content: object): void {
  answered.add(out);
  out.write(jsonDocument(command, content, 2));
}

/** Writes one of several documents as a line, such as those of `--watch`. */
export function writeJsonLine(out: Output, command: string, content: object): void {
  out.write(jsonDocument(command, content));
}

/**
 * Writes the document of a failure if the command line asks for JSON, and the run has written no
 * document.
 */
export function writeJsonFailure(
  out: Output,
  program: Command,
  commandLine: readonly string[],
  { error, exitCode }: { readonly error: unknown; readonly exitCode: number },
): void {
  const command = calledCommand(program, commandLine);
  if (command === undefined || answered.has(out)) return;
  // Commander's messages begin with a word that adds nothing here.
  const message = (error instanceof Error ? error.message : String(error)).replace(/^error: /, "");
  const name = nameBelow(program, command);
  const names = documentNames(name, command);
  const words = commandLine.map((word) => word.replace(/^--show=/, ""));
  const document = words
    .map((word) => byWord[name]?.[word] ?? `${name} ${word}`)
    .find((given) => names.includes(given));
  writeJson(out, document ?? name, { error: { message }, exitCode } satisfies JsonFailure);
}

/**
 * The command that a command line calls with `--json`; undefined where the command has no such
 * option, as with the arguments of another program after `sandbox run`.
 */
function calledCommand(program: Command, commandLine: readonly string[]): Command | undefined {
  const end = commandLine.indexOf("--");
  const words = end === -1 ? commandLine : commandLine.slice(0, end);
  if (!words.includes("--json")) return undefined;
  let command = program;
  for (const word of words) command = command.commands.find((below) => below.name() === word) ?? command;
  return command.options.some(({ long }) => long === "--json") ? command : undefined;
}

function nameBelow(program: Command, command: Command): string {
  const parent = command.parent ?? program;
  return parent === program ? command.name() : `${nameBelow(program, parent)} ${command.name()}`;
}

function isVersion(content: object, key: string): boolean {
  return typeof (content as Readonly<Record<string, unknown>>)[key] === "number";
}
