/**
 * Passphrases of stacks. They reach the engine only in the environment of that stack's process,
 * never in an argument, a file or a log.
 */
import { createDecipheriv, pbkdf2 } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { textIfThere } from "@defender-mssp/terminal/wholeFile";
import { VisibleError } from "@defender-mssp/errors";
import { stackFile, type Project } from "../../settings/project";

export interface PassphraseOptions {
  readonly project: Project;
  readonly environment: NodeJS.ProcessEnv;
  /** Folder that holds a file named like the stack, with its passphrase, for each stack. */
  readonly passphraseFolder?: string;
  /** Asks for a passphrase; undefined where nobody can be asked. */
  readonly ask?: (question: string) => Promise<string>;
}

type Variables = Readonly<Record<string, string>>;

/** Wrong answers before the run ends. */
const wrongAnswers = 3;

/**
 * The variables of each stack's engine. Without `passphraseFolder`, PULUMI_CONFIG_PASSPHRASE or
 * …_FILE it asks: a passphrase is used for every stack that it matches; it asks again for the
 * others.
 * @throws VisibleError where a passphrase is missing.
 */
export async function passphraseVariables(
  stacks: readonly string[],
  options: PassphraseOptions,
): Promise<ReadonlyMap<string, Variables>> {
  const { project, environment, passphraseFolder, ask } = options;
  const missing = new Map<string, string>();
  const found = new Map(passphraseFolder === undefined ? [] : await passphrasesInFolder(stacks, passphraseFolder));
  for (const stack of stacks.filter((one) => !found.has(one))) {
    const salt = await saltOf(stackFile(project, stack));
    if (salt !== undefined) missing.set(stack, salt);
  }
  const isSet = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"].some(
    (name) => (environment[name] ?? "") !== "",
  );
  if (isSet || missing.size === 0) return found;
  if (ask === undefined) {
    throw new VisibleError(
      `No passphrase for ${listed([...missing.keys()])}. Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, or ` +
        "--passphrase-folder with a file for each stack.",
    );
  }
  for (let wrong = 0; missing.size > 0;) {
    const passphrase = await ask(`Passphrase of ${listed([...missing.keys()])}: `);
    const fitting = await fittingStacks(missing, passphrase);
    for (const stack of fitting) {
      found.set(stack, { PULUMI_CONFIG_PASSPHRASE: passphrase });
      missing.delete(stack);
    }
    if (fitting.length === 0 && ++wrong >= wrongAnswers) {
      throw new VisibleError(`The passphrase does not match ${listed([...missing.keys()])}. Nothing was run.`);
    }
  }
  return found;
}

/**
 * The variables of the stacks that have a file in the folder, for a command that leaves the others
 * to the engine. The engine prefers PULUMI_CONFIG_PASSPHRASE to a file: it gets the file's text.
 * @throws VisibleError where there is no such folder, or a file can't be read.
 */
export async function passphrasesInFolder(
  stacks: readonly string[],
  folder: string,
): Promise<ReadonlyMap<string, Variables>> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new VisibleError(
      `--passphrase-folder ${folder}: there is no such folder. It holds a file named like the stack, with its passphrase, for each stack.`,
    );
  }
  const found = new Map<string, Variables>();
  for (const stack of stacks) {
    const text = await textIfThere(path.resolve(folder, stack), "The passphrase file");
    // Trimmed, as the engine does with a file.
    if (text !== undefined) found.set(stack, { PULUMI_CONFIG_PASSPHRASE: text.trim() });
  }
  return found;
}

/**
 * Whether a passphrase matches a stack's `encryptionsalt`, as the engine checks it
 * (sdk/go/common/resource/config/crypt.go): the salt, and the word "pulumi" encrypted with
 * AES-256-GCM and a key from PBKDF2.
 */
export async function fitsPassphrase(salt: string, passphrase: string): Promise<boolean> {
  const [version, saltText = "", , nonce = "", encrypted = ""] = salt.split(":");
  if (version !== "v1") return false;
  const key = await promisify(pbkdf2)(passphrase, Buffer.from(saltText, "base64"), 1_000_000, 32, "sha256");
  const bytes = Buffer.from(encrypted, "base64");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"), { authTagLength: 16 });
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString() === "pulumi";
  } catch {
    return false;
  }
}

async function fittingStacks(salts: ReadonlyMap<string, string>, passphrase: string): Promise<string[]> {
  const fits = await Promise.all(
    [...salts].map(async ([stack, salt]) => ((await fitsPassphrase(salt, passphrase)) ? stack : undefined)),
  );
  return fits.filter((stack) => stack !== undefined);
}

async function saltOf(file: string): Promise<string | undefined> {
  try {
    const { encryptionsalt: salt } = parse(await readFile(file, "utf8"), { logLevel: "error" }) as {
      encryptionsalt?: unknown;
    };
    return typeof salt === "string" ? salt : undefined;
  } catch {
    return undefined; // The inventory says what is wrong with the file.
  }
}

function listed(stacks: readonly string[]): string {
  const shown = stacks.slice(0, 3).join(", ");
  return stacks.length <= 3 ? shown : `${shown} and ${stacks.length - 3} more stacks`;
}
