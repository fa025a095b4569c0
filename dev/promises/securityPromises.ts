/** The promises of SECURITY.md: each text with the tests that it names. */
import { promisedParagraphs } from "./promisedParagraphs";

/** The text between two names of tests, and the tests that follow it. */
export interface SecurityPromise {
  /** On one line. */
  readonly text: string;
  /** Line of SECURITY.md where its paragraph begins. */
  readonly line: number;
  /** Paths from the top of the checkout. */
  readonly tests: readonly string[];
}

const testName = /`((?:test|packages)\/[^`\s]+\.test\.ts)`/g;
/** What stands between two tests of the same promise. */
const conjunction = /^[\s,;()]*(?:and)?\s*$/;

/** The promises that name a test, in the order of the page. */
export function securityPromises(page: string): readonly SecurityPromise[] {
  return promisedParagraphs(page).flatMap(({ text, line }) => promisesOfParagraph(oneLine(text), line));
}

function promisesOfParagraph(paragraph: string, line: number): SecurityPromise[] {
  const promises: { text: string; line: number; tests: string[] }[] = [];
  let end = 0;
  for (const match of paragraph.matchAll(testName)) {
    const text = paragraph.slice(end, match.index);
    const [, test = ""] = match;
    const last = promises.at(-1);
    if (last !== undefined && conjunction.test(text)) last.tests.push(test);
    else promises.push({ text, line, tests: [test] });
    end = match.index + match[0].length;
  }
  return promises;
}

/** The text without line breaks, as a mutation quotes it. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
