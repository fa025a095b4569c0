/** Writes a connection file from a stack's outputs. */
import { VisibleError } from "@defender-mssp/errors";
import { connectionText, type ConnectionContent } from "@defender-mssp/siem/connector/connectionFile";
import type { CredentialPlace } from "@defender-mssp/siem/connector/connector";
import { credentialVariable } from "@defender-mssp/siem/tokens/credentials";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { Place } from "../../base/place";
import { readConnector, type StackConnector } from "../../stack/connector";
import { exists } from "../../stack/exists";
import { contentOf } from "./content";

export interface WriteConnectionOptions {
  readonly stack: string;
  readonly out: string;
  readonly keyVaultSecret?: string;
  readonly credentialFile?: string;
  readonly credentialVariable?: string;
  readonly force?: boolean;
}

/** @throws VisibleError where the stack can't be read, or the file exists, without `force`. */
export async function writeConnection(options: WriteConnectionOptions, place: Place): Promise<ConnectionContent> {
  const connector = await readConnector(options.stack, place);
  const content = contentOf(connector, credentialPlaceOf(connector, options), place.environment);
  const text = connectionText(content);
  if (options.force !== true && (await exists(options.out))) {
    throw new VisibleError(
      `Nothing was written: ${options.out} exists. Name another file, or replace it with --force.`,
    );
  }
  await writeWholeFile(options.out, text);
  return content;
}

function credentialPlaceOf(connector: StackConnector, options: WriteConnectionOptions): CredentialPlace {
  const { credential, handover } = connector;
  const { keyVaultSecret, credentialFile, credentialVariable: variable } = options;
  if (credentialFile !== undefined) return { file: credentialFile };
  if (variable !== undefined) return { fileVariable: variable };
  if (keyVaultSecret !== undefined && credential !== "secret") {
    throw new VisibleError(
      `The connector of stack "${connector.stack}" has no client secret (credential: ${credential}): ` +
        "replace --key-vault-secret with --credential-file or --credential-variable.",
    );
  }
  const secret = keyVaultSecret ?? (credential === "secret" ? handover?.secretUri : undefined);
  return secret === undefined ? { fileVariable: credentialVariable(credential) } : { keyVaultSecret: secret };
}
