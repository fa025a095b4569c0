/** What a connector can be: the shapes that the settings and the components share. */
import type { SecretPolicy } from "./secretPlan";

/**
 * What the connector may read:
 * - `legacySiem`: the legacy alert API, which the 2018 document connects the SIEM to (WindowsDefenderATP `Alert.Read`, delegated);
 * - `graph`: `GET /security/alerts_v2`, what has taken its place (Microsoft Graph `SecurityAlert.Read.All`, application).
 */
export type AlertApi = "legacySiem" | "graph";

export type CredentialType = "secret" | "certificate" | "federated";

/** What the connector's registration in the customer's tenant proves itself with. */
export type ConnectorCredential =
  | ({ readonly type: "secret" } & SecretPolicy)
  | {
      readonly type: "certificate";
      /** PEM, the public part alone. */
      readonly certificate: string;
    }
  | {
      /** The tokens of another identity provider (workload identity federation): there is no secret at all. */
      readonly type: "federated";
      /** The `iss` of its tokens: an https URL. */
      readonly issuer: string;
      /** Their `sub`. */
      readonly subject: string;
      /** Their `aud`. */
      readonly audience: string;
    };

export type ConnectorAccess =
  /** A registration in the customer's tenant, as the 2018 document has it. */
  | {
      readonly kind: "customerApp";
      readonly alertApis: readonly AlertApi[];
      readonly credential: ConnectorCredential;
      /** Port of an additional redirect URI on localhost. */
      readonly loopbackRedirectPort?: number;
    }
  /** The MSSP's own multitenant application, the same for all its customers. Its credential is made in the MSSP's tenant, not here. */
  | {
      readonly kind: "msspApp";
      readonly applicationId: string;
      readonly alertApis: readonly "graph"[];
      readonly credential: { readonly type: CredentialType };
    };

/** The 2018 document's connector, with both alert APIs. */
export const defaultConnectorAccess: ConnectorAccess = {
  kind: "customerApp",
  alertApis: ["legacySiem", "graph"],
  credential: { type: "secret", days: 365, rotateBeforeDays: 30, overlapDays: 7 },
};
