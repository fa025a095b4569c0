/** The second half of a command's `--help`: what it reads and changes, its exit codes, examples. */
import { Help, type Command, type Option } from "commander";
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

/** Most lines of the short help, on a screen of 80 columns. */
const screen = 40;

/** Options that a short help lists first. */
const common = (
  "--stack --all --connection --connections --yes --init --canary --refresh --since --severity --follow --checkpoint --format --hec --syslog --file " +
  "--id --set --show --watch --offline --days --out --json"
).split(" ");

/** Commands that only pipelines call. */
const plumbing = new WeakSet<Command>();

/** Leaves commands out of their group's help without --all, and out of completion. */
export function markPlumbing(commands: readonly Command[]): void {
  for (const command of commands) plumbing.add(command);
}

/** The commands below one that its help lists. @param isWhole also those that only pipelines call. */
export function listedCommands(command: Command, isWhole = false): Command[] {
  const visible = new Help().visibleCommands(command);
  return command.commands.filter((below) => visible.includes(below) && (isWhole || !plumbing.has(below)));
}

/** Adds the sections to the command's help. */
export function describeCommand(command: Command, help: HelpSections): Command {
  described.set(command, help);
  return command;
}

/** Adds lines to the examples of a described command. */
export function addExamples(command: Command, more: readonly string[]): Command {
  const { examples = [], ...help } = described.get(command) ?? { reads: "" };
  return describeCommand(command, { ...help, examples: [...examples, ...more] });
}

/** A command's help. @param isShort at most `screen` lines: the common options and examples. */
export function formatHelp(command: Command, helper: Help, isShort: boolean): string {
  const help = described.get(command);
  const whole = `${Help.prototype.formatHelp.call(helper, command, helper)}${help === undefined ? "" : `${helpText(help)}\n`}`;
  const length = (text: string) => text.split("\n").length;
  if (!isShort || help === undefined || length(whole) <= screen) return whole;
  const options = helper.visibleOptions(command);
  const isCommon = ({ long }: Option) => common.includes(long ?? "");
  const ranked = [...options.filter(isCommon), ...options.filter((option) => !isCommon(option))];
  for (let count = options.length; ; count -= 1) {
    const few = Object.assign(Object.create(helper) as Help, {
      visibleOptions: () => options.filter((option) => ranked.indexOf(option) < count),
    });
    const text = [
      Help.prototype.formatHelp.call(few, command, few).trimEnd(),
      ...exampleLines(help.examples?.slice(0, 3)),
      "",
      ...lines(
        `--help --all shows ${count < options.length ? `${options.length - count} more options, ` : ""}what it reads and changes, and the exit codes.`,
        0,
      ),
      "",
    ].join("\n");
    if (length(text) <= screen || count === 1) return text;
  }
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
    ...exampleLines(examples),
  ].join("\n");
}

function exampleLines(examples: readonly string[] = []): readonly string[] {
  return examples.length === 0 ? [] : ["", "Examples:", ...examples.map((example) => `  ${example}`)];
}

function section(heading: string, text: string): string[] {
  return [heading, ...lines(text, 2), ""];
}

function lines(text: string, indent: number): string[] {
  return text
    .split("\n")
    .flatMap((line) => wrapped(line, width - indent, "keep").map((one) => " ".repeat(indent) + one));
}
