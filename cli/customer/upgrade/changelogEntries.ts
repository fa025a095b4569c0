/** What a new version's changelog says to whoever has an older one. */
import { paragraph } from "@defender-mssp/terminal/table";
import { compareVersions } from "../../base/compareVersions";

/** The new entries of one heading, such as "Breaking", in one version's section. */
export interface ChangelogGroup {
  /** Such as "0.2.0 - 2027-01-15", or "Unreleased". */
  readonly section: string;
  readonly heading: string;
  /** Markdown, each on one line. */
  readonly entries: readonly string[];
}

/**
 * The entries of the sections above the installed version that the installed changelog lacks: a
 * build between two releases has some of them already.
 */
export function changelogEntries(text: string, installed: string, version: string): ChangelogGroup[] {
  const present = new Set(groupsIn(installed).flatMap(({ entries }) => entries));
  return groupsIn(text)
    .filter(({ section }) => isAbove(section, version))
    .map((group) => ({ ...group, entries: group.entries.filter((entry) => !present.has(entry)) }))
    .filter(({ entries }) => entries.length > 0);
}

/** A section of no version is that of what is not released. */
function isAbove(section: string, version: string): boolean {
  const order = compareVersions(section.split(" ")[0] ?? "", version);
  return order === undefined || order > 0;
}

function groupsIn(text: string): ChangelogGroup[] {
  return text
    .split(/^## /m)
    .slice(1)
    .flatMap((part) => {
      const [section = "", ...lines] = part.split("\n");
      return lines
        .join("\n")
        .split(/^### /m)
        .slice(1)
        .map((group) => {
          const [heading = "", ...rest] = group.split("\n");
          return { section: section.trim(), heading: heading.trim(), entries: entriesIn(rest.join("\n")) };
        });
    });
}

function entriesIn(text: string): string[] {
  return text
    .split(/^- /m)
    .slice(1)
    .map((entry) => entry.replace(/\s+/g, " ").trim());
}

/** The groups as text, and how many entries there are below each heading. */
export function changelogText(groups: readonly ChangelogGroup[], width: number): string {
  if (groups.length === 0) return "The changelog has no entry that this repository does not have.\n";
  let section = "";
  const parts = groups.map((group) => {
    const title = group.section === section ? "" : `${group.section}\n\n`;
    section = group.section;
    return `${title}${group.heading}\n${group.entries.map((entry) => entryText(entry, width)).join("")}`;
  });
  const headings = [...new Set(groups.map(({ heading }) => heading))];
  const counts = headings.map((heading) => {
    const entries = groups.filter((group) => group.heading === heading).flatMap((group) => group.entries);
    return `${heading} ${entries.length}`;
  });
  return `${parts.join("\n")}\nEntries of the changelog: ${counts.join(", ")}.\n`;
}

function entryText(entry: string, width: number): string {
  const [first = "", ...rest] = paragraph(entry.replaceAll("**", ""), width - 2)
    .trimEnd()
    .split("\n");
  return [`- ${first}`, ...rest.map((line) => `  ${line}`)].join("\n") + "\n";
}
