/**
 * The refresh token of a connector: where it is kept, and how old it is. It lives 90 days whatever
 * one does (Microsoft, "Refresh tokens in the Microsoft identity platform"), and a SIEM without a
 * new one by then stops.
 */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { dayMs } from "@defender-mssp/errors/time";
import {
  getKeyVaultSecret,
  keyVaultSecretName,
  secretAddress,
  setKeyVaultSecret,
  type Environment,
} from "@defender-mssp/microsoft";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";

/** How long a refresh token lives, in days. */
export const refreshTokenDays = 90;

/** The place of a refresh token. A connection file's connector has no configuration. */
export type TokenPlace =
  /** In the stack's configuration, encrypted by the stack's secrets provider. */
  | { readonly kind: "configuration" }
  /** In a file that nobody but its owner may read. */
  | { readonly kind: "file"; readonly file: string }
  /** In Azure Key Vault. */
  | { readonly kind: "keyVault"; readonly vaultUrl: string; readonly name: string };

/** The record of a refresh token. It contains no secret. */
export interface TokenRecord {
  readonly place: TokenPlace;
  readonly issuedOn: Date;
  readonly expiresOn: Date;
}

/** Where a connector's refresh token is kept. */
export interface KeptToken {
  /** Undefined if none was kept. */
  record(): Promise<TokenRecord | undefined>;
  /** @throws VisibleError where it is gone. */
  read(record: TokenRecord): Promise<string>;
  /** @throws VisibleError where it can't be written. */
  keep(token: string, place: TokenPlace, issuedOn: Date, say?: (text: string) => void): Promise<TokenRecord>;
  /** The place of a token for which the user names none. */
  defaultPlace(): Promise<TokenPlace>;
}

/** When a token of that day ends. */
export function expiryOf(issuedOn: Date): Date {
  return new Date(issuedOn.getTime() + refreshTokenDays * dayMs);
}

/** Whole days until then, rounded down; negative when it is over. */
export function daysUntil(moment: Date, now: Date): number {
  return Math.floor((moment.getTime() - now.getTime()) / dayMs);
}

/**
 * Checks a place before somebody signs in for nothing.
 * @throws VisibleError for a file that is there already and not this stack's token, a folder that
 * isn't, a name that no vault takes.
 */
export async function checkPlace(place: TokenPlace, known: TokenRecord | undefined, force: boolean): Promise<void> {
  if (place.kind === "keyVault") {
    if (keyVaultSecretName.test(place.name)) return;
    throw new VisibleError(
      `"${place.name}" is no name for a secret in a key vault: letters, digits and hyphens, up to 127.`,
    );
  }
  if (place.kind !== "file") return;
  const isFolder = await stat(path.dirname(place.file)).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new VisibleError(`The folder of ${place.file} isn't there. Make it, or name another file.`);
  const isOurs = known?.place.kind === "file" && known.place.file === place.file;
  const isThere = await stat(place.file).then(
    () => true,
    () => false,
  );
  if (isThere && !isOurs && !force) {
    throw new VisibleError(`${place.file} is there already. Name another file, or replace it with --force.`);
  }
}

/** A place outside of the stack's configuration. */
export type PlaceElsewhere = Exclude<TokenPlace, { kind: "configuration" }>;

interface KeepElsewhereOptions {
  readonly stack: string;
  readonly credentials?: Environment | undefined;
  /** Tells a person what is waited for. */
  readonly say?: ((text: string) => void) | undefined;
}

/** Writes a refresh token into a file or a key vault. @throws VisibleError */
export async function keepElsewhere(
  place: PlaceElsewhere,
  token: string,
  { expiresOn }: TokenRecord,
  { stack, credentials, say }: KeepElsewhereOptions,
): Promise<void> {
  if (place.kind === "file") return writeSecretFile(place.file, `${token}\n`);
  await setKeyVaultSecret(
    { ...place, environment: credentials, say },
    { value: token, contentType: "OAuth 2.0 refresh token", expiresOn, tags: { stack } },
  );
}

/** Reads it there. @throws VisibleError where it is gone; the message names its owner. */
export async function readElsewhere(
  place: PlaceElsewhere,
  { owner, credentials }: { readonly owner: string; readonly credentials?: Environment | undefined },
): Promise<string> {
  if (place.kind === "keyVault") return getKeyVaultSecret({ ...place, environment: credentials });
  try {
    return (await readFile(place.file, "utf8")).trim();
  } catch (error) {
    throw unreadableFile(`The refresh token of ${owner} is kept in a file that`, error);
  }
}

/** Writes a file that only its owner can read, completely or not at all. @throws VisibleError */
async function writeSecretFile(file: string, text: string): Promise<void> {
  await writeWholeFile(file, text, { mode: 0o600 });
}

/** The text for a place, in the record and in output. */
export function placeText(place: TokenPlace): string {
  if (place.kind === "file") return `file:${place.file}`;
  return place.kind === "keyVault" ? `${place.vaultUrl}/secrets/${place.name}` : "configuration";
}

/** The place that `placeText` describes. */
export function placeOf(text: string | undefined): TokenPlace | undefined {
  if (text === undefined) return undefined;
  if (text === "configuration") return { kind: "configuration" };
  if (text.startsWith("file:")) return { kind: "file", file: text.slice("file:".length) };
  const address = secretAddress(text);
  return address === undefined ? undefined : { kind: "keyVault", ...address };
}
