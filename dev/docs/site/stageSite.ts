/** The pages of the site as VitePress reads them, in `vitepress/pages`. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Heading } from "mdast";
import { markdownFiles, root } from "../files";
import { nodesOf, plainText, readPage, type MarkdownPage } from "../markdown";
import { madeWhole } from "../pages";
import { schemaPlace } from "../reference/commands";
import { stopWords } from "../../../cli/customer/docs/searchPages";
import { readers, type SidebarGroup, type SidebarPage } from "./readers";
import { homeFile, imagesOnPage, linkedImages, sitePath, siteText, type SiteSource } from "./siteText";

/** What `vitepress/.vitepress/config.mts` reads. */
export interface SiteDescription {
  readonly version: string;
  readonly repository: string | undefined;
  readonly sidebar: readonly SidebarItem[];
  /** Words that the search ignores. */
  readonly stopWords: readonly string[];
}

interface SidebarItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: readonly SidebarItem[];
}

/** The Markdown files that are pages of the site. Those of `.github`, of templates and of Pulumi's registry are for other tools. */
export function siteFiles(): readonly string[] {
  return markdownFiles().filter(
    (file) => !/^(\.github|templates)\/|^docs\/(_index|installation-configuration)\.md$/.test(file),
  );
}

/** The sidebar by reader. */
export function siteSidebar(): readonly SidebarGroup[] {
  return readers(siteFiles().filter(isDecision).map(decision));
}

/**
 * Writes the pages, their images, the JSON Schemas and the site's description to a folder, which is made anew.
 * @param schemas by the commands' names
 */
export async function stageSite(folder: string, schemas: ReadonlyMap<string, object>): Promise<void> {
  const { version, repository } = manifest();
  const files = siteFiles();
  const source: SiteSource = {
    pages: new Set(files),
    files: new Set([...schemas.keys()].map(schemaPlace)),
    repositoryFiles: repository === undefined ? undefined : `${repository}/blob/v${version}`,
  };
  const whole = new Map((await madeWhole()).map((page) => [page.file, page]));
  rmSync(folder, { recursive: true, force: true });
  for (const file of files) {
    const page = whole.get(file) ?? readPage(root, file);
    const text = siteText(page, source);
    writeBelow(folder, sitePath(file), file === homeFile ? `---\nlayout: home\n---\n\n${text}` : text);
    for (const image of imagesOnPage(page)) copyImage(image, folder);
    // VitePress copies this folder as it is; an image that is shown gets a name of its content.
    for (const image of linkedImages(page)) copyImage(image, path.join(folder, "public"));
  }
  for (const [command, schema] of schemas)
    writeBelow(folder, path.join("public", schemaPlace(command)), `${JSON.stringify(schema, undefined, 2)}\n`);
  const description: SiteDescription = { version, repository, sidebar: siteSidebar().map(sidebarItem), stopWords };
  writeBelow(folder, "site.json", JSON.stringify(description, undefined, 2));
}

function copyImage(image: string, folder: string): void {
  cpSync(path.join(root, image), path.join(folder, sitePath(image)), { recursive: true });
}

/** The version, and the repository's address for people if package.json names one. */
function manifest(): { readonly version: string; readonly repository: string | undefined } {
  const { version, repository } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    readonly version: string;
    readonly repository?: string | { readonly url: string };
  };
  const url = typeof repository === "string" ? repository : repository?.url;
  return { version, repository: url?.replace(/^git\+/, "").replace(/\.git$/, "") };
}

function sidebarItem(item: SidebarGroup | SidebarPage): SidebarItem {
  if ("items" in item) return { text: item.text, collapsed: item.collapsed, items: item.items.map(sidebarItem) };
  return { text: item.text, link: `/${sitePath(item.file).replace(/(?:index)?\.md$/, "")}` };
}

function isDecision(file: string): boolean {
  return file.startsWith("docs/adr/") && file !== "docs/adr/README.md";
}

function decision(file: string): SidebarPage {
  return { text: titleText(readPage(root, file)), file };
}

function titleText({ tree, file }: MarkdownPage): string {
  const heading = nodesOf(tree).find((node): node is Heading => node.type === "heading");
  return heading === undefined ? file : plainText(heading);
}

function writeBelow(folder: string, file: string, text: string): void {
  const place = path.join(folder, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, text);
}
