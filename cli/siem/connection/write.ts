/** Writes connection files from stacks' outputs. */
import type { NotChecked } from "@defender-mssp/errors/notChecked";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { connectionText, type ConnectionContent } from "@defender-mssp/siem/connector/connectionFile";
import { NoConnectorYet } from "@defender-mssp/siem/connector/connectorSource";
import type { CredentialPlace } from "@defender-mssp/siem/connector/connector";
import { placeText, refuseSharing } from "@defender-mssp/siem/connector/oneSecretEach";
import { credentialWays } from "@defender-mssp/siem/connector/credentialOptions";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { StackConnector, StackCustomer } from "../../stack/connector";
import { exists } from "../../base/exists";
import { contentOf } from "./content";

export interface PlaceOptions {
  readonly keyVaultSecret?: string;
  readonly credentialFile?: string;
  readonly credentialVariable?: string;
}

export interface WriteConnectionOptions extends PlaceOptions {
  /** A file; a folder where several are written. */
  readonly out: string;
  readonly force?: boolean;
  readonly all?: boolean;
}

export interface WrittenConnection {
  readonly file: string;
  readonly connection: ConnectionContent;
}

/** A stack that has no file. `notChecked`: nothing is deployed. */
export interface LeftOutStack {
  readonly stack: string;
  readonly state: "failed" | NotChecked;
  readonly note: string;
}

/** Stands for the stack's name in the place of a credential. */
const stackPlaceholder = "{stack}";

/** Stacks that are read at the same time: each takes a process of the engine. */
const simultaneous = 4;

/** @throws VisibleError where the stack can't be read, or the file exists, without `force`. */
export async function writeConnection(
  customer: StackCustomer,
  options: WriteConnectionOptions,
): Promise<WrittenConnection> {
  const written = { file: options.out, connection: await connectionOf(customer, options) };
  await writeFiles([written], options);
  return written;
}

/**
 * Writes a file for each stack into the folder `out`. A stack that can't be read stops no other.
 * @throws VisibleError where a file exists, without `force`, or several would share one client
 * secret: nothing is written then.
 */
export async function writeConnections(
  customers: readonly StackCustomer[],
  options: WriteConnectionOptions,
): Promise<{ readonly written: readonly WrittenConnection[]; readonly leftOut: readonly LeftOutStack[] }> {
  const results = await atOnce(simultaneous, customers, (customer) => connectionOrReason(customer, options));
  const written = results.filter((result) => "connection" in result);
  refuseSharing(
    written
      .filter(({ connection }) => connection.connector.credential === "secret")
      .map(({ connection: { stack, clientId, credentialPlace } }) => {
        const place = placeText(credentialPlace);
        return { stack, clientId, own: place, place };
      }),
  );
  if (written.length > 0) await mkdir(options.out, { recursive: true });
  await writeFiles(written, options);
  return { written, leftOut: results.filter((result) => "note" in result) };
}

async function connectionOrReason(
  customer: StackCustomer,
  options: WriteConnectionOptions,
): Promise<WrittenConnection | LeftOutStack> {
  const { name: stack } = customer;
  try {
    return {
      file: path.join(options.out, `${fileStem(stack)}.json`),
      connection: await connectionOf(customer, options),
    };
  } catch (error) {
    // A name that somebody typed is a mistake; of all stacks some are not onboarded yet.
    if (error instanceof NoConnectorYet && options.all === true)
      return { stack, state: "notChecked", note: "nothing is deployed" };
    if (!(error instanceof VisibleError)) throw error;
    return { stack, state: "failed", note: error.message };
  }
}

/** All files or none: a mix of old and new ones would not match. */
async function writeFiles(files: readonly WrittenConnection[], { force }: WriteConnectionOptions): Promise<void> {
  const texts = files.map(({ file, connection }) => ({ file, text: connectionText(connection) }));
  const existing: string[] = [];
  for (const { file } of files) if (force !== true && (await exists(file))) existing.push(file);
  if (existing.length > 0) {
    throw new VisibleError(
      `Nothing was written: ${existing.join(", ")} exist${existing.length === 1 ? "s" : ""}. ` +
        "Name another place, or replace with --force.",
    );
  }
  for (const { file, text } of texts) await writeWholeFile(file, text);
}

async function connectionOf(customer: StackCustomer, options: PlaceOptions): Promise<ConnectionContent> {
  const connector = await customer.read({ secrets: false });
  return contentOf(connector, credentialPlaceOf(connector, options), customer.place.environment);
}

function credentialPlaceOf(connector: StackConnector, options: PlaceOptions): CredentialPlace {
  const { credential, handover, stack } = connector;
  const { keyVaultSecret, credentialFile, credentialVariable: variable } = options;
  if (credentialFile !== undefined) return { file: credentialFile.replaceAll(stackPlaceholder, fileStem(stack)) };
  if (variable !== undefined) return { fileVariable: variable.replaceAll(stackPlaceholder, variablePart(stack)) };
  if (keyVaultSecret !== undefined && credential !== "secret") {
    throw new VisibleError(
      `The connector of stack "${stack}" has no client secret (credential: ${credential}): ` +
        "name a file or env:<variable> by --credential.",
    );
  }
  const named = keyVaultSecret?.replaceAll(stackPlaceholder, fileStem(stack));
  const secret = named ?? (credential === "secret" ? handover?.secretUri : undefined);
  return secret === undefined ? { fileVariable: credentialWays[credential].variable } : { keyVaultSecret: secret };
}

/** The stack's name where a file may have it: an organization and a project stand in front with "+". */
function fileStem(stack: string): string {
  return stack.replaceAll("/", "+");
}

/** The stack's name in a variable's: in capitals, with "_" for what no variable may have. */
function variablePart(stack: string): string {
  return stack.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}
