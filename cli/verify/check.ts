/** One thing that has been looked at. */
export interface Check {
  readonly name: string;
  /** `skipped`: there is nothing to look at, or nobody here may look. */
  readonly state: "ok" | "failed" | "skipped";
  /** What was seen; where it failed, what to do as well. */
  readonly reason: string;
}

export const ok = (name: string, reason: string): Check => ({ name, state: "ok", reason });
export const failed = (name: string, reason: string): Check => ({ name, state: "failed", reason });
export const skipped = (name: string, reason: string): Check => ({ name, state: "skipped", reason });
