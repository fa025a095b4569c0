/** How long an operation of a stand-in plugin may take. */
import { setMaxListeners } from "node:events";
import { setTimeout as startTimer } from "node:timers";

/** The longest timer, in milliseconds: almost 25 days. A longer one would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The deadline of an operation. */
export class Deadline {
  private readonly end: number;

  /** `milliseconds` from now, or when `canceled` is aborted. */
  constructor(
    milliseconds: number,
    private readonly canceled: AbortSignal,
  ) {
    this.end = performance.now() + milliseconds;
    // One listener for each request under way: the engine runs any number of operations at once.
    setMaxListeners(0, canceled);
  }

  /**
   * Gives one step of the operation a signal that is aborted at the deadline. The timer holds the
   * controller: Node 20 collects the timeout's signal of `AbortSignal.any([…,
   * AbortSignal.timeout(…)])` as garbage.
   */
  async keep<T>(step: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const cancel = () => controller.abort(this.canceled.reason);
    const late = () => controller.abort(new Error("the operation has not ended in time"));
    const timer = startTimer(late, Math.min(Math.max(0, this.end - performance.now()), longestTimer));
    this.canceled.addEventListener("abort", cancel, { once: true });
    if (this.canceled.aborted) cancel();
    try {
      return await step(controller.signal);
    } finally {
      clearTimeout(timer);
      this.canceled.removeEventListener("abort", cancel);
    }
  }
}
