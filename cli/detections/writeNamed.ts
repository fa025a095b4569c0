import path from "node:path";
import type { Session } from "@defender-mssp/terminal/session";

/** Writes a file, by its path from the working folder, and says so. */
export async function writeNamed(file: string, text: string, session: Session): Promise<void> {
  const { writeWholeFile } = await import("@defender-mssp/terminal/wholeFile");
  await writeWholeFile(path.resolve(session.folder, file), text);
  session.err.note(`Wrote ${file}.`);
}
