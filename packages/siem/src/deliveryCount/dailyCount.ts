/** `alerts --follow --coverage`: counts the deliveries once a day, after a pull. */
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { dayMs, hourMs } from "@defender-mssp/errors/time";
import { ServiceError } from "@defender-mssp/microsoft";
import { adviceOnProfile } from "../connector/profileAdvice";
import type { Reader } from "../connector/reader";
import type { PullProgress } from "../pull/pullProgress";
import { countDeliveries, type CountDeliveriesOptions } from "./countDeliveries";
import { coverageLines } from "./coverageLines";

/** Between two counts, and after one that was not possible, in milliseconds. */
const pauses = { counted: dayMs, failed: hourMs } as const;

export interface DailyCountOptions extends Omit<CountDeliveriesOptions, "now"> {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly progress: PullProgress;
  /** As people type it. */
  readonly program: string;
  readonly reader: Reader;
}

/** A step that counts when it is time. A failure is a note: it ends no pull. */
export function dailyCount(options: DailyCountOptions): () => Promise<void> {
  const { now, progress, program, reader, signal } = options;
  let next = -Infinity;
  let lastNote = "";
  const note = (text: string): void => {
    if (text !== lastNote) progress.note(text);
    lastNote = text;
  };
  return async () => {
    if (now() < next) return;
    next = now() + pauses.failed;
    try {
      const result = await countDeliveries({ ...options, now: now() });
      if (result.state !== "counted") return;
      next = now() + pauses.counted;
      progress.counted?.(result.coverages);
      lastNote = "";
      for (const coverage of result.coverages) note(`coverage: ${coverageLines(coverage, program).join("\n  ")}`);
    } catch (error) {
      if (signal?.aborted === true || !(error instanceof VisibleError)) throw error;
      const advice = error instanceof ServiceError ? adviceOnProfile(error, "hunt", { program }, reader) : undefined;
      note(`coverage: not counted: ${[messageOf(error), ...(advice === undefined ? [] : [advice])].join(" ")}`);
    }
  };
}
