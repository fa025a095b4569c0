import { Clock } from "@defender-mssp/sandbox/internals";

/**
 * A sandbox's clock that stands still until a test moves it: detections, alerts and incidents, which
 * the sandbox computes from the time, are the same in all calls.
 */
export class StoppedClock extends Clock {
  readonly #stoppedAt = Date.now();

  override now(): Date {
    return new Date(this.#stoppedAt + this.aheadMilliseconds);
  }
}
