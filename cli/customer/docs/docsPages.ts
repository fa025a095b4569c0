/** The pages of the documentation that the package ships, as docs/README.md lists them. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { nearOne } from "../../../settings/problems";
import { packageRoot } from "../../base/ownPackage";

export interface DocsPage {
  /** Name of the file without its ending: `connector`, `platform-engineer`. */
  readonly topic: string;
  readonly title: string;
  /** Heading of docs/README.md that the page is under. */
  readonly section: string;
  /** Absolute path. */
  readonly file: string;
}

/** All pages, in the order of docs/README.md. */
export async function docsPages(): Promise<readonly DocsPage[]> {
  const folder = path.join(packageRoot(), "docs");
  const sections = (await readFile(path.join(folder, "README.md"), "utf8")).split(/^## /m).slice(1);
  const links = sections.flatMap((section) =>
    [...section.matchAll(/\]\(((?!\.\.)[\w/-]+)\.md\)/g)].map(([, page = ""]) => ({
      section: section.split("\n", 1)[0] ?? "",
      page,
    })),
  );
  return Promise.all(
    links
      .filter(({ page }) => path.basename(page) !== "README")
      .map(async ({ section, page }) => {
        const file = wholePage(page) ?? path.join(folder, `${page}.md`);
        const title = /^# (.*)$/m.exec(await readFile(file, "utf8"))?.[1] ?? page;
        return { topic: path.basename(page), title, section, file };
      }),
  );
}

/** The page that `npm run docs` writes whole; the checkout has a list in its place. */
function wholePage(page: string): string | undefined {
  const file = path.join(packageRoot(), "dist", "docs", `${page}.md`);
  return existsSync(file) ? file : undefined;
}

function pageName(topic: string): string {
  return path.posix.basename(topic.replace(/#.*$/, ""), ".md").toLowerCase();
}

export async function isPage(topic: string): Promise<boolean> {
  return (await docsPages()).some(({ topic: existing }) => existing === pageName(topic));
}

/**
 * The page of a topic.
 * @param topic its name, or the page's path with or without `docs/` and `.md`.
 * @throws VisibleError for an unknown topic, with the nearest one.
 */
export async function docsPage(topic: string): Promise<DocsPage> {
  const pages = await docsPages();
  const name = pageName(topic);
  const page = pages.find(({ topic: existing }) => existing === name);
  if (page !== undefined) return page;
  const nearest = nearOne(
    name.slice(0, 100),
    pages.map(({ topic: known }) => known),
  );
  const hint = nearest === undefined ? "." : `; did you mean ${nearest}?`;
  throw new VisibleError(`There is no page ${JSON.stringify(topic)}${hint} \`npx mssp docs\` lists all pages.`);
}
