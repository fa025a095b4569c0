/** Asks the Pulumi engine: the stack's configuration, and which stacks there are. Secrets go through pipes, never through arguments. */
import path from "node:path";
import { VisibleError } from "@defender-mssp/microsoft/errors";

export interface PulumiOptions {
  /** The project's folder; the working folder by default. */
  readonly folder?: string;
  /** Default: `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
  /** What the command reads on stdin. */
  readonly input?: string;
}

/**
 * Runs a Pulumi command that must succeed, and gives what it says on stdout.
 * @throws VisibleError with the engine's first words; they hold nothing of `input`.
 */
export async function runPulumi(args: readonly string[], options: PulumiOptions = {}): Promise<string> {
  const { execa } = await import("execa");
  // npm's command, which finds the engine as `npx pulumi` does.
  const pulumi = path.join(path.dirname(require.resolve("pulumi/package.json")), "run.js");
  const { exitCode, stdout, stderr } = await execa(process.execPath, [pulumi, ...args, "--non-interactive"], {
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    ...(options.environment === undefined ? {} : { env: options.environment, extendEnv: false }),
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    reject: false,
  });
  if (exitCode === 0) return stdout;
  const [said = "the engine said nothing"] = stderr
    .split("\n")
    .map((line) => line.replace(/^error: /, "").trim())
    .filter((line) => line !== "");
  throw new VisibleError(`"pulumi ${args.slice(0, 2).join(" ")}" failed: ${said}`);
}

/** Names of the project's stacks, sorted. */
export async function stackNames(options: PulumiOptions = {}): Promise<string[]> {
  const stacks = JSON.parse(await runPulumi(["stack", "ls", "--json"], options)) as { name: string }[];
  return stacks.map(({ name }) => name).sort();
}
