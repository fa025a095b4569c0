import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";

/**
 * Prints the whole table, or what of it the files of these paths rest on.
 * @param document the name of the JSON document
 */
export async function printRetirements(
  paths: readonly string[],
  { json }: { readonly json?: boolean },
  session: Session,
  document: "retirements" | "changes" = "retirements",
): Promise<void> {
  const now = session.now();
  if (paths.length === 0) {
    const { tableEndings, tableEndingsText } = await import("./tableEndings.js");
    const list = tableEndings(now);
    if (json === true) writeJson(session.out, "retirements", list);
    else session.out.write(tableEndingsText(list, session.out.columns));
    return;
  }
  const { fileEndings } = await import("./fileEndings.js");
  const { fileEndingsText } = await import("./fileEndingsText.js");
  const files = await fileEndings(paths, now);
  if (json === true && document === "changes") writeJson(session.out, "changes", { files });
  else if (json === true) writeJson(session.out, "retirements", { files });
  else session.out.write(fileEndingsText(files, session.out.columns));
  const isOver = files.some(({ endings }) => endings.some(({ level }) => level === "over"));
  if (isOver || files.some(({ problem }) => problem !== undefined)) session.exitCode = 1;
}
