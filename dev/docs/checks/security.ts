/** SECURITY.md promises nothing without the test that fails if it stops being true. */
import { existsSync } from "node:fs";
import path from "node:path";
import { promisedParagraphs, type SecurityParagraph } from "../../promises/promisedParagraphs";

/** Files of tests that a text names. */
const testFile = /`((?:test|packages)\/[^`\s]+\.test\.ts)`/g;
/**
 * Says for each paragraph and list item that it names neither a test nor that it is not tested, and
 * which named tests do not exist.
 */
export function untestedPromises(root: string, text: string): readonly string[] {
  return [...promisedParagraphs(text).flatMap(untested), ...missingTests(root, text)];
}

function untested({ text, line }: SecurityParagraph): string[] {
  if (/not\s+tested/i.test(text) || [...text.matchAll(testFile)].length > 0) return [];
  const beginning = text.slice(0, 60).replaceAll("\n", " ");
  return [`SECURITY.md:${line}: names no test, and does not say "Not tested": ${beginning}…`];
}

function missingTests(root: string, text: string): string[] {
  const named = [...new Set([...text.matchAll(testFile)].map(([, file]) => file ?? ""))];
  return named.filter((file) => !existsSync(path.join(root, file))).map((file) => `SECURITY.md: ${file}: no such test`);
}
