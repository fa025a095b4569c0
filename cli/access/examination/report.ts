/** The result of an examination: what the identity and the tenant have of what a stack needs. */
import type { CheckState } from "@defender-mssp/terminal/checkState";
import type { Ending } from "@defender-mssp/microsoft";
import type { NeededPermission } from "../../../domain/prerequisites";
import type { AccessCheck } from "./conditionalAccess";

/** What `mssp doctor --json` prints. */
export interface Report {
  readonly stack: string;
  readonly customerName: string;
  /** The customer's tenant, which the identity reaches. */
  readonly tenantId: string;
  readonly identity: Identity;
  readonly permissions: readonly (NeededPermission & {
    /**
     * `notChecked`: a user's token does not show what a scoped or custom directory role permits.
     */
    readonly state: CheckState;
  })[];
  readonly features: readonly Feature[];
  /** Conditional Access policies that stop the MSSP's people, ask them for something, or may. */
  readonly conditionalAccess: readonly AccessCheck[];
  /**
   * Where an administrator of the customer consents to the application's permissions; none for a
   * user.
   */
  readonly adminConsentUrl?: string;
  /** What Microsoft or a SIEM product ends, and the stack rests on; the most urgent first. */
  readonly retirements: readonly Ending[];
  /** What the settings or `Pulumi.yaml` leave open; empty where they say everything. */
  readonly notes: readonly string[];
  /**
   * `failed` where a permission, licence or policy is missing, a Conditional Access policy blocks the
   * MSSP's people, or something has ended that the stack rests on; `passed` otherwise.
   */
  readonly state: "passed" | "failed";
}

/** A domain, licence or policy of the tenant that the stack's settings need. */
export interface Feature {
  readonly feature: FeatureName;
  /** `notChecked`: the identity may not read it, or the tenant's answer is ambiguous. */
  readonly state: CheckState;
  /** What is missing and what to do, what the check requires, or what the next `up` changes. */
  readonly reason?: string;
  /** Nothing waits for it. */
  readonly optional?: true;
}

/** Each check of the tenant, for people. */
export const featureNames = {
  customerDomain: "customer's domain",
  roleAssignableGroups: "role-assignable groups",
  entitlementManagement: "entitlement management",
  justInTime: "just-in-time access (PIM for Groups)",
  invitations: "guest invitations",
  clientSecrets: "client secret lifetime",
  connectorRoles: "connector's application roles",
  connectorProfile: "connector's profile",
  premiumSettings: "cross-tenant trust and Conditional Access (Entra ID P1)",
  conditionalAccess: "Conditional Access policies read",
  sentinelAccess: "roles on the Microsoft Sentinel workspace",
  month: "permissions for the customer's month (reportTimeZone)",
  appInstanceLock: "App Instance Lock of the automation's application",
  signInMethods: "analysts' methods of sign-in in the MSSP's tenant",
  offboardingProof: "governance and GDAP relationships, for the proof of an off-boarding",
} as const;
export type FeatureName = keyof typeof featureNames;

export interface Identity {
  readonly kind: "application" | "user";
  /** The name in the token, where it has one. */
  readonly name?: string;
  /** Application (client) ID: the application itself, or the one that the user signed in with. */
  readonly clientId: string;
  /** Object ID in the customer's tenant. */
  readonly objectId: string;
}
