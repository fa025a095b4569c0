/** The second half of a command's `--help`: what it reads and changes, its exit codes, examples. */
import type { Command } from "commander";
import { sharedExitCodes, type ExitCode } from "./exitCodes";
import { wrapped } from "./wrap";

export interface HelpSections {
  /** What the command reads. */
  readonly reads: string;
  /** What it changes. Default: "Nothing." */
  readonly changes?: string;
  /** In addition to, or in place of, the codes that all commands share. */
  readonly exitCodes?: Partial<Readonly<Record<ExitCode, string>>>;
  /** Paragraphs. */
  readonly notes?: readonly string[];
  /** Lines as they are typed. */
  readonly examples?: readonly string[];
}

const described = new WeakMap<Command, HelpSections>();

const width = 80;

/** Adds the sections to the command's help. */
export function describeCommand(command: Command, help: HelpSections): Command {
  described.set(command, help);
  return command.addHelpText("after", () => helpText(help));
}

/** The exit codes in a command's help; undefined for a command without one, such as a group. */
export function describedExitCodes(command: Command): HelpSections["exitCodes"] {
  const help = described.get(command);
  return help && { ...sharedExitCodes, ...help.exitCodes };
}

function helpText({
  reads,
  changes = "Nothing.",
  exitCodes: own = {},
  notes = [],
  examples = [],
}: HelpSections): string {
  const codes = Object.entries({ ...sharedExitCodes, ...own });
  const indent = Math.max(...codes.map(([code]) => code.length)) + 4;
  return [
    ...notes.flatMap((note) => ["", ...lines(note, 0)]),
    "",
    ...section("Reads:", reads),
    ...section("Changes:", changes),
    "Exit codes:",
    ...codes.flatMap(([code, meaning]) => {
      const [first = "", ...rest] = lines(meaning, indent);
      return [`  ${code}`.padEnd(indent) + first.trimStart(), ...rest];
    }),
    ...(examples.length === 0 ? [] : ["", "Examples:", ...examples.map((example) => `  ${example}`)]),
  ].join("\n");
}

function section(heading: string, text: string): string[] {
  return [heading, ...lines(text, 2), ""];
}

function lines(text: string, indent: number): string[] {
  return text
    .split("\n")
    .flatMap((line) => wrapped(line, width - indent, "keep").map((one) => " ".repeat(indent) + one));
}
