import { Worker } from "node:worker_threads";
import { runQuery, type QueryResult, type RunOptions } from "./runQuery";
import type { QueryRow } from "./values/inputRows";

export interface QueryRequest {
  readonly query: string;
  readonly tables: Readonly<Record<string, readonly QueryRow[]>>;
  readonly options: RunOptions;
  readonly processorSeconds: number;
}

/** The result, or an error for people. Another error ends the process. */
export type QueryAnswer = { readonly result: QueryResult } | { readonly name: string; readonly message: string };

/** A thread, since a query leaves no time to the process's own. 0 seconds: no query runs. */
const guard = new Worker(
  `let timer;
require("node:worker_threads").parentPort.on("message", (seconds) => {
  clearInterval(timer);
  if (seconds === 0) return;
  const start = process.cpuUsage();
  timer = setInterval(() => {
    const { user, system } = process.cpuUsage(start);
    if (user + system > seconds * 1e6) process.kill(process.pid, "SIGKILL");
  }, 200);
});`,
  { eval: true, execArgv: [] },
);
guard.unref();

process.on("message", ({ query, tables, options, processorSeconds }: QueryRequest) => {
  guard.postMessage(processorSeconds);
  process.send?.(answer(query, tables, options));
  guard.postMessage(0);
});

function answer(...request: Parameters<typeof runQuery>): QueryAnswer {
  try {
    return { result: runQuery(...request) };
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== "UnsupportedQuery" && name !== "VisibleError") throw error;
    return { name, message };
  }
}
