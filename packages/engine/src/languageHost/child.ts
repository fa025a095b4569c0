import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** From a cancellation's SIGINT to the SIGKILL, as in the official host. */
const killMilliseconds = 5_000;

/**
 * How long output is awaited once a process has ended: one that it left behind may hold the pipe
 * open.
 */
const drainMilliseconds = 5_000;

const running = new Set<ChildProcess>();

export interface ChildOptions {
  env: NodeJS.ProcessEnv;
  /** @default this process's own */
  cwd?: string | undefined;
  stdout: "inherit" | "pipe";
  /** Its abort interrupts the process, and kills it 5 s later. */
  signal: AbortSignal;
}

export interface Child {
  process: ChildProcess;
  /**
   * The exit code, -1 where a signal ended it (as Go gives it); rejects where it could not be
   * started.
   */
  ended: Promise<number>;
}

/** Starts `command`. Its standard error is always a pipe, which the caller reads. */
export function startChild(command: string, args: string[], options: ChildOptions): Child {
  const child = spawn(command, args, {
    env: options.env,
    cwd: options.cwd,
    stdio: ["ignore", options.stdout, "pipe"],
    windowsHide: true,
  });
  running.add(child);
  const interrupt = (): void => {
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGKILL"), killMilliseconds).unref();
  };
  if (options.signal.aborted) interrupt();
  else options.signal.addEventListener("abort", interrupt, { once: true });
  const ended = once(child, "exit")
    .then(([code]) => (code as number | null) ?? -1)
    .finally(() => {
      running.delete(child);
      options.signal.removeEventListener("abort", interrupt);
    });
  // Whoever started it awaits this later, perhaps after it has failed.
  ended.catch(() => undefined);
  return { process: child, ended };
}

/**
 * The exit code of `child`, once its `output` has been read to the end as well, but at most a few
 * seconds later.
 */
export async function endOf(child: Child, output: Promise<void>[]): Promise<number> {
  const drained = Promise.allSettled(output);
  const code = await child.ended;
  await Promise.race([drained, delay(drainMilliseconds)]);
  return code;
}

/** Ends what is still running; for the host's own end. */
export function endChildren(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** The first executable `name` in PATH, or undefined. */
export function findExecutable(name: string): string | undefined {
  const suffixes = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  return (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .flatMap((folder) => suffixes.map((suffix) => path.join(folder === "" ? "." : folder, name + suffix)))
    .find(isExecutable);
}

/**
 * Node as the program's PATH has it, which a version manager may have set for that folder; else
 * this process's.
 */
export function nodeExecutable(): string {
  return findExecutable("node") ?? process.execPath;
}

/**
 * The file that `require(name)` loads from `folder`. Throws a message for the user where it is not
 * installed; `installCommand` is what it tells them to run.
 */
export async function locateModule(name: string, folder: string, installCommand: string): Promise<string> {
  try {
    // Hooks that NODE_OPTIONS loads (Yarn's Plug'n'Play) resolve modules in their own way: then
    // Node itself is asked.
    if (process.env["NODE_OPTIONS"] !== undefined) return await resolveInNode(name, folder);
    return createRequire(path.join(fs.realpathSync(folder), "index.js")).resolve(name);
  } catch {
    throw new Error(
      `It looks like the Pulumi SDK has not been installed: ${name} is not found from ${folder}. ` +
        `Have you run ${installCommand}?`,
    );
  }
}

/** The whole standard output of a short command; rejects where it fails. */
export async function outputOf(command: string, args: string[], cwd: string, signal: AbortSignal): Promise<string> {
  const child = startChild(command, args, { env: process.env, cwd, stdout: "pipe", signal });
  const chunks: Buffer[] = [];
  child.process.stderr?.resume();
  const read = (async () => {
    for await (const chunk of child.process.stdout ?? []) chunks.push(chunk as Buffer);
  })();
  const code = await endOf(child, [read]);
  if (code !== 0) throw new Error(`${command} ended with exit code ${code}`);
  return Buffer.concat(chunks).toString("utf8").trim();
}

async function resolveInNode(name: string, folder: string): Promise<string> {
  const script = `process.stdout.write(require.resolve(${JSON.stringify(name)}))`;
  return outputOf(nodeExecutable(), ["-e", script], folder, new AbortController().signal);
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
