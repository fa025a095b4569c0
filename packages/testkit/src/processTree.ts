/** Processor time of processes, as Linux counts it in /proc. Other systems have no such folder. */
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessStat {
  readonly name: string;
  readonly parent: number;
  /** Seconds of the process and of those of its children that it has waited for. */
  readonly seconds: number;
}

/** Linux counts in hundredths of a second, whatever the machine. */
const ticks = 100;

/** Reads a line of /proc/<pid>/stat. The name in parentheses may have spaces and parentheses. */
export function parseStat(line: string): ProcessStat {
  const end = line.lastIndexOf(")");
  const [, parent, ...rest] = line.slice(end + 2).split(" ");
  const seconds = rest.slice(9, 13).reduce((sum, field) => sum + Number(field), 0) / ticks;
  return { name: line.slice(line.indexOf("(") + 1, end), parent: Number(parent), seconds };
}

/** A process and those of its descendants that live. */
export interface ProcessTree {
  /** Of all of them, and of those that have ended and were waited for. */
  readonly seconds: number;
  /** The names of its own children. */
  readonly children: readonly string[];
}

/** `undefined` where there is no /proc. */
export function processTree(root: number = process.pid): ProcessTree | undefined {
  const stats = livingProcesses();
  if (!stats.has(root)) return undefined;
  const livingChildren = (parent: number) => [...stats].filter(([, stat]) => stat.parent === parent);
  const treeSeconds = (id: number): number =>
    livingChildren(id).reduce((sum, [child]) => sum + treeSeconds(child), stats.get(id)?.seconds ?? 0);
  return { seconds: treeSeconds(root), children: livingChildren(root).map(([, { name }]) => name) };
}

function livingProcesses(): Map<number, ProcessStat> {
  const stats = new Map<number, ProcessStat>();
  for (const id of process.platform === "linux" ? readdirSync("/proc") : []) {
    if (!/^\d+$/.test(id)) continue;
    try {
      stats.set(Number(id), parseStat(readFileSync(`/proc/${id}/stat`, "utf8")));
    } catch {
      // It has ended since the folder was read.
    }
  }
  return stats;
}
