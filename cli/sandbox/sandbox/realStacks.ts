/**
 * Settings files of real stacks, with the key of their secrets. The engine writes the sandbox's
 * passphrase in its place.
 */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isMap, parseDocument, type Document } from "yaml";
import { lastSegment } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { readProject, stackFile, stacksWithSettings } from "../../../settings/project";

/** The engine's keys of a secrets provider other than the passphrase. */
const providerKeys = ["secretsprovider", "encryptedkey"] as const;

/** A stack's settings file with a secrets provider. */
export interface RealStack {
  readonly stack: string;
  readonly file: string;
  readonly text: string;
  /** Permissions of the file. */
  readonly mode: number;
}

/** The real stacks of a folder's project; none without a project. */
export async function realStacks(folder: string): Promise<RealStack[]> {
  const project = await readProject(folder).catch(() => undefined);
  if (project === undefined) return [];
  const stacks = (await stacksWithSettings(project)).map(async (stack) => {
    const file = stackFile(project, stack);
    return { stack, file, text: await readFile(file, "utf8"), mode: (await stat(file)).mode & 0o777 };
  });
  return (await Promise.all(stacks)).filter(({ text }) => hasProvider(parseDocument(text)));
}

/** @throws VisibleError where a word of the command names a real stack. */
export function refuseRealStack(words: readonly string[], stacks: readonly RealStack[]): void {
  const names = words.map((word) => lastSegment(word.replace(/^--?[\w-]+=/, "")));
  const named = stacks.find(({ stack }) => names.includes(stack));
  if (named === undefined) return;
  const file = path.basename(named.file);
  throw new VisibleError(
    `${file} has the key of a real stack's secrets (${providerKeys.join(", ")}), and the sandbox can't use it: ` +
      `the engine would replace it. Nothing was run. Copy ${file} to Pulumi.<another name>.yaml, remove these keys ` +
      `and every "secure" value from the copy, and use that stack in the sandbox.`,
  );
}

/**
 * Gives files that have lost their secrets provider its keys again: the whole file where its
 * settings are as before, otherwise these keys alone.
 * @returns the names of the files that were changed.
 */
export async function restoreRealStacks(stacks: readonly RealStack[]): Promise<string[]> {
  const changed: string[] = [];
  for (const { file, text, mode } of stacks) {
    const now = await readText(file);
    const restored = now === undefined ? text : restoredText(text, now);
    if (restored === now) continue;
    await writeWholeFile(file, restored, { mode });
    changed.push(path.basename(file));
  }
  return changed;
}

function restoredText(before: string, now: string): string {
  const [former, current] = [parseDocument(before), parseDocument(now)];
  const isKept = providerKeys.every((key) => former.get(key) === current.get(key));
  if (isKept && former.has("encryptionsalt") === current.has("encryptionsalt")) return now;
  if (!isMap(current.contents) || isDeepStrictEqual(settingsIn(former), settingsIn(current))) return before;
  current.delete("encryptionsalt");
  for (const key of providerKeys) if (former.has(key)) current.set(key, former.get(key));
  return current.toString({ lineWidth: 0 });
}

function settingsIn(document: Document): unknown {
  return (document.toJS() as { readonly config?: unknown } | null)?.config;
}

function hasProvider(document: Document): boolean {
  return isMap(document.contents) && providerKeys.some((key) => document.has(key));
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
}
