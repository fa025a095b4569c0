/** One run of mocha, and what came of each file. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { processTree } from "@defender-mssp/testkit/processTree";

export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Title and error of each failed test. */
  readonly failures: readonly string[];
  /** Processor time, of its child processes too. */
  readonly seconds: number;
  /** Its processes that were still there at its end. */
  readonly left: readonly string[];
}

export interface Results {
  readonly files: readonly FileResult[];
  /** Of mocha and all its processes. */
  readonly seconds: number;
  /** Whether mocha itself says that all is well: a file that cannot be loaded has no tests that fail. */
  readonly isSuccess: boolean;
}

export function runMocha(files: readonly string[]): Results {
  const folder = mkdtempSync(path.join(tmpdir(), "mssp-tests-"));
  const record = path.join(folder, "record");
  const before = processTree()?.seconds ?? 0;
  try {
    const mocha = path.join("node_modules", "mocha", "bin", "mocha.js");
    const { status } = spawnSync(process.execPath, [mocha, ...files], {
      stdio: "inherit",
      env: { ...process.env, TEST_RECORD: record },
    });
    const results = readResults(readFileSync(record, "utf8"));
    // A worker that mocha ends at once is never waited for.
    const seconds = Math.max((processTree()?.seconds ?? 0) - before, sum(results, "seconds"));
    return { files: results, seconds, isSuccess: status === 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Joins the lines of a file: its cost is written by the worker, its counts by the reporter. */
export function readResults(record: string): FileResult[] {
  const results = new Map<string, FileResult>();
  for (const line of record.split("\n").filter((text) => text !== "")) {
    const read = JSON.parse(line) as Partial<FileResult> & { readonly file: string };
    const nothing = { passed: 0, failed: 0, skipped: 0, failures: [], seconds: 0, left: [] };
    results.set(read.file, { ...nothing, ...results.get(read.file), ...read });
  }
  return [...results.values()];
}

type Counted = "passed" | "failed" | "skipped" | "seconds";

export function sum(results: readonly FileResult[], what: Counted): number {
  return results.reduce((total, result) => total + result[what], 0);
}

/** `N passed, N failed[, N skipped]`. */
export function closingLine(results: readonly FileResult[]): string {
  const skipped = sum(results, "skipped");
  return `${sum(results, "passed")} passed, ${sum(results, "failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
