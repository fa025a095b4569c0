import { Option, type Command } from "commander";
import type { Connector } from "./connector";

/** The options that name a credential. */
export interface CredentialOptions {
  readonly clientSecretFile?: string;
  readonly certificate?: string;
  readonly federatedTokenFile?: string;
}

/** The option and the variable that name a credential of each type. */
export const credentialWays: Readonly<
  Record<Connector["credential"], { option: string; key: keyof CredentialOptions; variable: string; words: string }>
> = {
  secret: {
    option: "--client-secret-file",
    key: "clientSecretFile",
    variable: "MSSP_CLIENT_SECRET_FILE",
    words: "a client secret",
  },
  certificate: {
    option: "--certificate",
    key: "certificate",
    variable: "MSSP_CERTIFICATE_FILE",
    words: "a certificate with its private key",
  },
  federated: {
    option: "--federated-token-file",
    key: "federatedTokenFile",
    variable: "MSSP_FEDERATED_TOKEN_FILE",
    words: "a token of a federated identity provider",
  },
};

/** The options name files: every user of the machine can read arguments. */
export function credentialOptionList(): readonly Option[] {
  return [
    new Option(
      "--client-secret-file <file>",
      "the connector's client secret, if the stack's outputs do not contain it (or MSSP_CLIENT_SECRET_FILE)",
    ),
    new Option(
      "--certificate <file>",
      "the connector's certificate with its private key, PEM or PKCS#12 (or MSSP_CERTIFICATE_FILE; password: " +
        "MSSP_CERTIFICATE_PASSWORD)",
    ),
    new Option(
      "--federated-token-file <file>",
      "a token of the federated identity provider (or MSSP_FEDERATED_TOKEN_FILE)",
    ),
  ];
}

/**
 * Adds the options to a command. For unattended commands there is a variable for each; `credentialOf` reads the one
 * that matches the stack's credential.
 */
export function credentialOptions(command: Command): Command {
  for (const option of credentialOptionList()) command.addOption(option);
  return command;
}
