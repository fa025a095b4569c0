/** How the Automation API starts the engine in a fleet run. */
import path from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";

/**
 * After an interrupt, the engine finishes its operations within this time, in milliseconds, or is
 * killed.
 */
const endsWithin = 5 * 60_000;

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

/**
 * The Automation API's own runner puts the engine into this process's group, where Ctrl-C of a
 * terminal reaches it (pulumi#6334).
 */
export function engineCommand(file: string, version: string): PulumiCommand {
  const command = {
    command: file,
    version: { toString: () => version, version },
    async run(
      args: readonly string[],
      cwd: string,
      additional: Readonly<Record<string, string>>,
      onOutput?: (text: string) => void,
      onError?: (text: string) => void,
      signal?: AbortSignal,
    ) {
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
  return command as unknown as PulumiCommand;
}
