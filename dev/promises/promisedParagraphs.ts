/** The paragraphs of SECURITY.md that promise something. */

/** The section that promises. */
const promises = "## What is at stake";

export interface SecurityParagraph {
  readonly text: string;
  readonly line: number;
}

/** Paragraphs and list items, but for the introduction and what such a paragraph enumerates. */
export function promisedParagraphs(text: string): SecurityParagraph[] {
  const start = text.indexOf(promises);
  const end = text.indexOf("\n## ", start + 1);
  const before = text.slice(0, start).split("\n").length - 1;
  const lines = text.slice(start, end === -1 ? undefined : end).split("\n");
  const blocks: { text: string; line: number }[] = [];
  let section = "";
  let isOpen = false;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith("#")) section = line;
    const isBlank = line.trim() === "" || line.startsWith("#");
    const last = blocks.at(-1);
    if (isBlank) isOpen = false;
    else if (isOpen && last !== undefined && !line.startsWith("- ")) last.text += `\n${line}`;
    else if (section !== promises) {
      blocks.push({ text: line, line: before + index + 1 });
      isOpen = true;
    }
  }
  return blocks.filter(({ text: block }) => !block.startsWith("- `"));
}
