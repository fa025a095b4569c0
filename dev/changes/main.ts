/** `npm run changes -- --compare <file>`: what differs between the table and a newer list of retirements, or of Message Center numbers. */
import { readFileSync } from "node:fs";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import { dateOf, staleChanges } from "@defender-mssp/microsoft";
import { compareMessages, isMessageList } from "./compareMessages";
import { compareRetirements, readRetirements } from "./compareRetirements";

function main([option, file]: readonly string[]): void {
  if (option !== "--compare" || file === undefined) {
    throw new VisibleError("Name the newer list: npm run changes -- --compare <file>");
  }
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw unreadableFile(file, error);
  }
  const lines = isMessageList(text) ? compareMessages(file, text) : compareRetirements(readRetirements(file, text));
  const stale = staleChanges(dateOf(new Date())).map(({ id, days }) => `? ${id}: read ${days} days ago: compare`);
  console.log([...(lines.length === 0 ? ["No difference."] : lines), ...stale].join("\n"));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof VisibleError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
