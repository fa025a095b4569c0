/** An addition to the stack's objects in the customer's tenant, and the step that removes it. */
import type { Addition } from "../../stack/additionsPart";

/** An addition before the audit log is read. */
export interface FoundAddition extends Omit<Addition, "done"> {
  /** When the object itself says that it was made; empty where it does not. */
  readonly createdOn?: string;
  /** IDs of the objects under which the audit log has the change. */
  readonly targets: readonly string[];
  /** What an entry of the audit log must name to be about this addition. Default: its ID. */
  readonly mentions?: readonly string[];
}

/** Lists that the engine declares are authoritative: the next `up --refresh` restores them. */
export const upRefresh = "npx pulumi up --refresh";
