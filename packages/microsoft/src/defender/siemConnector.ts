/**
 * What a SIEM connector is: the one declaration that settings, components, policy and commands
 * share. What it may do is in connectorProfile.ts.
 */
import type { AlertApi } from "./alertApi";
import type { ConnectorContract } from "./connectorProfile";

export const connectorKinds = ["customerApp", "msspApp"] as const;
export type ConnectorKind = (typeof connectorKinds)[number];

/** Who grants the connector's permissions: the identity that runs `up`, or an administrator of the customer by a click. */
export const connectorConsents = ["automation", "administrator"] as const;

export const credentialTypes = ["secret", "certificate", "federated"] as const;
export type CredentialType = (typeof credentialTypes)[number];

/** How long a client secret is valid, and when its successor is created. */
export interface SecretSchedule {
  /** Days that a secret is valid for, at most 365. */
  readonly days: number;
  /**
   * Days before the end of a secret from which on the next `up` creates its successor; less than
   * `days`.
   */
  readonly rotateBeforeDays: number;
  /**
   * Days that the old secret stays valid after that; at most `rotateBeforeDays`, and both together
   * at most `days`.
   */
  readonly overlapDays: number;
  /** A day or a moment, UTC, ISO 8601: a secret created before it is replaced by the next `up`, once. */
  readonly renewMadeBefore?: string;
}

/** The credential of the connector's registration in the customer's tenant. */
export type ConnectorCredential =
  | ({ readonly type: "secret" } & SecretSchedule)
  | {
      readonly type: "certificate";
      /** PEM, the public part alone. */
      readonly certificate: string;
    }
  | {
      /** Workload identity federation: tokens of another identity provider, and no secret. */
      readonly type: "federated";
      /** The `iss` of its tokens: an https URL. */
      readonly issuer: string;
      /** Their `sub`. */
      readonly subject: string;
      /** Their `aud`. */
      readonly audience: string;
    };

export type ConnectorAccess =
  /** A registration in the customer's tenant, as Microsoft's document of 2018 describes it. */
  | ({
      readonly kind: "customerApp";
      readonly alertApis: readonly AlertApi[];
      readonly credential: ConnectorCredential;
      /** Port of an additional redirect URI on localhost. */
      readonly loopbackRedirectPort?: number;
      /** Enables the service principal that the customer has disabled. Omitted: left as it is. */
      readonly accountEnabled?: true;
      /** An administrator of the customer grants the permissions. Omitted: the identity that runs `up` does. */
      readonly consent?: "administrator";
    } & ConnectorContract)
  /**
   * The MSSP's own multitenant application, one for all its customers. Its credential is created in
   * the MSSP's tenant.
   */
  | ({
      readonly kind: "msspApp";
      /** The application (client) ID, a UUID. */
      readonly applicationId: string;
      readonly alertApis: readonly Extract<AlertApi, "graph">[];
      readonly credential: { readonly type: CredentialType };
    } & ConnectorContract);

/** A registration in the customer's tenant that reads alerts by Microsoft Graph. */
export const defaultConnectorAccess: Extract<ConnectorAccess, { readonly kind: "customerApp" }> = {
  kind: "customerApp",
  alertApis: ["graph"],
  credential: { type: "secret", days: 365, rotateBeforeDays: 30, overlapDays: 7 },
};
