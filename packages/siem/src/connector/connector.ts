/** A SIEM connector: what every command of this package works on. */
import type { AlertApi, CloudName, ConnectorKind, ConnectorProfile, CredentialType } from "@defender-mssp/microsoft";

/** What describes a connector, whether a stack's outputs or a connection file say it. */
export interface Connector {
  /** Name of the customer's stack. */
  readonly stack: string;
  readonly tenantId: string;
  /** Application (client) ID. */
  readonly clientId: string;
  readonly cloud: CloudName;
  readonly kind: ConnectorKind;
  readonly credential: CredentialType;
  readonly alertApis: readonly AlertApi[];
  readonly profile: ConnectorProfile;
  readonly writesEndOn?: string | undefined;
  readonly portalUrl?: string | undefined;
  readonly redirectUri?: string | undefined;
  readonly loopbackRedirectUri?: string | undefined;
  /** Only from a stack whose secrets were read. */
  readonly clientSecret?: string | undefined;
  /** RFC 3339, UTC. Only from a stack. */
  readonly clientSecretExpiresOn?: string | undefined;
  /** End of a secret or certificate that the stack creates. RFC 3339, UTC. */
  readonly credentialExpiresOn?: string | undefined;
  /** The connection file that the connector was read from; undefined for a stack's. */
  readonly connection?: Connection;
}

/** Where a connector's credential is. */
export type CredentialPlace =
  /** URI of a Key Vault secret, without a version. */
  | { readonly keyVaultSecret: string }
  /** A client secret, a certificate with its private key, or a federated token. */
  | { readonly file: string }
  /** The environment variable that names such a file. */
  | { readonly fileVariable: string };

export interface Connection {
  readonly file: string;
  readonly credentialPlace: CredentialPlace;
  /** The sandbox that the connector is on, such as `127.0.0.1:8443`. */
  readonly metadataHost?: string;
}
