/** Markdown pages as trees (mdast), and what the generator and the checks ask of them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import GithubSlugger from "github-slugger";
import type { Code, Html, Nodes, Parents, Root, TableCell } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

export interface MarkdownPage {
  /** Path from the top of the checkout, with `/`. */
  readonly file: string;
  readonly text: string;
  readonly tree: Root;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

/** A fenced block of shell commands, and the HTML comment directly before it. */
export interface ShellBlock {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  /** Text of the comment, without `<!--` and `-->`. */
  readonly comment?: string;
}

export function readPage(root: string, file: string): MarkdownPage {
  return parsePage(file, readFileSync(path.join(root, file), "utf8"));
}

export function parsePage(file: string, text: string): MarkdownPage {
  return { file, text, tree: fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) };
}

/** Anchors of a page's headings, as GitHub makes them: a repeated heading gets a number. */
export function anchorsOf(page: MarkdownPage): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  const anchors = nodesOf(page.tree)
    .filter((node) => node.type === "heading")
    .map((heading) => slugger.slug(plainText(heading)));
  return new Set(anchors);
}

/** Targets of links, images and definitions, and of `src` and `srcset` in HTML. */
export function linksOf(page: MarkdownPage): readonly Link[] {
  return nodesOf(page.tree).flatMap((node) => {
    const line = lineOf(node);
    if (node.type === "link" || node.type === "image" || node.type === "definition")
      return [{ target: node.url, line }];
    if (node.type !== "html") return [];
    const attributes = node.value.matchAll(/\b(?:src|srcset|href)="([^"]*)"/g);
    return [...attributes].map(([, target = ""]) => ({ target, line }));
  });
}

/** Cells of all tables with their text as a reader sees it. */
export function cellsOf(page: MarkdownPage): readonly { readonly text: string; readonly line: number }[] {
  return nodesOf(page.tree)
    .filter((node): node is TableCell => node.type === "tableCell")
    .map((cell) => ({ text: plainText(cell), line: lineOf(cell) }));
}

/** All blocks marked `sh`, those in lists too. */
export function shellBlocksOf(page: MarkdownPage): readonly ShellBlock[] {
  return parentsOf(page.tree).flatMap(({ children }) =>
    (children as Nodes[]).flatMap((node, index) => {
      if (!isShell(node)) return [];
      const before: Nodes | undefined = (children as Nodes[])[index - 1];
      const comment = before?.type === "html" ? commentText(before) : undefined;
      return [{ file: page.file, line: lineOf(node), code: node.value, comment }];
    }),
  );
}

/** Text without markup. */
export function plainText(node: Nodes): string {
  if ("value" in node) return node.value;
  return "children" in node ? (node.children as Nodes[]).map(plainText).join("") : "";
}

/** The node and all that it contains, in the order of the page. */
export function nodesOf(node: Nodes): readonly Nodes[] {
  return [node, ...("children" in node ? (node.children as Nodes[]).flatMap(nodesOf) : [])];
}

export function lineOf(node: Nodes): number {
  return node.position?.start.line ?? 0;
}

function parentsOf(tree: Root): readonly Parents[] {
  return nodesOf(tree).filter((node): node is Parents => "children" in node);
}

function isShell(node: Nodes): node is Code {
  return node.type === "code" && node.lang === "sh";
}

function commentText({ value }: Html): string | undefined {
  return /^<!--([\s\S]*)-->$/.exec(value.trim())?.[1]?.trim();
}
