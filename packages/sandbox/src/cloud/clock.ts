/**
 * The cloud's clock: the machine's, until it is moved so that secrets, tokens and policies expire.
 */
export class Clock {
  #aheadMilliseconds = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMilliseconds);
  }

  /** How far the clock is ahead of the machine's; negative if it is behind. */
  get aheadMilliseconds(): number {
    return this.#aheadMilliseconds;
  }

  /** Moves the clock forward, or back by a negative number. */
  advance(milliseconds: number): void {
    this.#aheadMilliseconds += milliseconds;
  }
}
