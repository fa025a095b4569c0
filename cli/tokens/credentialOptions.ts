import type { Command } from "commander";

/** The options by which a user names a credential. */
export interface CredentialOptions {
  readonly clientSecretFile?: string;
  readonly certificate?: string;
  readonly federatedTokenFile?: string;
}

/**
 * Adds the options to a command. Files, not values: arguments are for everybody on the machine to read. For unattended commands a variable
 * says the same; `credentialOf` reads it, since which of them counts follows from the stack.
 */
export function credentialOptions(command: Command): Command {
  return command
    .option(
      "--client-secret-file <file>",
      "the connector's client secret, where the stack's outputs don't have it (or MSSP_CLIENT_SECRET_FILE)",
    )
    .option(
      "--certificate <file>",
      "the connector's certificate with its private key, PEM or PKCS#12 (or MSSP_CERTIFICATE_FILE; a password is in MSSP_CERTIFICATE_PASSWORD)",
    )
    .option(
      "--federated-token-file <file>",
      "a token of the identity provider that the connector trusts (or MSSP_FEDERATED_TOKEN_FILE)",
    );
}
