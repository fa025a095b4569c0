/**
 * The IDs of what a pull has delivered in the last days, as a checkpoint keeps them: for each alert 8 bytes
 * of its ID's SHA-256 and a byte for its source, which are 12 characters of base64.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { dayMs, hourMs } from "@defender-mssp/errors/time";

/** How long IDs are kept behind the position, in milliseconds. */
export const keptFor = 3 * dayMs;

/** The most IDs that are kept: about 3 MB of the checkpoint. The oldest hours go first. */
export const mostKept = 250_000;

/** Of an entry, and its characters of base64, which need no padding. */
const entryBytes = 9;
const entryLength = 12;

/** The last number of a source: further sources share it. */
const otherSource = 255;

const hourPattern = /^\d{4}-\d\d-\d\dT\d\d$/;

export const deliveredSchema = z.object({
  /** Every alert that was created from this moment on, and delivered, is kept. */
  countsFrom: z.iso.datetime(),
  /** The only severities that were asked for; all without it. */
  severities: z.array(z.string()).optional(),
  /** Names of the sources by their numbers. */
  sources: z.array(z.string()).max(otherSource + 1),
  /** Entries by the hour of creation, UTC: `2026-06-01T12`. */
  hours: z.record(
    z.string().regex(hourPattern),
    z
      .string()
      .regex(/^[A-Za-z0-9+/]*$/)
      .refine((text) => text.length % entryLength === 0),
  ),
});
export type DeliveredContent = z.infer<typeof deliveredSchema>;

/** An ID as it is kept. */
export function keyOfId(id: string): string {
  return createHash("sha256").update(id).digest().toString("latin1", 0, 8);
}

/** A delivered alert, as far as it is known. */
export interface KeptDelivery {
  readonly key: string;
  readonly source: string;
  /** The hour of its creation, in milliseconds since 1970. */
  readonly hour: number;
}

export class DeliveredIds {
  readonly #hours: Map<string, string>;
  readonly #sources: string[];
  #countsFrom: number;
  readonly #severities: readonly string[] | undefined;

  private constructor({ countsFrom, severities, sources, hours }: DeliveredContent) {
    this.#countsFrom = Date.parse(countsFrom);
    this.#severities = severities;
    this.#sources = [...sources];
    this.#hours = new Map(Object.entries(hours));
  }

  /**
   * Those of a checkpoint. Without them, or with other severities, the count begins at the position.
   */
  static from(
    content: DeliveredContent | undefined,
    since: string,
    severities: readonly string[] | undefined,
  ): DeliveredIds {
    const isSame = content !== undefined && String(content.severities) === String(severities);
    return new DeliveredIds(
      isSame
        ? content
        : {
            countsFrom: since,
            severities: severities === undefined ? undefined : [...severities],
            sources: [],
            hours: {},
          },
    );
  }

  /** @param at when the service created it: ISO 8601, UTC. */
  add(id: string, source: string, at: string): void {
    const name = at.slice(0, 13);
    if (!hourPattern.test(name)) return;
    const entry = Buffer.alloc(entryBytes);
    entry.write(keyOfId(id), "latin1");
    entry[8] = this.#numberOf(source);
    this.#hours.set(name, (this.#hours.get(name) ?? "") + entry.toString("base64"));
  }

  /** Forgets what is too old, seen from the position, and the oldest where there are too many. */
  prune(position: string): void {
    const oldest = Date.parse(position) - keptFor;
    const names = [...this.#hours.keys()].sort();
    let count = names.reduce((sum, name) => sum + this.#countIn(name), 0);
    for (const name of names) {
      const end = Date.parse(`${name}:00:00Z`) + hourMs;
      if (end > oldest && count <= mostKept) break;
      count -= this.#countIn(name);
      this.#hours.delete(name);
      this.#countsFrom = Math.max(this.#countsFrom, end);
    }
    this.#countsFrom = Math.max(this.#countsFrom, oldest);
  }

  /** From this moment on every delivery is known, in milliseconds since 1970. */
  get countsFrom(): number {
    return this.#countsFrom;
  }

  /** The only severities that were delivered; undefined: all. */
  get severities(): readonly string[] | undefined {
    return this.#severities;
  }

  /** All that are kept; an alert that was delivered twice comes twice. */
  *entries(): Generator<KeptDelivery, void> {
    for (const [name, text] of this.#hours) {
      const start = Date.parse(`${name}:00:00Z`);
      const bytes = Buffer.from(text, "base64");
      for (let at = 0; at < bytes.length; at += entryBytes) {
        const source = this.#sources[bytes[at + 8] ?? otherSource] ?? "";
        yield { key: bytes.toString("latin1", at, at + 8), source, hour: start };
      }
    }
  }

  get content(): DeliveredContent {
    return {
      countsFrom: new Date(this.#countsFrom).toISOString(),
      ...(this.#severities === undefined ? {} : { severities: [...this.#severities] }),
      sources: this.#sources,
      hours: Object.fromEntries(this.#hours),
    };
  }

  #countIn(name: string): number {
    return (this.#hours.get(name)?.length ?? 0) / entryLength;
  }

  #numberOf(source: string): number {
    const known = this.#sources.indexOf(source);
    if (known !== -1) return known;
    if (this.#sources.length >= otherSource) {
      this.#sources[otherSource] = "";
      return otherSource;
    }
    return this.#sources.push(source) - 1;
  }
}
