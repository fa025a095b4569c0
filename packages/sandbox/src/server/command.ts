/**
 * Runs a command in the sandbox's environment, as if it had been typed: its terminal, its signals,
 * its exit code.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";

export type CommandEnd = { readonly exitCode: number } | { readonly signal: NodeJS.Signals };

/** A command that could not be started; the exit code is the shell's for it. */
export class CommandNotStarted extends Error {
  constructor(
    message: string,
    readonly exitCode: 126 | 127,
  ) {
    super(message);
  }
}

const passedOn: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/**
 * Runs the command to its end. Signals are passed to the command, and this process waits for its
 * end.
 */
export async function runCommand(command: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { stdio: "inherit", env });
  const forward = (signal: NodeJS.Signals) => {
    if (!comesFromTerminal(signal)) child.kill(signal);
  };
  for (const signal of passedOn) process.on(signal, forward);
  try {
    return await new Promise<CommandEnd>((resolve, reject) => {
      child.once("error", (error) => reject(startError(file, error)));
      child.once("exit", (exitCode, signal) => resolve(signal === null ? { exitCode: exitCode ?? 1 } : { signal }));
    });
  } finally {
    for (const signal of passedOn) process.off(signal, forward);
  }
}

/** Ends this process as the command: with its exit code or by its signal. */
export function endLike(end: CommandEnd): void {
  if ("exitCode" in end) {
    process.exitCode = end.exitCode;
    return;
  }
  process.exitCode = 128 + os.constants.signals[end.signal];
  if (["SIGINT", "SIGTERM", "SIGHUP"].includes(end.signal)) process.kill(process.pid, end.signal);
}

/**
 * Whether the terminal has sent this signal to the command itself as well: Ctrl-C and Ctrl-\ go to
 * the whole foreground process group. Passing them on would double them, and a second Ctrl-C makes
 * Pulumi stop at once.
 */
function comesFromTerminal(signal: NodeJS.Signals): boolean {
  return (signal === "SIGINT" || signal === "SIGQUIT") && isInForeground();
}

function isInForeground(): boolean {
  try {
    // Linux: fields 5 and 8 (proc_pid_stat(5)) are this process's group and the terminal's
    // foreground group.
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  }
}

function startError(file: string, error: Error): Error {
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT") {
    const hint = file === "pulumi" ? " In a checkout it is `npx pulumi`." : "";
    return new CommandNotStarted(`The command "${file}" was not found.${hint}`, 127);
  }
  if (code === "EACCES")
    return new CommandNotStarted(`The command "${file}" can't be executed: permission denied.`, 126);
  return error;
}
