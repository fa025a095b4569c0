/**
 * Trust of the MSSP's tenant: the one declaration that settings, components, policy and commands
 * share.
 */
import type { AuthenticationStrength } from "../identifiers";

/** What the customer's tenant trusts of the MSSP's. A key that is not set is left as it is. */
export interface CrossTenantTrust {
  /** Whether multifactor authentication in the MSSP's tenant counts. */
  readonly mfa?: boolean;
  /** Whether a device that is compliant in the MSSP's tenant counts as compliant. */
  readonly compliantDevice?: boolean;
  /** Whether a device that is hybrid joined in the MSSP's tenant counts as such. */
  readonly hybridJoinedDevice?: boolean;
  /** Whether invitations of the MSSP's users are accepted without asking them. */
  readonly automaticConsent?: boolean;
  /** Object ID of a group of the MSSP's tenant: only its members may come as guests. */
  readonly limitToGroup?: string;
  /** Whether the MSSP's users may use the Defender portal only. */
  readonly limitToDefenderPortal?: boolean;
}

/** The customer's own Conditional Access policy for the users of the MSSP's tenant. */
export interface MsspConditionalAccess {
  /** `report`: report-only. `enforce`: enabled. */
  readonly mode: "report" | "enforce";
  readonly strength: AuthenticationStrength;
  /** Whether a compliant device is required, too. */
  readonly compliantDevice: boolean;
  /** Hours after which users sign in again. Default: the tenant's. */
  readonly signInFrequencyHours?: number;
}
