/** The report of a fleet run: JSON for programs, HTML for people. Neither holds secrets. */
import path from "node:path";
import { isSame, type Change } from "../ci/stackPreview";
import { writeWholeFile } from "../output/wholeFile";
import { stackStates, type FleetCommand, type StackOutcome, type StackState } from "./outcome";
import { changesText } from "./view";

export interface RunReport {
  readonly msspFleetReport: 1;
  readonly run: string;
  readonly command: FleetCommand;
  /** ISO 8601, UTC. */
  readonly beganAt: string;
  readonly endedAt: string;
  readonly refresh: boolean;
  readonly policyPacks: readonly string[];
  readonly counts: Readonly<Record<StackState, number>>;
  /** With `--count-requests`. */
  readonly requests?: RequestCounts;
  /** This program's own requests: all, those that the shared limit made wait, and answers 429. */
  readonly ownRequests: { readonly asked: number; readonly waited: number; readonly throttled: number };
  readonly stacks: readonly (StackOutcome & { readonly customerName?: string })[];
}

/** What the sandbox answered during the run, the official or stand-in provider plugins included. */
export interface RequestCounts {
  readonly reads: number;
  readonly writes: number;
  readonly tokens: number;
  readonly byStack: Readonly<Record<string, { reads: number; writes: number; tokens: number }>>;
}

/** The most serious first, then by name. */
export function sortedOutcomes<T extends StackOutcome>(outcomes: readonly T[]): T[] {
  const rank = ({ state }: StackOutcome) => stackStates.indexOf(state);
  return [...outcomes].sort((a, b) => rank(a) - rank(b) || (a.stack < b.stack ? -1 : 1));
}

export function countsOf(outcomes: readonly StackOutcome[]): Record<StackState, number> {
  const count = (state: StackState) => outcomes.filter((one) => one.state === state).length;
  return Object.fromEntries(stackStates.map((state) => [state, count(state)])) as Record<StackState, number>;
}

/** Writes report.json and report.html, readable by their owner only. */
export async function writeReport(folder: string, report: RunReport): Promise<void> {
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  await writeWholeFile(path.join(folder, "report.json"), json, { mode: 0o600 });
  await writeWholeFile(path.join(folder, "report.html"), reportHtml(report), { mode: 0o600 });
}

export function reportHtml(report: RunReport): string {
  const { run, command, beganAt, endedAt, counts, stacks, requests } = report;
  const numbers = stackStates.map((state) => `<b class="${state}">${counts[state]}</b> ${label(state)}`).join(" · ");
  const rows = sortedOutcomes(stacks).map((one) => row(one, command));
  const counted =
    requests === undefined
      ? ""
      : `<p>Requests to the sandbox: ${requests.reads} reads, ${requests.writes} writes, ${requests.tokens} tokens.</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(run)}</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<style>
:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #8884}
.failed{color:#c62828}.drifted,.leftOut{color:#b26a00}.changed,.unchanged{color:#2e7d32}
@media(prefers-color-scheme:dark){.failed{color:#ff8a80}.drifted,.leftOut{color:#ffcc80}.changed,.unchanged{color:#a5d6a7}}
code,pre{font-size:13px;white-space:pre-wrap;overflow-wrap:anywhere}summary{cursor:pointer}
</style></head><body>
<h1>mssp fleet ${escaped(command)}</h1>
<p>${escaped(run)}, ${escaped(beganAt)} to ${escaped(endedAt)}.</p>
<p>${numbers}</p>
${counted}
<table><thead><tr><th>stack</th><th>state</th><th>changes</th><th>time</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table>
</body></html>
`;
}

function row(one: RunReport["stacks"][number], command: FleetCommand): string {
  const { stack, customerName, state, preview, seconds, tries } = one;
  const details = detailsOf(one);
  const changes = escaped(changesText(preview, command));
  const more = details === "" ? changes : `<details><summary>${changes || "details"}</summary>${details}</details>`;
  const name = customerName === undefined ? "" : `<br><small>${escaped(customerName)}</small>`;
  const time = `${seconds.toFixed(1)} s${tries > 1 ? `, ${tries} tries` : ""}`;
  const cells = [`${escaped(stack)}${name}`, `<span class="${state}">${label(state)}</span>`, more, time];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function detailsOf({ messages, preview, nextSteps }: StackOutcome): string {
  const violations = (preview?.policyViolations ?? []).map(
    ({ policy, level, resource, message }) => `${level} ${policy} ${resource}: ${message}`,
  );
  const additions = (preview?.additions ?? []).flatMap((part) =>
    part.additions.map((one) => `${one.what} → ${one.to}`),
  );
  return [
    list("Messages", messages),
    list("Changes", (preview?.changes ?? []).map(changeText)),
    list("Policy", violations),
    list("Added by somebody", additions),
    list("Next steps", nextSteps),
  ].join("");
}

function changeText({ operation, type, name, properties }: Change): string {
  const parts = properties.map(({ name: property, before, after }) =>
    isSame(before, after) ? property : `${property}: ${valueText(before)} → ${valueText(after)}`,
  );
  return [`${operation} ${type} ${name}`, ...parts.map((part) => `    ${part}`)].join("\n");
}

function valueText(value: unknown): string {
  return value === undefined ? "–" : JSON.stringify(value);
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  return `<h4>${title}</h4><ul>${items.map((item) => `<li><pre>${escaped(item)}</pre></li>`).join("")}</ul>`;
}

function label(state: StackState): string {
  return state === "leftOut" ? "left out" : state;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
