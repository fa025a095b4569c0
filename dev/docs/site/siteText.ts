/** A Markdown page of the checkout as a page of the site: where it stands, and where its links lead. */
import path from "node:path";
import type { Definition, Html, Image, Link, Nodes } from "mdast";
import { nodesOf, type MarkdownPage } from "../markdown";

export interface SiteSource {
  /** The files that are pages of the site, from the top of the checkout. */
  readonly pages: ReadonlySet<string>;
  /** Files that the site has as they are, from its top. */
  readonly files: ReadonlySet<string>;
  /** Address of a file of the repository, without its path; undefined without a repository that has one. */
  readonly repositoryFiles: string | undefined;
}

/** Home of the site. Its links are relative to its own place, as those of every page. */
export const homeFile = "dev/docs/site/vitepress/home.md";

/** Path of a page below the site's folder of pages, from its path in the checkout. */
export function sitePath(file: string): string {
  if (file === homeFile) return "index.md";
  if (file === "docs/README.md") return "all-pages.md";
  if (file === "docs/adr/README.md") return "adr/index.md";
  if (file.startsWith("docs/")) return file.slice("docs/".length);
  const readmeFolder = /^(.+)\/README\.md$/.exec(file)?.[1];
  return readmeFolder === undefined ? file.toLowerCase() : `${readmeFolder}.md`;
}

/**
 * The page's text for the site: links to pages lead to the site's pages, links to other files to
 * the repository, or become text without a repository. `<picture>` becomes an image for each scheme,
 * because the site's own switch changes the scheme.
 */
export function siteText(page: MarkdownPage, source: SiteSource): string {
  const edits = nodesOf(page.tree).flatMap((node): Edit[] => {
    if (node.type === "link" || node.type === "image" || node.type === "definition")
      return linkEdits(page, node, source);
    return node.type === "html" ? [htmlEdit(page, node)] : [];
  });
  const text = edits
    .sort((one, other) => other.start - one.start)
    .reduce(
      (edited, { start, end, replacement }) => edited.slice(0, start) + replacement + edited.slice(end),
      page.text,
    );
  // For contributors: who reads the site edits nothing.
  return text.replace(/^_Generated from .* by `npm run docs`\. Don't edit it\._\n\n/m, "");
}

/** The images of the checkout that a page shows, from the top of the checkout. */
export function imagesOnPage(page: MarkdownPage): readonly string[] {
  const inHtml = (value: string) => [...value.matchAll(/\b(?:src|srcset)="([^"]*)"/g)].map(([, url = ""]) => url);
  const urls = nodesOf(page.tree).flatMap((node) => {
    if (node.type === "html") return inHtml(node.value);
    return node.type === "image" ? [node.url] : [];
  });
  return ownImages(page, urls);
}

/** The images of the checkout to which a page links, from the top of the checkout. */
export function linkedImages(page: MarkdownPage): readonly string[] {
  return ownImages(
    page,
    nodesOf(page.tree).flatMap((node) => (node.type === "link" ? [node.url] : [])),
  );
}

function ownImages(page: MarkdownPage, urls: readonly string[]): readonly string[] {
  return urls.filter((url) => !isAddress(url) && isImage(url)).map((url) => inCheckout(page.file, url).file);
}

/** A part of the page's text and what stands in its place. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

function linkEdits(page: MarkdownPage, node: Link | Image | Definition, source: SiteSource): Edit[] {
  if (isAddress(node.url) || node.url.startsWith("#")) return [];
  const { start, end } = textRange(node);
  const target = siteTarget(page.file, node.url, source);
  if (target === undefined) return [{ start, end, replacement: innerText(page, node) }];
  // The address stands behind the text, which may hold an image with an address of its own.
  const from = "children" in node ? textRange(node.children.at(-1) ?? node).end : start;
  const at = page.text.lastIndexOf(node.url, end);
  return at < from ? [] : [{ start: at, end: at + node.url.length, replacement: target }];
}

/** Where a link of the page leads in the site; undefined for a file that neither site nor repository shows. */
function siteTarget(from: string, url: string, { pages, files, repositoryFiles }: SiteSource): string | undefined {
  const { file, anchor } = inCheckout(from, url);
  if (pages.has(file)) return `${relative(sitePath(from), sitePath(file))}${anchor}`;
  if (isImage(file)) return relative(sitePath(from), sitePath(file));
  if (files.has(file)) return relative(sitePath(from), file);
  return repositoryFiles === undefined ? undefined : `${repositoryFiles}/${file}`;
}

/** Elements that the pages use. Anything else in angle brackets is a placeholder, such as `<stack>`. */
const element = /^(?:<!--|<\/?(?:picture|source|img|div|br|details|summary|kbd|sub|sup)\b)/;

function htmlEdit(page: MarkdownPage, node: Html): Edit {
  const { start, end } = textRange(node);
  if (!element.test(node.value)) return { start, end, replacement: node.value.replaceAll("<", "&lt;") };
  const moved = (url: string) => relative(sitePath(page.file), sitePath(inCheckout(page.file, url).file));
  const replacement = node.value.replace(
    /<picture>\s*<source[^>]*srcset="([^"]*)"[^>]*>\s*<img alt="([^"]*)" src="([^"]*)"\s*\/?>\s*<\/picture>/g,
    (_, dark: string, alt: string, light: string) =>
      `<img class="light-only" alt="${alt}" src="${moved(light)}"><img class="dark-only" alt="${alt}" src="${moved(dark)}">`,
  );
  return { start, end, replacement };
}

function innerText(page: MarkdownPage, node: Link | Image | Definition): string {
  if (!("children" in node)) return node.type === "image" ? (node.alt ?? "") : "";
  const first = node.children[0];
  const last = node.children.at(-1);
  return first === undefined || last === undefined ? "" : page.text.slice(textRange(first).start, textRange(last).end);
}

function inCheckout(from: string, url: string): { readonly file: string; readonly anchor: string } {
  const [place = "", anchor] = url.split("#");
  const file = path.posix.join(path.posix.dirname(from), decodeURIComponent(place));
  return { file, anchor: anchor === undefined ? "" : `#${anchor}` };
}

function relative(from: string, to: string): string {
  const between = path.posix.relative(path.posix.dirname(from), to);
  return between.startsWith(".") ? between : `./${between}`;
}

function isImage(file: string): boolean {
  return /\.(?:png|svg)$/.test(file);
}

function isAddress(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(url);
}

function textRange(node: Nodes): { readonly start: number; readonly end: number } {
  const { start, end } = node.position ?? { start: {}, end: {} };
  return { start: start.offset ?? 0, end: end.offset ?? 0 };
}
