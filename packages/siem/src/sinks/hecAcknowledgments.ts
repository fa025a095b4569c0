/**
 * Indexer acknowledgment of Splunk's HTTP Event Collector: its answer to a call has an `ackId`, and
 * only a later question tells whether the events are indexed. Source: Splunk, "About HTTP Event
 * Collector Indexer Acknowledgment". Splunk Enterprise has it, Splunk Cloud does not.
 */
import { randomUUID } from "node:crypto";
import { minuteMs } from "@defender-mssp/errors/time";
import { wait, type Answer } from "@defender-mssp/microsoft";
import { DestinationError } from "./sink";

/** Calls that may wait for their acknowledgment; each has at most 500,000 bytes. */
const mostWaiting = 16;

/** Between two questions, in milliseconds: the first, and the longest. Splunk advises ten seconds. */
const pauses = { first: 500, longest: 10_000 } as const;

/** Splunk advises to send again what has no acknowledgment after five minutes, in milliseconds. */
const patience = 5 * minuteMs;

/** How often a call without an acknowledgment is sent again. */
const mostRepeats = 2;

export interface AcknowledgmentOptions {
  /** Asks which of these calls are indexed. */
  readonly ask: (channel: string, acks: readonly number[]) => Promise<unknown>;
  /** Sends events again. */
  readonly send: (text: string) => Promise<Answer>;
  readonly signal?: AbortSignal;
  readonly note?: (text: string) => void;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Milliseconds, for tests. */
  readonly now?: () => number;
}

interface Waiting {
  readonly text: string;
  readonly sentAt: number;
  readonly repeats: number;
}

/** The calls that Splunk has accepted and not yet indexed. */
export class Acknowledgments {
  readonly #channel = randomUUID();
  readonly #waiting = new Map<number, Waiting>();

  constructor(private readonly options: AcknowledgmentOptions) {}

  /** Names the channel: each sender of events has its own. */
  get headers(): Readonly<Record<string, string>> {
    return { "x-splunk-request-channel": this.#channel };
  }

  /** Remembers a call; waits while too many are not indexed. @throws DestinationError */
  async expect(text: string, answer: Answer): Promise<void> {
    this.#remember({ text, sentAt: this.#now(), repeats: 0 }, answer);
    if (this.#waiting.size >= mostWaiting) await this.settle(mostWaiting / 2);
  }

  /** Resolves when at most so many calls are not indexed. @throws DestinationError */
  async settle(most = 0): Promise<void> {
    const { signal, sleep = wait } = this.options;
    for (let pause: number = pauses.first; this.#waiting.size > most;) {
      await this.#ask();
      await this.#repeatLate();
      if (this.#waiting.size <= most) return;
      await sleep(pause, signal);
      pause = Math.min(2 * pause, pauses.longest);
    }
  }

  async #ask(): Promise<void> {
    const answer = await this.options.ask(this.#channel, [...this.#waiting.keys()]);
    const { acks } = (answer ?? {}) as { readonly acks?: unknown };
    if (typeof acks !== "object" || acks === null)
      throw new DestinationError("Splunk's collector does not say which alerts are indexed.", false);
    for (const [id, isIndexed] of Object.entries(acks)) if (isIndexed === true) this.#waiting.delete(Number(id));
  }

  async #repeatLate(): Promise<void> {
    for (const [id, call] of [...this.#waiting]) {
      if (this.#now() - call.sentAt < patience) continue;
      if (call.repeats === mostRepeats) {
        // `--follow` waits for a destination without end: its next try sends the call at once.
        this.#waiting.set(id, { ...call, repeats: 0 });
        throw new DestinationError(
          `Splunk has not indexed alerts that it accepted ${(patience * (mostRepeats + 1)) / minuteMs} minutes ago, sent ${mostRepeats + 1} times.`,
          true,
        );
      }
      this.options.note?.("Splunk has not indexed alerts for five minutes. Sending them again.");
      const answer = await this.options.send(call.text);
      this.#waiting.delete(id);
      this.#remember({ text: call.text, sentAt: this.#now(), repeats: call.repeats + 1 }, answer);
    }
  }

  #remember(call: Waiting, { body }: Answer): void {
    const { ackId } = (body ?? {}) as { readonly ackId?: unknown };
    if (typeof ackId === "number") this.#waiting.set(ackId, call);
    else
      throw new DestinationError(
        "Splunk's collector acknowledges nothing: enable indexer acknowledgment for the token, or leave out --acknowledge.",
        false,
      );
  }

  #now(): number {
    return (this.options.now ?? Date.now)();
  }
}
