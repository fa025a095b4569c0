/** `mssp docs`: where the documentation is, which the package ships. */
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";

interface DocsOptions {
  readonly json?: boolean;
}

export function define(command: Command, session: Session): void {
  command
    .argument("[topic...]", "a page, such as connector, or the words of a question (default: list all pages)")
    .option("--json", "print the pages, or the page, as JSON")
    .action(async (words: readonly string[], { json }: DocsOptions) => {
      const { docsPage, docsPages, isPage } = await import("./docsPages.js");
      const { out } = session;
      const topic = words.join(" ");
      if (words.length > 0 && !(await isPage(topic))) {
        const { searchPages } = await import("./searchPages.js");
        const sections = await searchPages(topic, await docsPages());
        if (sections.length > 0) {
          if (json === true) writeJson(out, "docs", { sections });
          else out.write(sections.map(({ topic: page, heading }) => `npx mssp docs ${page}: ${heading}\n`).join(""));
          return;
        }
      }
      if (words.length === 0) {
        const pages = await docsPages();
        if (json === true) writeJson(out, "docs", { pages });
        else {
          const { pagesText } = await import("./pagesText.js");
          out.write(pagesText(pages, out.columns));
        }
        return;
      }
      const page = await docsPage(topic);
      if (json === true) writeJson(out, "docs", page);
      else out.write(`${page.file}\n`);
    });
  describeCommand(command, {
    notes: ["The pages are those of this version: the package has them in its folder docs."],
    reads: "The package's folder docs.",
    exitCodes: { 0: "a page or a section was found", 1: "there is no such page" },
    examples: [
      "npx mssp docs",
      'npx mssp docs "how do I revoke access"',
      'less "$(npx mssp docs platform-engineer)"',
      'code "$(npx mssp docs connector)"',
    ],
  });
}
