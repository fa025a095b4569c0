/**
 * Every link to a file, and every anchor, leads somewhere. Links to other sites are not followed.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { anchorsOf, linksOf, readPage, type MarkdownPage } from "../markdown";

/**
 * Says for each broken link where it stands and what is missing.
 * @param made files that the checkout does not have, and that the package and the site get
 */
export function brokenLinks(
  root: string,
  pages: readonly MarkdownPage[],
  made: ReadonlySet<string> = new Set(),
): readonly string[] {
  const known = new Map(pages.map((page) => [page.file, anchorsOf(page)]));
  const anchors = (file: string) => known.get(file) ?? anchorsOf(readPage(root, file));
  return pages.flatMap((page) =>
    linksOf(page).flatMap(({ target, line }) => {
      if (made.has(path.posix.join(path.posix.dirname(page.file), target))) return [];
      const missing = missingPart(root, page.file, target, anchors);
      return missing === undefined ? [] : [`${page.file}:${line}: ${target}: ${missing}`];
    }),
  );
}

function missingPart(
  root: string,
  from: string,
  target: string,
  anchors: (file: string) => ReadonlySet<string>,
): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const [place = "", anchor] = target.split("#");
  const file = place === "" ? from : path.posix.join(path.posix.dirname(from), decodeURIComponent(place));
  const there = path.join(root, file);
  if (place !== "" && !existsSync(there)) return "no such file";
  if (anchor === undefined || anchor === "") return undefined;
  if (!file.endsWith(".md")) return "only Markdown files have anchors";
  return anchors(file).has(anchor) ? undefined : "no such heading";
}
