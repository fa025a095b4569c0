/** CPU time and memory of a command's processes, from /proc: Linux only. */
import { readdirSync, readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly name: string;
  readonly memory: number;
  readonly written: number;
  readonly processor: number;
}

/** Ticks of the kernel's clock, the unit of /proc. */
const ticksPerSecond = 100;

/** A process and all that it has started, from /proc: Linux only. */
export function familyOf(root: number): Process[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const status = read(`/proc/${entry}/status`);
    parents.set(Number(entry), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
  }
  const belongs = (pid: number): boolean => pid === root || (parents.has(pid) && belongs(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(belongs).map((pid) => {
    const command = read(`/proc/${pid}/cmdline`).split("\0");
    const file = command.find((part, index) => (index > 0 && part.includes("/")) || part.endsWith("pulumi"));
    const times = read(`/proc/${pid}/stat`).split(") ")[1]?.split(" ") ?? [];
    return {
      pid,
      processor: (Number(times[11] ?? 0) + Number(times[12] ?? 0)) / ticksPerSecond,
      name: (file ?? command[0] ?? "").split("/").slice(-3).join("/"),
      memory: Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024,
      written: Number(/^wchar: (\d+)/m.exec(read(`/proc/${pid}/io`))?.[1] ?? 0) / 1024 / 1024,
    };
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // The process has ended.
  }
}

/** What a command and all its processes have taken. */
export interface ProcessUsage {
  readonly seconds: number;
  /** Processor time in seconds. A process whose parent was killed does not count. */
  readonly processor: number;
  /** Peak of the sum of the processes' resident memory, in MB, looked at twice a second. */
  readonly megabytes: number;
}

/**
 * Waits for a child process of this one. Nothing else may end at the same time: its time would
 * count, too.
 */
export async function usageOf<End>(
  running: Promise<End> & { readonly pid?: number },
): Promise<ProcessUsage & { end: End }> {
  const [began, before] = [performance.now(), processorOfChildren()];
  let megabytes = 0;
  const watch = setInterval(() => {
    const processes = running.pid === undefined ? [] : familyOf(running.pid);
    megabytes = Math.max(
      megabytes,
      processes.reduce((sum, { memory }) => sum + memory, 0),
    );
  }, 500);
  try {
    const end = await running;
    return { seconds: (performance.now() - began) / 1000, processor: processorOfChildren() - before, megabytes, end };
  } finally {
    clearInterval(watch);
  }
}

/** Of this process's children that have ended, and of theirs, in seconds. */
export function processorOfChildren(): number {
  const times = read("/proc/self/stat").split(") ")[1]?.split(" ") ?? [];
  return (Number(times[13] ?? 0) + Number(times[14] ?? 0)) / ticksPerSecond;
}
