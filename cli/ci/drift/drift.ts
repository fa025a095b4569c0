/** The nightly drift check as issues: one for each stack, found by its title. */
import { isUnread } from "@defender-mssp/errors/notChecked";
import { LimitedText, type Section } from "../comment/comment";
import { code } from "../../base/markdown";
import { seenText } from "../../base/seenText";
import { countsText, gitHubTextLimit, previewLines } from "../../stack/previewText";
import { droppedText, nameOf } from "../../stack/agreedPreview";
import type { StackPreview } from "../../stack/stackPreview";

export interface DriftReport {
  readonly stack: string;
  /** `failed`: the tenant couldn't be compared. `changing`: only one of two reads showed a difference. */
  readonly state: "clean" | "changing" | "drifted" | "failed";
  /** Constant for a stack, so that the same issue is updated and closed. */
  readonly title: string;
  /** Markdown. */
  readonly body: string;
}

/** A report for each preview, and for each expected stack that has none. */
export function driftReports(previews: readonly StackPreview[], expected: readonly string[] = []): DriftReport[] {
  const missing = expected.filter((stack) => !previews.some((preview) => preview.stack === stack));
  const lost = missing.map((stack) => ({
    msspPreview: 1 as const,
    stack,
    failed: true,
    changes: [],
    unchanged: 0,
    policyViolations: [],
    additions: [],
    messages: ["The job produced no preview: see its log."],
  }));
  return [...previews, ...lost].map((preview) => driftReport(preview));
}

/** @param preview of `mssp ci preview --drift`, or `pulumi preview --refresh --json` */
export function driftReport(preview: StackPreview, limit = gitHubTextLimit): DriftReport {
  const { stack } = preview;
  const isAddedTo = preview.additions.some((part) => part.state === "failed");
  const isDrifted = preview.changes.length > 0 || isAddedTo;
  const isChanging = preview.changing !== undefined;
  const state = preview.failed ? "failed" : isDrifted ? "drifted" : isChanging ? "changing" : "clean";
  return { stack, state, title: `Drift in stack ${stack}`, body: bodyText(preview, state, limit) };
}

function bodyText(preview: StackPreview, state: DriftReport["state"], limit: number): string {
  const text = new LimitedText(limit);
  const stack = code(preview.stack);
  if (state === "clean" || state === "changing") {
    text.add([
      state === "clean"
        ? `The tenant of ${stack} matches its settings.`
        : `Two reads of the tenant of ${stack} differ. That is no drift yet: look again.`,
      "",
    ]);
    text.addSections([...changingSection(preview), ...notCheckedSection(preview)]);
    return text.text;
  }
  text.add(
    state === "failed"
      ? [`The tenant of ${stack} could not be compared with its settings.`, ""]
      : [
          `The tenant of ${stack} does not match its settings: somebody or something else changed it.`,
          "",
          `If the change is intended, add it to the settings of ${stack}. If not, \`pulumi up --refresh\` ` +
            `(the workflow \`up\`, started manually) reverts the changes in the table.`,
          "",
        ],
  );
  const counts = countsText(preview.changes);
  text.addSections([
    {
      heading: `### Changes to revert: ${counts === "" ? "nothing found" : counts}`,
      ...previewLines(preview, { before: "in the tenant", after: "by the settings" }),
    },
    ...addedSection(preview),
    ...changingSection(preview),
    ...notCheckedSection(preview),
  ]);
  return text.text;
}

/** What only one of two reads showed, and what a refresh did not find soon after its write. */
function changingSection({ changing = [], dropped = [] }: StackPreview): Section[] {
  const rows = [
    ...changing.map((change) => `- ${code(nameOf(change))}: only one of two reads shows it`),
    ...dropped.map((object) => `- ${code(droppedText(object, "preview"), 500)}`),
  ];
  return rows.length === 0 ? [] : [{ heading: "### Changing: look again", head: [], rows }];
}

/** Additions, which the engine can't see, each with the step that removes it. */
function addedSection({ additions }: StackPreview): Section[] {
  const found = additions.flatMap((part) => part.additions);
  if (found.length === 0) return [];
  const rows = found.map(({ what, to, done, seenIn, step }) => {
    const by = done.by === "" ? "" : ` by ${code(done.by)}`;
    const on = done.on === "" ? "" : ` on ${code(done.on)}`;
    const added = by + on === "" ? "" : `, added${by}${on}`;
    return `- ${code(what, 500)}, on ${code(to)}${added}${seenText(seenIn)}. To remove it: ${code(step, 1000)}`;
  });
  return [{ heading: `### Added by somebody: ${found.length}`, head: [], rows }];
}

function notCheckedSection({ additions }: StackPreview): Section[] {
  const unchecked = additions.filter(isUnread);
  if (unchecked.length === 0) return [];
  const rows = unchecked.map(({ name, reason }) => `- ${code(name)}: ${code(reason, 500)}`);
  return [{ heading: "### Not checked", head: [], rows }];
}
