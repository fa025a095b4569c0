import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { stackPassed, type BoundedAnswer, type BoundedRequest } from "./answerRequests";

/** What one request may take. */
export interface Bounds {
  /** Of processor time. */
  readonly seconds: number;
  readonly megabytes: number;
}

/** The process was ended, or ended itself, before it answered. The message says at which bound. */
export class BoundPassed extends Error {}

/**
 * Answers requests in a process of its own, one after the other. A request that passes a bound ends
 * the process, and the next one gets another.
 */
export class BoundedProcess<Request, Result> {
  #child: ChildProcess | undefined;

  /** @param program a JavaScript file that calls `answerRequests` */
  constructor(
    private readonly program: string,
    private readonly bounds: Bounds,
  ) {}

  /** @throws BoundPassed; and an error of the program that is for people, by name and message */
  ask(request: Request): Promise<Result> {
    const child = (this.#child ??= this.#started());
    const { seconds, megabytes } = this.bounds;
    return new Promise((resolve, reject) => {
      const ended = (code: number | null, signal: string | null) => {
        this.#child = undefined;
        if (signal === "SIGKILL") reject(new BoundPassed(`${seconds} seconds of processor time`));
        else if (signal === "SIGABRT" || code === 134) reject(new BoundPassed(`${megabytes} MB of memory`));
        else if (code === stackPassed) reject(new BoundPassed("the stack of its process"));
        else reject(new Error(`The process of ${this.program} ended with ${signal ?? code}.`));
      };
      child.once("exit", ended);
      child.once("message", (answer: BoundedAnswer<Result>) => {
        child.off("exit", ended);
        if ("result" in answer) resolve(answer.result);
        else reject(Object.assign(new Error(answer.message), answer));
      });
      child.send({ request, seconds } satisfies BoundedRequest<Request>);
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

  #started(): ChildProcess {
    const { PATH, SystemRoot } = process.env;
    return fork(path.resolve(__dirname, "../..", this.program), {
      execArgv: [`--max-old-space-size=${this.bounds.megabytes}`],
      env: { PATH, SystemRoot },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
  }
}
