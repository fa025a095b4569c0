/** How the Automation API starts the engine in a fleet run. */
import path from "node:path";
import type * as automation from "@pulumi/pulumi/automation";
import { minuteMs } from "@defender-mssp/errors/time";
import { missingMember } from "./missingMember";

/**
 * After an interrupt, the engine finishes its operations within this time, in milliseconds, or is
 * killed.
 */
const endsWithin = 5 * minuteMs;

/** The engine ended with another code than 0. */
export class EngineFailed extends Error {
  constructor(
    readonly exitCode: number | undefined,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super(`the engine ended with ${exitCode ?? "a signal"}`);
  }
}

/** What the Automation API uses of its `PulumiCommand`. */
export interface EngineCommand {
  readonly command: string;
  readonly version: { toString(): string; readonly version: string };
  run(
    args: readonly string[],
    cwd: string,
    additional: Readonly<Record<string, string>>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }>;
}

/**
 * The Automation API's own runner puts the engine into this process's group, where Ctrl-C of a
 * terminal reaches it (pulumi#6334).
 */
export function engineCommand(file: string, version: string): EngineCommand {
  return {
    command: file,
    version: { toString: () => version, version },
    async run(args, cwd, additional, onOutput, onError, signal) {
      const { execa } = await import("execa");
      const PATH = `${path.dirname(file)}${path.delimiter}${additional["PATH"] ?? process.env["PATH"] ?? ""}`;
      const running = execa(file, [...args, "--non-interactive"], {
        cwd,
        env: { ...additional, PATH, PULUMI_AUTOMATION_API: "true" },
        detached: true,
        reject: false,
        stdin: "ignore",
        maxBuffer: 1024 * 1024 * 1024,
      });
      running.stdout.on("data", (data: Buffer) => onOutput?.(data.toString()));
      running.stderr.on("data", (data: Buffer) => onError?.(data.toString()));
      let killer: NodeJS.Timeout | undefined;
      const interrupt = () => {
        running.kill("SIGINT");
        killer = setTimeout(() => void running.kill("SIGKILL"), endsWithin);
      };
      signal?.addEventListener("abort", interrupt, { once: true });
      const { exitCode, stdout, stderr } = await running;
      signal?.removeEventListener("abort", interrupt);
      clearTimeout(killer);
      if (exitCode !== 0) throw new EngineFailed(exitCode, stdout, stderr);
      return { stdout, stderr, code: exitCode };
    },
  };
}

/**
 * Gives the command to the Automation API, whose own class has members that it never reads.
 *
 * @param make makes a workspace with the command.
 * @throws VisibleError if this SDK takes no command.
 */
export async function workspaceWith(
  command: EngineCommand,
  make: (pulumiCommand: automation.PulumiCommand) => Promise<automation.LocalWorkspace>,
): Promise<automation.LocalWorkspace> {
  const pulumiCommand = command as unknown as automation.PulumiCommand;
  const workspace = await make(pulumiCommand);
  if (workspace.pulumiCommand !== pulumiCommand) throw missingMember("LocalWorkspaceOptions.pulumiCommand");
  return workspace;
}
