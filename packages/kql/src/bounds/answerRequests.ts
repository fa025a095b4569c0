import { Worker } from "node:worker_threads";

export interface BoundedRequest<Request> {
  readonly request: Request;
  /** Of processor time. */
  readonly seconds: number;
}

/** The result, or an error for people. Another error ends the process. */
export type BoundedAnswer<Result> = { readonly result: Result } | { readonly name: string; readonly message: string };

/** Exit code where a request needed more than the stack. */
export const stackPassed = 70;

/** A thread, since a request leaves no time to the process's own. 0 seconds: no request runs. */
function startGuard(): Worker {
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
  return guard;
}

/**
 * The other side of `BoundedProcess`: answers its requests until it disconnects.
 * @param forPeople names of errors that are an answer
 */
export function answerRequests(answer: (request: never) => unknown, forPeople: readonly string[] = []): void {
  const guard = startGuard();
  process.on("message", ({ request, seconds }: BoundedRequest<never>) => {
    guard.postMessage(seconds);
    process.send?.(answered(request));
    guard.postMessage(0);
  });

  function answered(request: never): BoundedAnswer<unknown> {
    try {
      return { result: answer(request) };
    } catch (error) {
      if (error instanceof RangeError) process.exit(stackPassed);
      const { name, message } = error as Error;
      if (!forPeople.includes(name)) throw error;
      return { name, message };
    }
  }
}
