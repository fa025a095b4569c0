/**
 * Shows what is going on: on a terminal one line that changes, elsewhere a line now and then.
 * A pull of alerts counts in a line of its own: this package imports no product, the product runs
 * without this package, and both would share ten lines.
 */
import { stripVTControlCharacters } from "node:util";

/** How often a changed line is written where there is no terminal. */
const quietMilliseconds = 10_000;

/** How often the terminal's line is painted at most. */
const paintMilliseconds = 100;

export class ProgressLine {
  private readonly isTerminal: boolean;
  private shown = "";
  private shownAt = -Infinity;
  private isOpen = false;

  constructor(private readonly output: NodeJS.WritableStream & { isTTY?: boolean; columns?: number }) {
    this.isTerminal = output.isTTY === true;
  }

  /** What is going on now; call it as often as there is something new. */
  show(text: string): void {
    const now = Date.now();
    if (text === this.shown || now - this.shownAt < (this.isTerminal ? paintMilliseconds : quietMilliseconds)) return;
    this.shown = text;
    this.shownAt = now;
    if (!this.isTerminal) {
      this.output.write(`${text}\n`);
      return;
    }
    this.output.write(`\r\x1b[2K${stripVTControlCharacters(text).slice(0, (this.output.columns ?? 80) - 1)}`);
    this.isOpen = true;
  }

  /** A line that stays. */
  say(text: string): void {
    this.end();
    this.output.write(`${text}\n`);
    this.shownAt = this.isTerminal ? -Infinity : Date.now();
  }

  /** Clears the terminal's line. */
  end(): void {
    if (this.isOpen) this.output.write("\r\x1b[2K");
    this.isOpen = false;
    this.shown = "";
  }
}

/** `about 3 min left`, or nothing while it can't be told. */
export function timeLeft(done: number, total: number, milliseconds: number): string {
  // The first packages and bytes come at another pace than the rest.
  if (done === 0 || done < total / 50 || milliseconds < 2_000) return "";
  const seconds = ((milliseconds / done) * (total - done)) / 1000;
  return `, about ${seconds < 50 ? `${Math.max(5, Math.ceil(seconds / 5) * 5)} s` : `${Math.ceil(seconds / 60)} min`} left`;
}
