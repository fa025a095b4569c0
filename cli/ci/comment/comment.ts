/** The comment on a pull request: what the merge would change for customers. */
import { code } from "../../base/markdown";
import { countsText, gitHubTextLimit, previewLines } from "../../stack/previewText";
import type { StackPreview } from "../../stack/stackPreview";

/** First line of the comment, by which a workflow finds the comment to update. */
export const commentMarker = "<!-- mssp ci comment -->";

export interface CommentOptions {
  /** Stacks whose settings files the change deletes. */
  readonly deleted?: readonly string[];
  /** Stacks that should have been previewed; those without a preview are named. */
  readonly expected?: readonly string[];
  /** Most characters. Default: GitHub's limit. */
  readonly limit?: number;
}

/**
 * Stacks with errors first, then those with changes, the others in one line. Lines that don't fit
 * are counted, never cut.
 */
export function commentText(previews: readonly StackPreview[], options: CommentOptions = {}): string {
  const { deleted = [], expected = [], limit = gitHubTextLimit } = options;
  const missing = expected.filter((stack) => !previews.some((preview) => preview.stack === stack));
  const failed = previews.filter((preview) => preview.failed);
  const changing = previews.filter((preview) => !preview.failed && preview.changes.length > 0);
  const quiet = previews.filter((preview) => !preview.failed && preview.changes.length === 0);

  const text = new LimitedText(limit);
  text.add([commentMarker, "## Preview of the customers' stacks", ""]);
  text.add([summary({ failed: failed.length + missing.length, changing: changing.length, quiet: quiet.length }), ""]);
  text.addList("Run the destroy workflow before the settings are deleted", deleted);
  text.addList("Without a preview", missing);
  const details = [...failed, ...changing].map((preview) => ({
    heading: `### ${code(preview.stack)}: ${headline(preview)}`,
    ...previewLines(preview, { before: "now", after: "then" }),
  }));
  // All headings come before rows: the first stack's rows could fill the limit.
  text.addSections(details);
  const violated = quiet.filter(({ policyViolations }) => policyViolations.length > 0);
  for (const preview of violated) {
    text.addSections([
      { heading: `### ${code(preview.stack)}: no changes`, ...previewLines(preview, { before: "now", after: "then" }) },
    ]);
  }
  text.addList(
    "Without changes",
    quiet.filter((preview) => !violated.includes(preview)).map(({ stack }) => stack),
  );
  return text.text;
}

function summary(counts: { failed: number; changing: number; quiet: number }): string {
  if (counts.failed + counts.changing + counts.quiet === 0) return "No customer's stack is touched.";
  return [
    ...(counts.failed > 0 ? [`**${counts.failed} failed**`] : []),
    `${counts.changing} with changes`,
    `${counts.quiet} without`,
  ].join(", ");
}

function headline({ failed, changes }: StackPreview): string {
  const counts = countsText(changes);
  if (!failed) return counts;
  return counts === "" ? "**the preview failed**" : `**the preview failed** after ${counts}`;
}

/** A heading with rows below it. */
export interface Section {
  readonly heading: string;
  readonly head: readonly string[];
  readonly rows: readonly string[];
}

/**
 * Markdown of whole lines, up to a number of UTF-16 units (never fewer than a server's characters).
 */
export class LimitedText {
  #text = "";

  constructor(private readonly limit: number) {}

  get text(): string {
    return this.#text;
  }

  /** Adds the lines if all of them fit. */
  add(lines: readonly string[]): boolean {
    return this.#append(this.#text, lines, 0);
  }

  /** Stacks' names in one line, as many as fit. */
  addList(label: string, stacks: readonly string[]): void {
    if (stacks.length === 0) return;
    for (let shown = stacks.length; shown > 0; shown = Math.floor(shown / 2)) {
      const names = stacks.slice(0, shown).map((stack) => code(stack));
      const rest = shown < stacks.length ? ` and ${stacks.length - shown} more` : "";
      if (this.add([`${label} (${stacks.length}): ${names.join(", ")}${rest}`, ""])) return;
    }
  }

  /** Reserves room for all headings before any rows. */
  addSections(sections: readonly Section[]): void {
    // The heading's line and the line that counts omitted rows, with numbers and empty lines.
    const room = (heading: string) => heading.length + leftOut.length + 24;
    let reserved = sections.reduce((sum, { heading }) => sum + room(heading), endRoom);
    for (const [index, { heading, head, rows }] of sections.entries()) {
      reserved -= room(heading);
      const others = sections.length - index;
      // The headings of hundreds of stacks can exceed the limit.
      if (!this.#append(this.#text, [heading, ""], endRoom)) {
        this.add([`… and ${others} more ${others === 1 ? "stack" : "stacks"}, in the jobs' logs`, ""]);
        return;
      }
      const keep = reserved + leftOut.length + 24;
      const headFits = head.length === 0 || this.#append(this.#text, head, keep);
      const shown = headFits ? rows.findIndex((row) => !this.#append(this.#text, [row], keep)) : 0;
      if (!headFits || shown >= 0) this.add(["", `… ${rows.length - Math.max(shown, 0)} ${leftOut}`]);
      this.add([""]);
    }
  }

  #append(before: string, lines: readonly string[], keep: number): boolean {
    const longer = `${before}${lines.join("\n")}\n`;
    if (longer.length + keep > this.limit) return false;
    this.#text = longer;
    return true;
  }
}

const leftOut = "more, in the job's log";
/** For the line that counts omitted stacks. */
const endRoom = 80;
