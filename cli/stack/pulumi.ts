/**
 * Runs Pulumi: the one place where the commands start it. Secrets go through pipes, never through
 * arguments.
 */
import { accessSync, constants, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { npmEnvironment } from "@defender-mssp/errors/npmEnvironment";
import type { Place } from "../base/place";
import { NoConnectorYet } from "@defender-mssp/siem/connector/connectorSource";

export interface PulumiOptions extends Place {
  /** What the command reads on stdin. */
  readonly input?: string;
  /** Show what the command writes to stderr instead of collecting it. */
  readonly showErrors?: boolean;
  /** Show what the command writes to stdout on stderr instead of collecting it. */
  readonly showOutput?: boolean;
}

/** How a Pulumi command ended. */
export interface PulumiAnswer {
  /** Undefined where a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line of `npx pulumi`, for a caller that starts the process itself. */
export function pulumiCommand(args: readonly string[]): [string, ...string[]] {
  return [process.execPath, path.join(path.dirname(require.resolve("pulumi/package.json")), "run.js"), ...args];
}

/**
 * Runs a Pulumi command to its end, whatever its exit code is. It asks no questions.
 * @throws VisibleError if the engine is not installed.
 */
export async function askPulumi(args: readonly string[], options: PulumiOptions): Promise<PulumiAnswer> {
  const { environment } = options;
  const { file: engine } = requireEngine(environment);
  const { execa } = await import("execa");
  // As `npx pulumi` starts it, without its Node.js process.
  const PATH = pathWith(engine, environment);
  const { exitCode, signal, stdout, stderr } = await execa(engine, [...args, "--non-interactive"], {
    cwd: options.folder,
    // The engine has npm install a policy pack.
    env: { ...npmEnvironment(environment), PATH, ...garbageCollection(args, environment) },
    extendEnv: false,
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    stdout: options.showOutput === true ? 2 : "pipe",
    stderr: options.showErrors === true ? "inherit" : "pipe",
    // A state or a preview of a large customer is more than the default of 100 MB.
    maxBuffer: 1024 * 1024 * 1024,
    reject: false,
  });
  return { exitCode, signal, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/**
 * A command that only reads or writes a state ends before its garbage matters: collecting it is a
 * quarter of such a command's processor time. Plugins inherit the variables, so commands that start
 * plugins keep Go's defaults.
 */
function garbageCollection([command]: readonly string[], { GOGC = "400", GOMEMLIMIT = "1GiB" }: NodeJS.ProcessEnv) {
  return command === "stack" ? { GOGC, GOMEMLIMIT } : {};
}

/** The value of `PATH` with the engine's folder first: the language host is beside the engine. */
export function pathWith(engine: string, environment: NodeJS.ProcessEnv): string {
  return `${path.dirname(engine)}${path.delimiter}${environment["PATH"] ?? ""}`;
}

/**
 * Runs a Pulumi command that must succeed.
 * @returns its stdout.
 * @throws VisibleError with the reason and what to do; its text holds nothing of `input` or stdout.
 */
export async function runPulumi(args: readonly string[], options: PulumiOptions): Promise<string> {
  const { exitCode, stdout, stderr } = await askPulumi(args, options);
  if (exitCode === 0) return stdout;
  const text = failureText(args, stderr);
  throw isMissing(stderr) ? new StackNotFoundError(text) : new VisibleError(text);
}

/** The backend has no stack of this name. */
export class StackNotFoundError extends NoConnectorYet {}

function isMissing(stderr: string): boolean {
  return /no stack named/.test(stderr);
}

export async function stackNames(options: PulumiOptions): Promise<string[]> {
  const stacks = JSON.parse(await runPulumi(["stack", "ls", "--json"], options)) as { name: string }[];
  return stacks.map(({ name }) => name).sort();
}

/**
 * The engine's own executable, for a caller that starts many. Without it `npx pulumi` would run
 * Pulumi's install script, which checks no digest.
 * @throws VisibleError if it is not installed.
 */
export function requireEngine(environment: NodeJS.ProcessEnv): { readonly file: string; readonly version: string } {
  const version = environment["PULUMI_VERSION"] || pinnedVersion();
  const home = environment["PULUMI_HOME"] || path.join(environment["HOME"] ?? os.homedir(), ".pulumi");
  const name = process.platform === "win32" ? "pulumi.exe" : "pulumi";
  const engine = path.join(home, "versions", version, "bin", name);
  try {
    accessSync(engine, constants.X_OK);
    return { file: engine, version };
  } catch {
    throw new VisibleError(
      `The Pulumi engine ${version} is not installed: there is no executable ${engine}. ` +
        "Run `npx mssp engine`, then run this command again.",
    );
  }
}

function pinnedVersion(): string {
  return (JSON.parse(readFileSync(require.resolve("pulumi/package.json"), "utf8")) as { version: string }).version;
}

const sandboxHint = "For a stack of the sandbox, put `npx mssp sandbox run --` in front of the command.";

/** The engine's reason, with what to do about it. */
function failureText(args: readonly string[], stderr: string): string {
  const named = args[args.indexOf("--stack") + 1];
  const stack = args.includes("--stack") && named !== undefined ? `stack "${named}"` : "the project's stacks";
  const reason = firstLine(stderr);
  if (isMissing(stderr)) {
    return `There is no ${stack}. \`npx pulumi stack ls\` lists the stacks. ${sandboxHint}`;
  }
  if (/incorrect passphrase|passphrase must be set/.test(stderr)) {
    const what = /incorrect/.test(stderr) ? "The passphrase is wrong for" : "A passphrase is required for";
    return (
      `${what} ${stack}: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE. ` +
      "Commands for several stacks also take --passphrase-folder."
    );
  }
  if (/PULUMI_ACCESS_TOKEN must be set|not logged in/i.test(stderr)) {
    return `Can't read ${stack}: Pulumi is not logged in to a backend. Run \`npx pulumi login\`. ${sandboxHint}`;
  }
  if (/pass the fully qualified name|no Pulumi\.yaml/i.test(stderr)) {
    return `Can't find ${stack} from this folder: run the command in the folder that has Pulumi.yaml (${reason}).`;
  }
  return `\`pulumi ${args.slice(0, 2).join(" ")}\` failed for ${stack}: ${reason}`;
}

/** What the engine says first, or that it says nothing. */
export function firstLine(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.replace(/^error: /, "").trim());
  return lines.find((line) => line !== "") ?? "the engine gave no reason";
}
