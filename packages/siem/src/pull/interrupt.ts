/** How a pull ends: by a signal, by a failure, or completely; and the exit code of each. */
import { ServiceError } from "@defender-mssp/microsoft";
import type { Session, Signals } from "@defender-mssp/terminal/session";
import { advised } from "@defender-mssp/terminal/advised";
import { DestinationError, ReaderGone } from "../sinks/sink";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { UsageError } from "@defender-mssp/terminal/usageError";

/** Ctrl-C and SIGTERM: the first ends the pull after saving the checkpoint, the second at once. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  #name: "SIGINT" | "SIGTERM" | undefined;
  readonly #handlers = (["SIGINT", "SIGTERM"] as const).map((name) => ({ name, handler: () => this.#stop(name) }));

  constructor(private readonly signals: Signals) {
    for (const { name, handler } of this.#handlers) signals.on(name, handler);
  }

  get name(): "SIGINT" | "SIGTERM" | undefined {
    return this.#name;
  }

  dispose(): void {
    for (const { name, handler } of this.#handlers) this.signals.off(name, handler);
  }

  #stop(name: "SIGINT" | "SIGTERM"): void {
    if (this.#name !== undefined) process.exit(exitCodes[name]);
    this.#name = name;
    this.#controller.abort(new Error("interrupted"));
  }
}

export interface InterruptibleOptions {
  /** Whether the command follows: a signal is then its usual end. */
  readonly follow: boolean;
  /** What a pull has said so far; it has a last word after a signal, and if nobody reads on. */
  readonly progress?: { finish(): void; readerGone(): void; endLine(): void };
  readonly adviceOn: (error: ServiceError) => string | undefined;
}

/** Runs a command that signals end, and sets the exit code. @throws VisibleError */
export async function interruptible(
  session: Session,
  { follow, progress, adviceOn }: InterruptibleOptions,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<void> {
  const interrupt = new Interrupt(session.signals);
  const { signal } = interrupt;
  try {
    session.exitCode = await work(signal);
    progress?.finish();
  } catch (error) {
    if (signal.aborted) progress?.finish();
    else if (error instanceof ReaderGone) progress?.readerGone();
    session.exitCode = exitCodeOf(error, { follow, interrupt });
    // Standard output may wait for a reader without end: what it has not taken comes again.
    if (signal.aborted) session.endNow();
    else if (!(error instanceof ReaderGone)) {
      progress?.endLine();
      throw advised(error, adviceOn);
    }
  } finally {
    interrupt.dispose();
  }
}

/** The exit code of a pull that an error has ended. */
function exitCodeOf(error: unknown, { follow, interrupt }: { follow: boolean; interrupt: Interrupt }): number {
  const { name } = interrupt;
  if (name !== undefined) return follow ? 0 : exitCodes[name];
  return exitCodeOfFailure(error);
}

/** The exit code of a failure, whatever the signals. */
export function exitCodeOfFailure(error: unknown): number {
  if (error instanceof ReaderGone) return 0;
  if (error instanceof DestinationError) return exitCodes.destination;
  if (error instanceof UsageError) return exitCodes.usage;
  if (!(error instanceof ServiceError)) return exitCodes.failed;
  return [400, 401, 403].includes(error.status) ? exitCodes.refused : exitCodes.unavailable;
}
