/** The cloud's clock: the machine's, which a test may set forward to see secrets and tokens expire. */
export class Clock {
  #aheadMilliseconds = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMilliseconds);
  }

  /** Sets the clock forward. */
  advance(milliseconds: number): void {
    this.#aheadMilliseconds += milliseconds;
  }
}
