/** Finds sections of the documentation by a question: their headings have its words. */
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
  "read see data",
].map((words) => words.split(" "));

/** The sections whose headings have most of the words, by the number of these words; none without one. */
export async function searchPages(question: string, pages: readonly DocsPage[]): Promise<readonly FoundSection[]> {
  const words = wordsIn(question);
  const sections = await Promise.all(pages.map(pageSections));
  const rated = sections.flat().map((section) => {
    const heading = wordsIn(section.heading);
    const own = words.filter((word) => heading.includes(word)).length;
    const near = words.filter((word) =>
      synonyms.some((set) => set.includes(word) && heading.some((headingWord) => set.includes(headingWord))),
    );
    const isAnswer = section.topic === "questions" ? 0.4 : 0;
    return { section, rank: own + near.length > 0 ? own * 2 + near.length + isAnswer - heading.length / 100 : 0 };
  });
  const ranked = rated.filter(({ rank }) => rank > 0.5).sort((a, b) => b.rank - a.rank);
  return ranked.slice(0, 5).map(({ section }) => section);
}

async function pageSections({ topic, file }: DocsPage): Promise<readonly FoundSection[]> {
  const text = (await readFile(file, "utf8")).replace(/^```[^]*?^```/gm, "");
  return [...text.matchAll(/^#{1,3} (.*)$/gm)].map(([, heading = ""]) => ({ topic, heading, file }));
}

/** In lower case, a plural as its singular, without stop words. */
function wordsIn(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.filter((word) => !stopWords.includes(word)).map((word) => word.replace(/(?<=[a-z]{3})s$/, ""));
}
