/** The control route of the server's clock: `GET` and `POST /sandbox/clock`. */
import { VisibleError } from "@defender-mssp/errors";
import type { EmulatedCloud } from "../cloud/cloud";

export interface ClockState {
  /** ISO 8601, UTC. */
  readonly now: string;
  /** How far it is ahead of the machine's clock, in seconds; negative if it is behind. */
  readonly aheadSeconds: number;
}

export type ClockChange =
  /** To a time, ISO 8601. */
  | { readonly set: string }
  /** Forward, in milliseconds. */
  | { readonly advance: number }
  /** To the time that it would show without any change. */
  | { readonly reset: true };

/** What a token, a certificate and a Microsoft date can hold. */
const first = Date.parse("2000-01-01T00:00:00Z");
const last = Date.parse("2100-01-01T00:00:00Z");

export class ClockControl {
  readonly #cloud: EmulatedCloud;

  constructor(cloud: EmulatedCloud) {
    this.#cloud = cloud;
  }

  state(): ClockState {
    const { clock } = this.#cloud;
    return { now: clock.now().toISOString(), aheadSeconds: Math.round(clock.aheadMilliseconds / 1000) };
  }

  /** Throws `VisibleError` for a time outside the years 2000 to 2099, or for no known change. */
  change(change: unknown): ClockState {
    const { clock } = this.#cloud;
    const by = this.#distance(change ?? {});
    const then = clock.now().getTime() + by;
    if (!(then >= first && then < last)) {
      throw new VisibleError("The sandbox's clock can show a time from 2000-01-01 to 2099-12-31 (UTC).");
    }
    clock.move(by);
    this.#cloud.forgetLongDeleted();
    return this.state();
  }

  #distance({ set, advance, reset }: Partial<Record<"set" | "advance" | "reset", unknown>>): number {
    const { clock } = this.#cloud;
    if (typeof set === "string") return Date.parse(set) - clock.now().getTime();
    if (typeof advance === "number") return advance;
    if (reset === true) return -clock.movedMilliseconds;
    throw new VisibleError('The clock takes {"set": <ISO 8601>}, {"advance": <milliseconds>} or {"reset": true}.');
  }
}
