/** `mssp connection`: writes the file with which a machine without the project reads a customer's alerts. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { ConnectionContent } from "@defender-mssp/siem/connector/connectionFile";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { placeOf } from "../../base/place";
import { stackArgument } from "../../stack/stackName";
import type { WriteConnectionOptions } from "./write";

interface ConnectionCommandOptions extends WriteConnectionOptions {
  readonly json?: boolean;
}

/** Adds arguments, options and action. */
export function define(command: Command, session: Session): void {
  command
    .requiredOption("--stack <stack>", "the customer's stack", stackArgument)
    .requiredOption("--out <file>", "file to write", fileName)
    .addOption(
      new Option(
        "--key-vault-secret <uri>",
        "the client secret is this Key Vault secret (default: the secret of `handover`, if the stack has it)",
      )
        .argParser(secretUri)
        .conflicts(["credentialFile", "credentialVariable"]),
    )
    .addOption(
      new Option(
        "--credential-file <file>",
        "the client secret, the certificate with its private key or the federated token is in this file of that machine",
      )
        .argParser(fileName)
        .conflicts("credentialVariable"),
    )
    .option(
      "--credential-variable <name>",
      "this environment variable of that machine names the credential's file (default: MSSP_CLIENT_SECRET_FILE, " +
        "MSSP_CERTIFICATE_FILE or MSSP_FEDERATED_TOKEN_FILE)",
      variableName,
    )
    .option("--force", "replace an existing file")
    .option("--json", "print the file's name and content as one JSON object")
    .action(async (options: ConnectionCommandOptions) => {
      const { writeConnection } = await import("./write.js");
      const connection = await writeConnection(options, placeOf(session));
      session.out.write(
        options.json === true
          ? `${visibleJson({ file: options.out, connection }, 2)}\n`
          : summaryOf(options, connection),
      );
    });
  describeCommand(command, {
    notes: [
      "The file contains the tenant ID, the client ID, the cloud and the place of the credential. It never contains a secret.",
      "Copy it to the machine, put the credential in its place there, and run `npx mssp verify --connection <file>`.",
    ],
    reads: "The stack's outputs, without secrets.",
    changes: "Writes --out, completely or not at all.",
    exitCodes: {
      0: "the file is written",
      1: "nothing is written: the file exists (see --force), or the stack can't be read",
    },
    examples: [
      "npx mssp connection --stack contoso --out contoso.json",
      "npx mssp connection --stack contoso --out contoso.json \\",
      "  --key-vault-secret https://fabrikam.vault.azure.net/secrets/contoso",
      "npx mssp sandbox run -- npx mssp connection --stack dev --out dev.json",
    ],
  });
}

function summaryOf({ out }: ConnectionCommandOptions, { credentialPlace: place, stack }: ConnectionContent): string {
  const where =
    "keyVaultSecret" in place
      ? `the Key Vault secret ${place.keyVaultSecret}; that machine's identity needs the role Key Vault Secrets User`
      : "file" in place
        ? `the file ${place.file}`
        : `the file that the environment variable ${place.fileVariable} names`;
  return `${out}: connection of stack ${stack}, without a secret. Credential: ${where}.\n`;
}

/** The connection file's own check knows the vaults of each cloud. */
function secretUri(text: string): string {
  if (/^https:\/\/[^/\s]+\/secrets\/[^/\s]+\/?$/.test(text)) return text;
  throw new InvalidArgumentError(
    "Expected the URI of a secret without a version: https://<vault>.vault.azure.net/secrets/<name>.",
  );
}

function variableName(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected the name of an environment variable, such as MSSP_CLIENT_SECRET_FILE.");
}

function fileName(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("A file has a name.");
}
