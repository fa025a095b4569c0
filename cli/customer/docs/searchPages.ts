/** Finds sections of the documentation by a question: their headings have its words, or else their text. */
import { readFile } from "node:fs/promises";
import type { DocsPage } from "./docsPages";

export interface FoundSection {
  readonly topic: string;
  readonly heading: string;
  readonly file: string;
}

/** Words that say nothing of what a question is about. */
export const stopWords =
  "a an and are can be do does for from get has have how i if in is it its me my of on or our should that the their there this to us we what when where which who why will with you your".split(
    " ",
  );

/** Words with one meaning. */
const synonyms = [
  "revoke remove delete end stop offboard uninstall",
  "price cost licence license pay money",
  "safe safety secure security trust",
  "find search lint validate check mistake",
  "windows macos mac linux",
  "leak leaked stolen rotate",
  "missing lost lose arrive",
  "down outage unavailable",
  "terraform az script python emulated fake sandbox",
  "sign signed signature",
  "mail email notification",
  "joiner leaver analyst",
  "read see data",
].map((words) => words.split(" "));

/** The sections whose headings have most of the words, then those whose text has all of them; none without one. */
export async function searchPages(question: string, pages: readonly DocsPage[]): Promise<readonly FoundSection[]> {
  const words = wordsIn(question);
  const sections = await Promise.all(pages.map(pageSections));
  const rated = sections.flat().map(({ text, ...section }) => {
    const heading = wordsIn(section.heading);
    const own = words.filter((word) => heading.includes(word)).length;
    const near = words.filter((word) =>
      synonyms.some((set) => set.includes(word) && heading.some((headingWord) => set.includes(headingWord))),
    );
    const isAnswer = section.topic === "questions" ? 0.4 : 0;
    const inText = words.map((word) => text.filter((other) => other === word).length);
    const isNamed = own + near.length > 0;
    const isTold = words.length > 0 && !inText.includes(0);
    // In the text alone: the section that says the most of it in the fewest words.
    const mentions =
      words.filter((word) => !heading.includes(word) && text.includes(word)).length / 4 +
      (isNamed ? 0 : Math.min(...inText) / text.length);
    return {
      section,
      rank: isNamed || isTold ? own * 2 + near.length + isAnswer + mentions - heading.length / 100 : 0,
    };
  });
  const ranked = rated.filter(({ rank }) => rank > 0).sort((a, b) => b.rank - a.rank);
  return ranked.slice(0, 5).map(({ section }) => section);
}

async function pageSections({ topic, file }: DocsPage) {
  const page = (await readFile(file, "utf8")).replace(/^```[^]*?^```/gm, "");
  return [...page.matchAll(/^#{1,3} (.*)$((?:\n(?!#{1,3} ).*)*)/gm)].map(([, heading = "", text = ""]) => ({
    topic,
    heading,
    file,
    text: wordsIn(text),
  }));
}

/** In lower case, a plural as its singular, without stop words. */
function wordsIn(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.filter((word) => !stopWords.includes(word)).map((word) => word.replace(/(?<=[a-z]{3})s$/, ""));
}
