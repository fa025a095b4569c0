/**
 * The cloud's clock: the machine's, until it is moved so that secrets, tokens and policies expire.
 */
export class Clock {
  #aheadMilliseconds = 0;
  #movedMilliseconds = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMilliseconds);
  }

  /** How far the clock is ahead of the machine's; negative if it is behind. */
  get aheadMilliseconds(): number {
    return this.#aheadMilliseconds;
  }

  /** How far a person has moved it. Clients learn this; a fault of the clock they don't. */
  get movedMilliseconds(): number {
    return this.#movedMilliseconds;
  }

  /** Moves the clock for a person, as `advance`. */
  move(milliseconds: number): void {
    this.#movedMilliseconds += milliseconds;
    this.advance(milliseconds);
  }

  /** Moves the clock forward, or back by a negative number. */
  advance(milliseconds: number): void {
    this.#aheadMilliseconds += milliseconds;
  }
}
