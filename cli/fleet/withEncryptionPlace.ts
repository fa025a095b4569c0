/** Where the engine writes a new stack's encryption keys: at the end of the file, unless the key has a place. */
import { readFile, stat } from "node:fs/promises";
import { parseDocument } from "yaml";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";

/**
 * Runs `stack init` with a place for the keys above `config`, so that they do not follow the last
 * item of a list. A place that the engine left empty is removed.
 * @param file the stack's file; without one the engine makes it.
 */
export async function withEncryptionPlace(
  file: string,
  secretsProvider: string | undefined,
  initialize: () => Promise<void>,
): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  const placed = text === undefined ? undefined : encryptionPlaced(text, secretsProvider);
  if (text === undefined || placed === undefined) return initialize();
  const mode = (await stat(file)).mode & 0o777;
  await writeWholeFile(file, placed, { mode });
  try {
    await initialize();
  } finally {
    if ((await readFile(file, "utf8")) === placed) await writeWholeFile(file, text, { mode });
  }
}

/** @returns undefined if the file has one of the keys, or is not YAML in the engine's layout. */
export function encryptionPlaced(text: string, secretsProvider: string | undefined): string | undefined {
  const document = parseDocument(text, { logLevel: "silent" });
  const keys = ["encryptionsalt", "secretsprovider", "encryptedkey"];
  if (document.errors.length > 0 || keys.some((key) => document.has(key))) return undefined;
  const config = /^config:/m.exec(text)?.index;
  if (config === undefined) return undefined;
  const isPassphrase = secretsProvider === undefined || secretsProvider === "passphrase";
  const places = isPassphrase ? keys.slice(0, 1) : keys.slice(1);
  return `${text.slice(0, config)}${places.map((key) => `${key}: ""\n`).join("")}${text.slice(config)}`;
}
