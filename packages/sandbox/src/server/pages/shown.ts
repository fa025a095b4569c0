import type { EmulatedCloud } from "../../cloud/cloud";
import type { Faults } from "../faults/index";
import type { RequestTally } from "../requestTally";
import type { RequestLog } from "../requestLog";

/** What the pages show. */
export interface Shown {
  readonly cloud: EmulatedCloud;
  readonly counter: RequestTally;
  readonly log: RequestLog;
  readonly faults: Faults | undefined;
}
