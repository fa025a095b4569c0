/** `npm run retirements -- --compare <file>`: what differs between the table of retirements and a newer list. */
import { readFileSync } from "node:fs";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import { compareRetirements, readRetirements } from "./compareRetirements";

function main([option, file]: readonly string[]): void {
  if (option !== "--compare" || file === undefined) {
    throw new VisibleError("Name the newer list: npm run retirements -- --compare <file>");
  }
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw unreadableFile(file, error);
  }
  const lines = compareRetirements(readRetirements(file, text));
  console.log(lines.length === 0 ? "No difference." : lines.join("\n"));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof VisibleError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
