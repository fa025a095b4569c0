/**
 * The cloud's clock: the machine's. A test can move it forward so that secrets and tokens expire.
 */
export class Clock {
  #aheadMilliseconds = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMilliseconds);
  }

  /** Moves the clock forward. */
  advance(milliseconds: number): void {
    this.#aheadMilliseconds += milliseconds;
  }
}
