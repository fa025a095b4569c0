import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import type { QueryAnswer, QueryRequest } from "./queryProcessMain";
import type { QueryResult, runQuery } from "./runQuery";

const memoryMegabytes = 512;
const processorSeconds = 30;

/**
 * Runs queries in a process of its own, one after the other: those of a stranger's pull request. A query that passes the
 * counted limits of `runQuery` ends at 30 seconds of processor time or 512 MB, and the next one gets another process.
 */
export class QueryProcess {
  #child: ChildProcess | undefined;

  /** @throws the error of `runQuery`, by name and message; VisibleError if the process was ended */
  run(...[query, tables, options = {}]: Parameters<typeof runQuery>): Promise<QueryResult> {
    const child = (this.#child ??= started());
    return new Promise((resolve, reject) => {
      const ended = (_code: number | null, signal: string | null) => {
        this.#child = undefined;
        const bound =
          signal === "SIGKILL" ? `${processorSeconds} seconds of processor time` : `${memoryMegabytes} MB of memory`;
        reject(new VisibleError(`The query needs more than ${bound}.`));
      };
      child.once("exit", ended);
      child.once("message", (answer: QueryAnswer) => {
        child.off("exit", ended);
        if ("result" in answer) resolve(answer.result);
        else reject(Object.assign(new Error(answer.message), answer));
      });
      child.send({ query, tables, options, processorSeconds } satisfies QueryRequest);
    });
  }

  /** Waits until the process has ended. */
  async end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.disconnect();
    await ended;
  }
}

function started(): ChildProcess {
  const { PATH, SystemRoot } = process.env;
  return fork(path.join(__dirname, "../../run.js"), {
    execArgv: [`--max-old-space-size=${memoryMegabytes}`],
    env: { PATH, SystemRoot },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}
