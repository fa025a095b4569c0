/** Pages that are written by hand but for parts between two comments. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./files";

/** The page as it is, with the part `name` as given. @throws Error where the page lacks the comments */
export function betweenComments(file: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: written by \`npm run docs\` -->`, `<!-- end of ${name} -->`];
  const page = readFileSync(path.join(root, file), "utf8");
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${file} lacks ${begin} or ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
