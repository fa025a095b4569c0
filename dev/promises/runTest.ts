/** Runs a test file in a copy of the checkout. */
import { spawn } from "node:child_process";
import path from "node:path";
import { minuteMs } from "@defender-mssp/errors/time";

export interface TestSelection {
  /** Path from the top of the checkout. */
  readonly test: string;
  /** Part of the title of the cases to run. Default: all cases of the file. */
  readonly grep?: string | undefined;
}

export interface TestRun {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Whether a case failed, not only a hook. */
  readonly isCaseFailed: boolean;
  /** Why the run gave no result: undefined if it gave one. */
  readonly problem?: string;
  /** What the test printed. */
  readonly output: string;
}

/** Milliseconds after which a test that has not ended is killed. */
const longestRun = 15 * minuteMs;

/** Process groups of the tests that run. */
const running = new Set<number>();

/** Runs the test until its first failure. */
export async function runTest(folder: string, { test, grep }: TestSelection): Promise<TestRun> {
  const mocha = path.join(folder, "node_modules", "mocha", "bin", "mocha.js");
  // A title may begin with dashes.
  const selected = grep === undefined ? [] : [`--fgrep=${grep}`];
  const child = spawn(process.execPath, [mocha, "--no-parallel", "--bail", ...selected, test], {
    cwd: folder,
    // The same samples of properties at each run.
    env: { ...process.env, FC_SEED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  if (child.pid !== undefined) running.add(child.pid);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endGroup(child.pid);
  }, longestRun);
  await new Promise<void>((resolve, reject) => child.on("error", reject).on("close", () => resolve()));
  clearTimeout(timer);
  endGroup(child.pid);
  return testRun(output, isLate);
}

/** Kills the tests that run, with the processes that they started. */
export function endTests(): void {
  for (const pid of running) endGroup(pid);
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  running.delete(pid);
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group has ended.
  }
}

/** Reads what the reporter printed. */
export function testRun(output: string, isLate: boolean): TestRun {
  const [, passed, failed, skipped = "0"] = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/m.exec(output) ?? [];
  const counts = { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped) };
  const listed = output.split(/^\s*\d+ failing$/m)[0] ?? "";
  const isCaseFailed = /^\s+\d+\) (?!"(?:before|after) (?:all|each)" hook)/m.test(listed);
  const problem = runProblem(counts, passed !== undefined, isLate, isCaseFailed);
  return { ...counts, isCaseFailed, output, ...(problem === undefined ? {} : { problem }) };
}

function runProblem(
  { passed, failed, skipped }: Pick<TestRun, "passed" | "failed" | "skipped">,
  hasEnded: boolean,
  isLate: boolean,
  isCaseFailed: boolean,
): string | undefined {
  if (isLate) return `the test did not end within ${longestRun / minuteMs} minutes`;
  if (!hasEnded) return "the test could not be loaded";
  if (failed > 0) return isCaseFailed ? undefined : "a hook failed, and no case";
  if (passed > 0) return undefined;
  return skipped > 0 ? "each case is skipped on this machine" : "no case has this title";
}
