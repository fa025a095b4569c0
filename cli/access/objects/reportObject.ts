/** What a report says of one object, and of who reaches it. */
import type { ObjectKind } from "./kindInReport";

/** An object that the stack manages: who or what got which right. */
export interface ReportObject {
  /** Unique in the report, and its anchor on the page. */
  readonly key: string;
  readonly kind: ObjectKind;
  readonly name: string;
  /** Such as an e-mail address, or the actions of a role. */
  readonly detail: string;
  /** Object ID in the customer's tenant; empty where it has none. */
  readonly objectId: string;
  /** In the Entra admin center, the Defender portal or Azure. */
  readonly link?: string;
  /** When `up` created it: ISO 8601, UTC. */
  readonly since?: string;
  /** When it ends by itself: ISO 8601, UTC. */
  readonly until?: string;
  /** It was there before the stack, and stays after `destroy`. */
  readonly adopted: boolean;
  /** `--live`: how the tenant differs. */
  readonly difference?: string;
  /** `--live`: why nothing compared it with the tenant. */
  readonly notCompared?: string;
}

/** One step of a path: who or what reaches what, and how. */
export interface ReportPath {
  readonly from: string;
  readonly to: string;
  readonly by: string;
}
