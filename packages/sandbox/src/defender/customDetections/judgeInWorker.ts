/** Judges queries in a thread of its own: loading the parser takes seconds, in which the server must answer. */
import { Worker } from "node:worker_threads";

/** A judged query. */
export interface KqlVerdict {
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly message: string }[];
  readonly columns: readonly { readonly name: string }[];
}

interface Judged {
  readonly id: number;
  readonly verdict: KqlVerdict;
}

interface Waiting {
  readonly resolve: (verdict: KqlVerdict) => void;
  readonly reject: (error: Error) => void;
}

const program = `
const { parentPort, workerData } = require("node:worker_threads");
parentPort.on("message", ({ id, query }) => {
  const [{ findings, columns }] = require(workerData).judgeQueries([query]);
  parentPort.postMessage({ id, verdict: { findings, columns } });
});`;

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/** @param file compiled main module of the package that judges */
export function judgeInWorker(file: string, query: string): Promise<KqlVerdict> {
  worker ??= startWorker(file);
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker?.postMessage({ id, query });
  });
}

/** The thread ends with the process, which it doesn't keep alive. A failure ends all that waits, and the next query starts another. */
function startWorker(file: string): Worker {
  const started = new Worker(program, { eval: true, workerData: file, execArgv: [] });
  started.unref();
  started.on("message", ({ id, verdict }: Judged) => {
    waiting.get(id)?.resolve(verdict);
    waiting.delete(id);
  });
  started.on("error", (error: Error) => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  return started;
}
