/** Calls the package of queries in a thread of its own: loading the parser takes seconds, in which the server must answer. */
import { Worker } from "node:worker_threads";
import type { HuntingQueryPackage, QueryFailure } from "./huntingQueryPackage";

type Method = "judgeQueries" | "runQuery";

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  /** An error for people: others end the thread. */
  readonly failure?: Pick<QueryFailure, "name" | "message" | "feature">;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Names of errors for people. A package that is installed apart has classes of its own. */
export const errorsForPeople: readonly string[] = ["VisibleError", "UnsupportedQuery"];

const program = `
const { parentPort, workerData } = require("node:worker_threads");
const { file, errorsForPeople } = workerData;
parentPort.on("message", ({ id, method, values }) => {
  try {
    parentPort.postMessage({ id, result: require(file)[method](...values) });
  } catch (error) {
    const { name, message, feature } = error;
    if (!errorsForPeople.includes(name)) throw error;
    parentPort.postMessage({ id, failure: { name, message, feature } });
  }
});`;

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/**
 * @param file compiled main module of the package
 * @throws the error of the method; one for people has only its name, message and feature
 */
export function callInThread<Name extends Method>(
  file: string,
  method: Name,
  values: Parameters<HuntingQueryPackage[Name]>,
): Promise<ReturnType<HuntingQueryPackage[Name]>> {
  worker ??= startWorker(file);
  const id = ++lastId;
  const answered = new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker?.postMessage({ id, method, values });
  });
  return answered as Promise<ReturnType<HuntingQueryPackage[Name]>>;
}

/** The thread ends with the process, which it doesn't keep alive. A failure ends all that waits, and the next call starts another. */
function startWorker(file: string): Worker {
  const started = new Worker(program, { eval: true, workerData: { file, errorsForPeople }, execArgv: [] });
  started.on("message", ({ id, result, failure }: Answer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (failure === undefined) call?.resolve(result);
    else call?.reject(Object.assign(new Error(failure.message), failure));
  });
  started.on("error", (error: Error) => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  // After the listeners: each of them lets the thread keep the process alive again.
  started.unref();
  return started;
}
