/** `mssp connection`: writes the file with which a machine without the project reads a customer's alerts. */
import { InvalidArgumentError, type Command } from "commander";
import { secretAddress } from "@defender-mssp/microsoft/azure/vaultAddress";
import { placeText } from "@defender-mssp/siem/connector/oneSecretEach";
import { markOf } from "@defender-mssp/terminal/checkState";
import { tableText } from "@defender-mssp/terminal/table";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { namedStack, stackConnectors, stackOptions, type StackOptions } from "../../access/connector/connectorSource";
import { nextSteps } from "./nextSteps";
import type { LeftOutStack, WriteConnectionOptions, WrittenConnection } from "./write";

type Credential = Pick<WriteConnectionOptions, "keyVaultSecret" | "credentialFile" | "credentialVariable">;

interface ConnectionCommandOptions extends Omit<WriteConnectionOptions, keyof Credential>, StackOptions {
  readonly credential?: Credential;
  readonly json?: boolean;
}

export function define(command: Command, session: Session): void {
  stackOptions(command)
    .requiredOption(
      "--out <path>",
      "file to write; of several stacks a folder, in which each has <stack>.json",
      fileName,
    )
    .option(
      "--credential <place>",
      "where that machine has the client secret, the certificate with its private key or the federated token: a file; env:<variable> " +
        "that names one (default: MSSP_CLIENT_SECRET_FILE, MSSP_CERTIFICATE_FILE or MSSP_FEDERATED_TOKEN_FILE); or the URI of a " +
        "Key Vault secret (default: that of `handover`). {stack} stands for the stack's name, in a variable in capitals",
      credentialPlace,
    )
    .option("--force", "replace an existing file")
    .option("--json", "print the file's name and content as one JSON object")
    .action(async ({ credential, ...others }: ConnectionCommandOptions) => {
      const options = { ...others, ...credential };
      const { writeConnection, writeConnections } = await import("./write.js");
      const customer = await namedStack(options, session);
      if (customer !== undefined) {
        const written = await writeConnection(customer, options);
        const text = `${summary(written)}\n\n${nextSteps(written, 1)}`;
        if (options.json === true) writeJson(session.out, "connection", written);
        else session.out.write(text);
        return;
      }
      const customers = await stackConnectors(options, session);
      const { written, leftOut } = await writeConnections(customers, options);
      if (options.json === true) writeJson(session.out, "connection", { connections: written, leftOut });
      else session.out.write(writtenText(written, leftOut));
      if (written.length === 0 || leftOut.some(({ state }) => state === "failed")) session.exitCode = 1;
    });
  describeCommand(command, {
    notes: [
      "The file contains the tenant ID, the client ID, the cloud and the place of the credential. It never contains a secret.",
      "Of several stacks, each has a file and a place of its credential. One that can't be read stops no other, and the exit " +
        "code is 1; one on which nothing is deployed is left out. If several would take one client secret, nothing is written.",
    ],
    reads: "The stacks' outputs, without secrets.",
    changes: "Writes --out, each file completely or not at all.",
    exitCodes: {
      0: "the files are written",
      1: "nothing is written: a file exists (see --force), or the stack can't be read; of several: one can't be read",
    },
    examples: [
      "npx mssp connection --stack contoso --out contoso.json",
      "npx mssp connection --all --out connections \\",
      "  --credential '/etc/mssp/{stack}.secret'",
      "npx mssp connection --stack contoso --out contoso.json \\",
      "  --credential https://fabrikam.vault.azure.net/secrets/contoso",
      "npx mssp sandbox run -- npx mssp connection --stack dev --out dev.json",
    ],
  });
}

/** The files, and what to do with them. */
function writtenText(written: readonly WrittenConnection[], leftOut: readonly LeftOutStack[]): string {
  const rows = [
    ...written.map(({ file, connection }) => [
      markOf("passed"),
      file,
      `credential: ${placeText(connection.credentialPlace)}`,
    ]),
    ...leftOut.map(({ stack, state, note }) => [markOf(state), stack, note]),
  ];
  const [first] = written;
  return `${tableText(rows)}${first === undefined ? "" : `\n${nextSteps(first, written.length)}`}`;
}

function summary({ file, connection: { stack, credentialPlace } }: WrittenConnection): string {
  return `${file}: connection of stack ${stack}, without a secret. Credential: ${placeText(credentialPlace)}.`;
}

function credentialPlace(text: string): Credential {
  if (text.startsWith("https:")) return { keyVaultSecret: secretUri(text) };
  if (text.startsWith("env:")) return { credentialVariable: variableName(text.slice(4)) };
  return { credentialFile: fileName(text) };
}

function secretUri(text: string): string {
  if (secretAddress(text) !== undefined) return text;
  throw new InvalidArgumentError(
    "Expected the URI of a secret without a version: https://<vault>.vault.azure.net/secrets/<name>.",
  );
}

function variableName(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text.replaceAll("{stack}", "X"))) return text;
  throw new InvalidArgumentError("Expected the name of an environment variable, such as MSSP_CLIENT_SECRET_FILE.");
}

function fileName(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("A file has a name.");
}
