import type { EmulatedCloud } from "../../cloud/cloud";
import type { Faults } from "../faults/index";
import type { RequestCounter } from "../requestCounts";
import type { RequestLog } from "../requestLog";

/** What the pages show. */
export interface Shown {
  readonly cloud: EmulatedCloud;
  readonly counter: RequestCounter;
  readonly log: RequestLog;
  readonly faults: Faults | undefined;
}
