/** The query as people give it. */
import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";

/**
 * The query: a file's text, or the argument, which stands for standard input's text if it is `-`.
 * @throws VisibleError where it is empty or can't be read.
 */
export async function queryOf(
  argument: string | undefined,
  file: string | undefined,
  input: NodeJS.ReadableStream,
): Promise<string> {
  const text = file !== undefined ? await fileText(file) : argument === "-" ? await textOf(input) : (argument ?? "");
  const query = text.replace(/^\uFEFF/, "").trim();
  if (query === "") throw new VisibleError("The query is empty.");
  return query;
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw unreadableFile(`The query's file ${file}`, error);
  }
}
