/** What ends for files: connection files, settings of SIEM products, hunting queries. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { fileProblem, unreadableFile, VisibleError } from "@defender-mssp/errors";
import { endings, restsOnBoth, dateOf, type Ending } from "@defender-mssp/microsoft";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { readConnection } from "../connector/connectionFile";
import { connectorEndings } from "../connector/connectorEndings";
import { queryRestsOn } from "./queryRestsOn";
import { textRestsOn } from "./textRestsOn";

/** A file that was read, or why it was not. */
export interface FileEndings {
  readonly file: string;
  readonly endings: readonly Ending[];
  readonly problem?: string;
}

/** Larger files are no settings and no queries, in bytes. */
const mostBytes = 1024 * 1024;

/** Files that are open at the same time. */
const simultaneousFiles = 16;

/** Reads files, and those of folders; hidden ones and `node_modules` are left out. @throws VisibleError */
export async function fileEndings(places: readonly string[], now: Date): Promise<readonly FileEndings[]> {
  const files = (await Promise.all(places.map(filesBelow))).flat();
  return atOnce(simultaneousFiles, [...new Set(files)], (file) => endingsInFile(file, now));
}

async function filesBelow(place: string): Promise<string[]> {
  try {
    if (!(await stat(place)).isDirectory()) return [place];
    const entries = await readdir(place, { withFileTypes: true });
    const visible = entries.filter(({ name }) => !name.startsWith(".") && name !== "node_modules");
    const below = visible
      .filter((entry) => entry.isDirectory() || entry.isFile())
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name }) => filesBelow(path.join(place, name)));
    return (await Promise.all(below)).flat();
  } catch (error) {
    if (error instanceof VisibleError) throw error;
    throw unreadableFile(place, error);
  }
}

async function endingsInFile(file: string, now: Date): Promise<FileEndings> {
  try {
    if ((await stat(file)).size > mostBytes) return { file, endings: [], problem: "it has more than 1 MiB" };
    const text = await readFile(file, "utf8");
    if (isConnection(text)) return { file, endings: connectorEndings(await readConnection(file), now) };
    return { file, endings: textEndings(file, text, now) };
  } catch (error) {
    const problem = error instanceof VisibleError ? error.message : fileProblem(error);
    return { file, endings: [], problem };
  }
}

/** What a text rests on: a query by its file's name, else settings, whose path may name an add-on. */
export function textEndings(file: string, text: string, now: Date): readonly Ending[] {
  const isQuery = /\.(?:kql|csl|kusto)$/i.test(file);
  const packages = file.match(/\w+/g) ?? [];
  const subject = isQuery ? queryRestsOn(text) : restsOnBoth(textRestsOn(text), { packages });
  return endings(subject, dateOf(now));
}

function isConnection(text: string): boolean {
  return /^\s*\{/.test(text) && text.includes('"msspConnection"');
}
