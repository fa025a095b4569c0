/** What the checks of a customer say in figures, for the table of all customers and for metrics. */
import type { Coverage } from "../pull/coverage";

export interface CustomerFacts {
  readonly tenantId?: string;
  /** Whether the tenant's consent lets the connector read alerts. */
  readonly consent?: "given" | "lost";
  /** End of the connector's credential: ISO 8601. */
  readonly credentialEndsOn?: string;
  /** Creation of the newest alert of alerts_v2: ISO 8601. */
  readonly lastAlertAt?: string;
  /** Age of the oldest alert that is not delivered yet; 0: all are. The most of several destinations. */
  readonly lagSeconds?: number;
  /** The count of each destination. */
  readonly coverage?: readonly Coverage[];
}
