/** The list of all pages for a terminal. */
import { tableText } from "@defender-mssp/terminal/table";
import type { DocsPage } from "./docsPages";

/** @param width columns of the terminal; Infinity without one. */
export function pagesText(pages: readonly DocsPage[], width: number): string {
  const sections = [...new Set(pages.map(({ section }) => section))];
  const topicWidth = Math.max(...pages.map(({ topic }) => topic.length));
  const parts = sections.map((section) => {
    const rows = pages
      .filter((page) => page.section === section)
      .map(({ topic, title }) => [topic.padEnd(topicWidth), title.replaceAll("`", "")]);
    return `${section}\n${tableText(rows, { width, indent: 2 })}`;
  });
  return `${parts.join("\n")}\nnpx mssp docs <page> prints where a page is.\n`;
}
