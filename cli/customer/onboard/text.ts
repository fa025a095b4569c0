/** Where an onboarding stands, for a terminal and for CI's logs. */
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { stepTitles } from "../../../domain/stepTitles";
import type { OnboardingProgress, StepState } from "../../access/waiting/progress";
import { actorNames } from "../../access/actor";

const marks: Readonly<Record<StepState, TextCell>> = {
  done: { text: "✓", color: "green" },
  waiting: { text: "…", color: "yellow" },
  byHand: { text: "?", color: "yellow" },
  notApplicable: "–",
};

/** One stack: every step, and whose move it is. */
export function progressText(progress: OnboardingProgress, width?: number): string {
  const { stack, customerName, tenantId, steps, problem, checkedOn, notes = [] } = progress;
  const about =
    customerName === undefined ? `Stack ${stack}` : `${customerName} (stack ${stack}, tenant ${tenantId ?? ""})`;
  const title = paragraph(`${about}, ${checkedOn.slice(0, 16).replace("T", " ")} UTC`, width);
  if (problem !== undefined) return `${title}\n${paragraph(`Not checked: ${problem}`, width)}`;
  const rows = steps.map(({ name, state, found }) => [marks[state], stepTitles[name], found]);
  return `${title}\n${tableText(rows, { indent: 2, ...(width === undefined ? {} : { width }) })}\n${[...notes, nextText(progress)].map((text) => paragraph(text, width)).join("")}`;
}

/** Whose move is next, in a sentence or two. */
export function nextText({ state, steps, next, problem }: OnboardingProgress): string {
  if (problem !== undefined) return `Not checked: ${problem}`;
  if (state === "waiting") {
    if (next === undefined) return "Waiting.";
    return `Next, ${actorNames[next.actor]}: ${next.next}`;
  }
  const unseen = steps.filter(({ state: one }) => one === "byHand");
  if (unseen.length === 0) return "Complete.";
  const listed = unseen.map(({ name, actor, next: what }) => `${stepTitles[name]} (${actorNames[actor]}): ${what}`);
  return `Complete, as far as a program can see. Confirm by hand:\n${listed.join("\n")}`;
}

/** A row for each stack. */
export function fleetText(list: readonly OnboardingProgress[], width?: number): string {
  const rows = list.map((progress): TextCell[] => {
    const { stack, customerName = "", state, steps } = progress;
    const color = { complete: "green", waiting: "yellow", failed: "red" } as const;
    const done = steps.filter((one) => one.state === "done").length;
    const counted = steps.filter((one) => one.state === "done" || one.state === "waiting").length;
    const count = counted === 0 ? "" : `${done}/${counted}`;
    return [stack, customerName, { text: state, color: color[state] }, count, nextText(progress).split("\n")[0] ?? ""];
  });
  const heading: TextCell[] = ["stack", "customer", "state", "done", "next"];
  return tableText([heading, ...rows], width === undefined ? {} : { width });
}
