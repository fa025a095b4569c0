/** A SIEM connector: what `mssp token`, `siem-config`, `verify` and `alerts` work on. */
import { readStackOutputs, type StackOutputs, type StackOutputsOptions } from "../../stack/stackOutputs";

/** The outputs of a stack, with what describes its connector on the same level. */
export type Connector = Omit<StackOutputs, "connector"> &
  StackOutputs["connector"] & {
    readonly stack: string;
    /** Where the connector comes from, if not from the stack. */
    readonly connection?: Connection;
  };

/** Where a connector's credential is. */
export type CredentialPlace =
  /** URI of a Key Vault secret, without a version. */
  | { readonly keyVaultSecret: string }
  /** A client secret, a certificate with its private key, or a federated token. */
  | { readonly file: string }
  /** The environment variable that names such a file. */
  | { readonly fileVariable: string };

/** The connection file that a connector was read from. */
export interface Connection {
  readonly file: string;
  readonly credentialPlace: CredentialPlace;
  /** The sandbox that the connector is on, such as `127.0.0.1:8443`. */
  readonly metadataHost?: string;
}

/**
 * Reads a stack's outputs.
 * @throws VisibleError as `readStackOutputs` does: no such stack, nothing deployed there.
 */
export async function readConnector(stack: string, options: StackOutputsOptions = {}): Promise<Connector> {
  const { connector, ...outputs } = await readStackOutputs(stack, options);
  return { stack, ...outputs, ...connector };
}
