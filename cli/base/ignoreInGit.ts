/** Keeps folders with records and people's names out of a repository of customers. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { exists } from "./exists";

const folders = ["offboard-*/", "evidence*/"];

/** Adds the missing lines to `.gitignore`, where git keeps the folder. @returns what was done with the file */
export async function ignoreInGit(folder: string): Promise<"changed" | "created" | undefined> {
  const file = path.join(folder, ".gitignore");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined && !(await exists(path.join(folder, ".git")))) return undefined;
  const lines = (text ?? "").split(/\r?\n/).map((line) => line.trim());
  const missing = folders.filter((line) => !lines.includes(line));
  if (missing.length === 0) return undefined;
  const separator = text === undefined || text === "" || text.endsWith("\n") ? "" : "\n";
  await writeWholeFile(file, `${text ?? ""}${separator}${missing.join("\n")}\n`);
  return text === undefined ? "created" : "changed";
}
