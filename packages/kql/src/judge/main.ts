import { VisibleError } from "@defender-mssp/errors";
import { text } from "node:stream/consumers";
import { judgeDocument } from "./judgeDocument";

/** Reads one JSON document from standard input and prints the verdicts. Exit code 1: no verdicts, an error on standard error. */
async function main(): Promise<void> {
  try {
    process.stdout.write(`${JSON.stringify(await judgeDocument(await text(process.stdin)))}\n`);
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

void main();
