/** SECURITY.md promises nothing without the test that fails if it stops being true. */
import { existsSync } from "node:fs";
import path from "node:path";

/** Files of tests that a text names. */
const testFile = /`((?:test|packages)\/[^`\s]+\.test\.ts)`/g;
/** The section that promises. */
const promises = "## What is at stake";

/**
 * Says for each paragraph and list item that it names neither a test nor that it is not tested, and
 * which named tests do not exist.
 */
export function untestedPromises(root: string, text: string): readonly string[] {
  return [...promisesIn(text).flatMap(untested), ...missingTests(root, text)];
}

interface Statement {
  readonly text: string;
  readonly line: number;
}

/** Paragraphs and list items, but for the introduction and what such a paragraph enumerates. */
function promisesIn(text: string): Statement[] {
  const start = text.indexOf(promises);
  const end = text.indexOf("\n## ", start + 1);
  const before = text.slice(0, start).split("\n").length - 1;
  const lines = text.slice(start, end === -1 ? undefined : end).split("\n");
  const blocks: { text: string; line: number }[] = [];
  let section = "";
  let isOpen = false;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith("#")) section = line;
    const isBlank = line.trim() === "" || line.startsWith("#");
    const last = blocks.at(-1);
    if (isBlank) isOpen = false;
    else if (isOpen && last !== undefined && !line.startsWith("- ")) last.text += `\n${line}`;
    else if (section !== promises) {
      blocks.push({ text: line, line: before + index + 1 });
      isOpen = true;
    }
  }
  return blocks.filter(({ text: block }) => !block.startsWith("- `"));
}

function untested({ text, line }: Statement): string[] {
  if (/not\s+tested/i.test(text) || [...text.matchAll(testFile)].length > 0) return [];
  const beginning = text.slice(0, 60).replaceAll("\n", " ");
  return [`SECURITY.md:${line}: names no test, and does not say "Not tested": ${beginning}…`];
}

function missingTests(root: string, text: string): string[] {
  const named = [...new Set([...text.matchAll(testFile)].map(([, file]) => file ?? ""))];
  return named.filter((file) => !existsSync(path.join(root, file))).map((file) => `SECURITY.md: ${file}: no such test`);
}
