/** What `mssp status --show secrets` knows of a stack, as `--json` prints it. */
import type { StackConnector } from "../../stack/connector";
import type { CheckState } from "@defender-mssp/terminal/checkState";

export interface ExpiringSecret {
  /** ISO 8601, UTC. */
  readonly expiresOn: string;
  /** Whole days until then, rounded down; negative after it. */
  readonly daysLeft: number;
  readonly expired: boolean;
  /** `failed`: it has expired, or expires within `--days`. */
  readonly state: CheckState;
}

export interface StackSecrets {
  readonly stack: string;
  /**
   * `failed`: a secret failed, or the stack could not be read. `notChecked`: the stack has no
   * secret that expires.
   */
  readonly state: CheckState;
  /** The type of the connector's credential; absent where nothing is deployed. */
  readonly credential?: StackConnector["credential"];
  /** Absent where the connector has another credential, or one that this stack does not create. */
  readonly clientSecret?: ExpiringSecret & {
    /** From then on `up` renews it: ISO 8601, UTC. */
    readonly renewsOn?: string;
  };
  /**
   * The client secret before the current one, during their overlap. The first `up` after its end
   * deletes it.
   */
  readonly previousClientSecret?: ExpiringSecret;
  /** Only a certificate that the settings name. */
  readonly certificate?: ExpiringSecret;
  /** Absent where `mssp token` has stored none. */
  readonly refreshToken?: ExpiringSecret & { readonly keptIn: string };
  /** Why the credential has no date, or the reason that the stack could not be read. */
  readonly note?: string;
  /** The stack could not be read. */
  readonly unreadable?: true;
}
