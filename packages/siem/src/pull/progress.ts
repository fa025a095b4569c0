/**
 * A pull's output on standard error: notes, and on a terminal a progress line.
 */
import type { ErrorOutput } from "@defender-mssp/terminal/session";
import type { PullProgress } from "./pullProgress";

/** The line is written again at most this often, in milliseconds. */
const refresh = 250;

export class StderrProgress implements PullProgress {
  /** By destination; "" where there is one. */
  readonly #counts = new Map<string, number>();
  #upTo = "";
  #shownAt = 0;
  #isLineOpen = false;

  constructor(
    /** What is counted, in the singular. */
    private readonly noun: string,
    private readonly quiet: boolean,
    private readonly err: ErrorOutput,
    /** What the summary adds, such as that nobody has confirmed the deliveries. */
    private readonly remark?: string,
  ) {}

  delivered(count: number, upTo: string, destination = ""): void {
    this.#counts.set(destination, (this.#counts.get(destination) ?? 0) + count);
    this.#upTo = upTo;
    if (this.quiet || !this.err.isTerminal || Date.now() - this.#shownAt < refresh) return;
    this.#shownAt = Date.now();
    this.#isLineOpen = true;
    this.err.write(`\r\u001b[K${this.#summary()}, up to ${this.#upTo}`);
  }

  note(text: string): void {
    this.endLine();
    this.err.note(text);
  }

  /** The reader of standard output has closed it, in the middle of a page: nobody knows how many it took. */
  readerGone(): void {
    this.endLine();
    if (!this.quiet) this.err.note(`The reader of standard output has closed it before the last ${this.noun}.`);
  }

  /** Shows how many were delivered. */
  finish(): void {
    this.endLine();
    const remark = this.remark === undefined ? "" : ` ${this.remark}`;
    if (!this.quiet) this.err.note(`${this.#summary()}${remark}.`);
  }

  #summary(): string {
    const counts = this.#counts.size === 0 ? [["", 0] as const] : [...this.#counts];
    return counts
      .map(([destination, count], index) => {
        const noun = index === 0 ? ` ${this.noun}${count === 1 ? "" : "s"}` : "";
        return `${count.toLocaleString("en-US")}${noun}${destination === "" ? "" : ` to --${destination}`}`;
      })
      .join(", ");
  }

  /** Before another writer's line. */
  endLine(): void {
    if (this.#isLineOpen) this.err.write("\r\u001b[K");
    this.#isLineOpen = false;
  }
}
