/** Processor time, memory and time of a command with all its processes. Memory is read from /proc: Linux only. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import type { Measured } from "./row";

/** Ticks of the kernel's clock, the unit of /proc. */
const ticksPerSecond = 100;

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // The process has ended.
  }
}

/** Resident memory of a process and all that it has started, in MB. */
function familyMemory(root: number | undefined): number {
  const statuses = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), read(`/proc/${name}/status`)]),
  );
  const parent = (pid: number) => Number(/^PPid:\s+(\d+)/m.exec(statuses.get(pid) ?? "")?.[1] ?? 0);
  const belongs = (pid: number): boolean => pid === root || (pid > 1 && belongs(parent(pid)));
  return [...statuses]
    .filter(([pid]) => belongs(pid))
    .reduce((sum, [, status]) => sum + Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024, 0);
}

/** Processor time of this process's children that have ended, and of theirs, in seconds. */
function processorOfChildren(): number {
  const times = read("/proc/self/stat").split(") ")[1]?.split(" ") ?? [];
  return (Number(times[13] ?? 0) + Number(times[14] ?? 0)) / ticksPerSecond;
}

/** Nothing else may end at the same time: its processor time would count, too. */
export async function timed<T>(work: () => Promise<T>): Promise<Measured & { processor: number; result: T }> {
  const [began, before] = [performance.now(), processorOfChildren()];
  const result = await work();
  return { seconds: (performance.now() - began) / 1000, processor: processorOfChildren() - before, result };
}

interface MeasuredCommand {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Exit codes of a run that counts. @default 0 alone */
  readonly expected?: readonly number[];
  /** @default "pipe" */
  readonly stdout?: "ignore" | "pipe";
}

export type CommandUsage = Required<Measured> & { readonly stdout: string; readonly stderr: string };

/** Runs Node.js in a process of its own; the memory is the peak of the sum over its processes, read five times a second. */
export async function runNode(args: readonly string[], command: MeasuredCommand): Promise<CommandUsage> {
  const { cwd, env, expected = [0], stdout = "pipe" } = command;
  const own = env === undefined ? {} : { env, extendEnv: false };
  let megabytes = 0;
  const { result, ...usage } = await timed(async () => {
    const running = execa(process.execPath, args, { cwd, ...own, stdin: "ignore", stdout, reject: false });
    const watch = setInterval(() => (megabytes = Math.max(megabytes, familyMemory(running.pid))), 200);
    return running.finally(() => clearInterval(watch));
  });
  const texts = { stdout: result.stdout ?? "", stderr: result.stderr };
  if (result.exitCode === undefined || !expected.includes(result.exitCode))
    throw new Error(`${args.join(" ")} ended with ${result.exitCode}:\n${texts.stdout}\n${texts.stderr}`);
  return { ...usage, megabytes, ...texts };
}

/** Runs the command of the checkout, as people do. */
export function runMssp(checkout: string, args: readonly string[], command: MeasuredCommand): Promise<CommandUsage> {
  return runNode([path.join(checkout, "cli", "mssp.js"), ...args], command);
}
