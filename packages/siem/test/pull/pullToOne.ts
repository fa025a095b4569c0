import { pull, type PullOptions } from "../../src/pull/pull";
import type { Pulled } from "../../src/pull/source";
import type { TrackOptions } from "../../src/pull/track";

export type PullToOneOptions<T extends Pulled> = Omit<PullOptions<T>, "tracks"> &
  Pick<TrackOptions<T>, "sink" | "position" | "checkpoint">;

/** A pull to a single destination. */
export function pullToOne<T extends Pulled>({ sink, position, checkpoint, ...options }: PullToOneOptions<T>) {
  return pull({ ...options, tracks: [{ sink, position, checkpoint }] });
}
