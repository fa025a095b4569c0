/** What `verify` checks of a customer. */
import type { Session } from "@defender-mssp/terminal/session";
import type { ConnectionOptions } from "../connector/connectionFiles";
import type { UnreadConnector } from "../connector/connectorSource";
import type { Check } from "./check";
import type { ContextOptions } from "./context";

export interface VerifyOptions extends ContextOptions, ConnectionOptions {
  /** Customers that are checked at the same time. */
  readonly parallel?: number;
  /** File for node_exporter. */
  readonly metrics?: string;
  readonly details?: boolean;
  readonly json?: boolean;
}

/** What a program checks in place of, or beyond, what a connection file suffices for. */
export interface Verification {
  readonly checks: (
    customer: UnreadConnector,
    options: VerifyOptions,
    session: Session,
    program: string,
  ) => Promise<readonly Check[]>;
  /** What it reads besides the connector, for the help. */
  readonly reads: string;
  readonly notes: readonly string[];
}
