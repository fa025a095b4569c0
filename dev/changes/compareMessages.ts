/** Which numbers of Microsoft's Message Center in a list the table of changes lacks. */
import { VisibleError } from "@defender-mssp/errors";
import { changes } from "@defender-mssp/microsoft";

/** A number, and a title in the words of whoever wrote the list. */
const line = /^(MC\d+)\b[\s:,;|-]*(.*)$/;

/** Whether a file has a number in a line, rather than a JSON list of retirements. */
export function isMessageList(text: string): boolean {
  return /^\s*(?:#|MC\d)/.test(text);
}

/** A line for each number that no entry has, once. @throws VisibleError for a line without a number. */
export function compareMessages(file: string, text: string): readonly string[] {
  const known = new Set(changes.flatMap(({ messageCenter }) => messageCenter ?? []));
  const missing = new Map<string, string>();
  text.split(/\r?\n/).forEach((content, index) => {
    if (/^\s*(?:#|$)/.test(content)) return;
    const [, number, title = ""] = line.exec(content.trim()) ?? [];
    if (number === undefined) {
      throw new VisibleError(
        `${file}:${index + 1}: the line has no number. Write MC1234567 and a title, or # for a remark.`,
      );
    }
    if (!known.has(number)) missing.set(number, title);
  });
  return [...missing].map(([number, title]) => `+ ${number}: ${title === "" ? "no title" : title}: not in the table`);
}
