/**
 * Child processes that serve one sandbox after another: for tests, which start many. A process
 * takes more than a second of CPU time until it serves, and is slow until it has run for a while.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** A process is replaced after so many sandboxes, whose programs leave something in its memory. */
const sandboxesOfOne = 20;

/** Message to a process: forget what belongs to this sandbox, and answer. */
export interface Release {
  readonly release: true;
}

/** Its answer. */
export interface Released {
  readonly released: true;
}

/** Processes that serve no sandbox, by what they have been started with. */
const idle = new Map<string, ChildProcess[]>();
const served = new WeakMap<ChildProcess, number>();

/** @param startedWith a process serves only what needs the same, such as a trusted certificate. */
export function takeProcess(startedWith: string, start: () => ChildProcess): ChildProcess {
  const waiting = idle.get(startedWith) ?? [];
  for (let child = waiting.pop(); child !== undefined; child = waiting.pop()) if (child.connected) return child;
  return start();
}

/** Takes the process back from a sandbox that stops, or ends it. It is without listeners then. */
export async function keepProcess(startedWith: string, child: ChildProcess): Promise<void> {
  const sandboxes = (served.get(child) ?? 0) + 1;
  served.set(child, sandboxes);
  const isReleased = sandboxes < sandboxesOfOne && (await released(child));
  // `once` listens to errors, too.
  for (const event of ["message", "exit", "error"]) child.removeAllListeners(event);
  if (isReleased) {
    idle.set(startedWith, [...(idle.get(startedWith) ?? []), child]);
    return;
  }
  await endProcess(child);
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Whether the process has forgotten the sandbox; false where it has ended. */
async function released(child: ChildProcess): Promise<boolean> {
  if (!child.connected) return false;
  return new Promise((resolve) => {
    child.on("message", (message: object) => {
      if ("released" in message) resolve(true);
    });
    child.once("exit", () => resolve(false));
    child.send({ release: true } satisfies Release, (error) => {
      if (error !== null) resolve(false);
    });
  });
}
