/**
 * The program's outputs: what `index.ts` returns, the commands read and docs/reference/outputs.md
 * lists. Each of them fails to compile with an output too few or too many.
 */
import type { AlertApi, CloudName, ConnectorAccess, ConnectorAction, ConnectorProfile } from "@defender-mssp/microsoft";

/** The connector as a stack's output describes it. */
export interface ConnectorDescription {
  /** `customerApp` or `msspApp`. */
  readonly kind: ConnectorAccess["kind"];
  /** Type of the credential. */
  readonly credential: ConnectorAccess["credential"]["type"];
  /** The alert APIs that the connector may read. */
  readonly alertApis: readonly AlertApi[];
  /** Who grants its permissions. Absent where `up` does. */
  readonly consent?: "administrator";
  /** What the connector may do: after the last day of changes `hunt`. */
  readonly profile: ConnectorProfile;
  /** Whether it may read incidents with the profile `read`. Absent if not. */
  readonly incidents?: boolean;
  /** The response actions of the profile `respond`. */
  readonly actions?: readonly ConnectorAction[];
  /** Last day on which it may change anything: UTC, ISO 8601. Only with `triage` and `respond`. */
  readonly writesEndOn?: string;
  /** Name of the Security Administrator of the customer who approved that. */
  readonly approvedBy?: string;
  /**
   * When the credential expires: UTC, ISO 8601. Absent if it does not expire, or if this stack does
   * not create it.
   */
  readonly credentialExpiresOn?: string;
  /**
   * From this time on `up` creates the next client secret: UTC, ISO 8601. Absent unless this stack
   * creates client secrets.
   */
  readonly renewsOn?: string;
  /**
   * From this day (UTC) on `up` deletes the previous client secret. Absent unless there are two.
   */
  readonly overlapEndsOn?: string;
}

/** Values of the outputs, in the order of the reference page. */
export interface ProgramOutputs {
  readonly handover?: {
    readonly vaultName: string;
    readonly secretName: string;
    readonly secretUri: string;
    readonly subscriptionId?: string;
  };
  readonly azureDelegation?: { readonly scope: string; readonly roles: readonly string[] };
  readonly sentinelAccess?: {
    /** Resource ID of the resource group. */
    readonly scope: string;
    readonly workspaceName: string;
    /** Names of the roles, by group. */
    readonly roles: Readonly<Record<string, readonly string[]>>;
  };
  readonly redirectUri?: string;
  readonly clientSecret?: string | null;
  readonly guests: Readonly<Record<string, string>>;
  readonly tenantId: string;
  readonly clientId: string;
  readonly portalUrl: string;
  readonly legacyPortalUrl: string;
  readonly connector: ConnectorDescription;
  readonly clientSecretExpiresOn?: string;
  readonly loopbackRedirectUri?: string;
  readonly adminConsentUrl?: string;
  readonly tokenEndpoint: string;
  readonly groupObjectId?: string;
  readonly groups: Readonly<Record<string, string>>;
  readonly inviteRedeemUrls: Readonly<Record<string, string>>;
  readonly accessPackages: Readonly<Record<string, string>>;
  readonly notificationRules: Readonly<Record<string, "configured" | "manual">>;
  readonly siemAuthorization?: "authorized" | "manual";
  readonly nextSteps: readonly string[];
  readonly cloud: CloudName;
}

/** The outputs that `index.ts` adds to those of the component `CustomerOnboarding`. */
export type AddedOutputName = "cloud" | "handover" | "azureDelegation" | "sentinelAccess";

/** The outputs of the component, whose fields describe them. */
export type OnboardingOutputs = Omit<ProgramOutputs, AddedOutputName>;

/** The outputs that are secrets: marked as such in the state. */
export const secretOutputNames = ["clientSecret", "inviteRedeemUrls"] as const satisfies (keyof ProgramOutputs)[];

type SecretOutputName = (typeof secretOutputNames)[number];

/** The outputs as the engine prints them: without `--show-secrets`, `[secret]` in place of a secret. */
export type PrintedOutputs = {
  -readonly [Name in keyof ProgramOutputs]:
    Writable<ProgramOutputs[Name]> | (Name extends SecretOutputName ? "[secret]" : never);
};

/** A value of JSON, as a parser takes it. */
type Writable<T> = T extends readonly (infer Item)[]
  ? Item[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;
