import type { Command } from "commander";

/** The options by which a user names a credential. */
export interface CredentialOptions {
  readonly clientSecretFile?: string;
  readonly certificate?: string;
  readonly federatedTokenFile?: string;
}

/** Adds the options to a command. Files, not values: arguments are for everybody on the machine to read. */
export function credentialOptions(command: Command): Command {
  return command
    .option("--client-secret-file <file>", "the connector's client secret, where the stack's outputs don't have it")
    .option("--certificate <file>", "PEM file with the connector's certificate and its private key")
    .option("--federated-token-file <file>", "a token of the identity provider that the connector trusts");
}
