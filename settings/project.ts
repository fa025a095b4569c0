/**
 * The Pulumi project of a folder, and where its stacks' settings files are: for commands that run
 * without the engine.
 */
import { lastSegment } from "@defender-mssp/microsoft";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import { parseAsEngine } from "./engineYaml";
import { textOfFile } from "./fileInside";

export interface Project {
  /** The folder that has `Pulumi.yaml`. */
  readonly folder: string;
  /** Also the namespace of its settings. */
  readonly name: string;
  /**
   * Folder of the stacks' files, from the project's folder; "" where they are beside `Pulumi.yaml`.
   */
  readonly stackConfigDir: string;
}

/**
 * The project that the engine would use in a folder: of that folder or of the nearest one above it.
 * @throws VisibleError if there is none, or its file is not YAML.
 */
export async function readProject(from = process.cwd()): Promise<Project> {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const text = await textOfFile(path.join(folder, "Pulumi.yaml")).catch(undefinedIfMissing);
    if (text !== undefined) return { folder, ...projectOf(text, path.join(folder, "Pulumi.yaml")) };
    if (path.dirname(folder) === folder)
      throw new VisibleError(`${from} has no Pulumi.yaml: run this in the project's folder.`);
  }
}

/** Reads the text of a `Pulumi.yaml`. @param place the file, for the error. */
function projectOf(text: string, place: string): Pick<Project, "name" | "stackConfigDir"> {
  const content = contentOf(text, place);
  const { name } = content;
  if (typeof name !== "string" || name === "") throw new VisibleError(`${place} names no project: "name" is missing.`);
  return { name, stackConfigDir: stackFolderOf(content) };
}

/** `stackConfigDir` in the text of a `Pulumi.yaml`, with slashes; "" without. */
export function stackConfigDirOf(text: string, place: string): string {
  return stackFolderOf(contentOf(text, place));
}

function contentOf(text: string, place: string): Readonly<Record<string, unknown>> {
  try {
    return Object(parseAsEngine(text)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new VisibleError(`${place} is not valid YAML: ${(error as Error).message.split("\n")[0] ?? ""}`);
  }
}

function stackFolderOf({ stackConfigDir }: Readonly<Record<string, unknown>>): string {
  if (typeof stackConfigDir !== "string" || stackConfigDir === "") return "";
  const folder = path.posix.normalize(stackConfigDir).replace(/\/$/, "");
  return folder === "." ? "" : folder;
}

/**
 * The file of a stack's settings, absolute. @param stack its name, also with organization and
 * project in front.
 */
export function stackFile({ folder, stackConfigDir }: Project, stack: string): string {
  return path.join(folder, stackConfigDir, `Pulumi.${lastSegment(stack)}.yaml`);
}

/** The file's path from the project's folder, for messages. */
export function shownStackFile({ stackConfigDir }: Pick<Project, "stackConfigDir">, stack: string): string {
  return path.posix.join(stackConfigDir, `Pulumi.${lastSegment(stack)}.yaml`);
}

/** Names of the stacks that have a settings file, sorted. One with two files is listed once. */
export async function stacksWithSettings({ folder, stackConfigDir }: Project): Promise<string[]> {
  const files = (await readdir(path.join(folder, stackConfigDir)).catch(undefinedIfMissing)) ?? [];
  return [...new Set(files.flatMap((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1] ?? []))].sort();
}

function undefinedIfMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  throw unreadableFile("The project", error);
}
