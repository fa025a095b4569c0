/** The page of a fleet run: what it did with each stack, the most serious first. */
import { seenText } from "../base/seenText";
import { nameOf } from "../stack/agreedPreview";
import {
  details,
  figures,
  link,
  list,
  paragraph,
  preformatted,
  renderPage,
  section,
  table,
  type Block,
  type Row,
  type State,
} from "@defender-mssp/pages";
import { isSame, type Change } from "../stack/stackPreview";
import { sortedOutcomes, stackStates, type FleetCommand, type StackState } from "../stack/outcome";
import type { RunReport } from "./runReport";
import { changesText } from "./view";

type ReportedStack = RunReport["stacks"][number];

const shownStates: Readonly<Record<StackState, { readonly text: string; readonly state: State }>> = {
  failed: { text: "failed", state: "failed" },
  drifted: { text: "drifted", state: "warning" },
  leftOut: { text: "left out", state: "warning" },
  new: { text: "new", state: "information" },
  changed: { text: "changed", state: "passed" },
  unchanged: { text: "unchanged", state: "passed" },
};

/** HTML of `report.html`. */
export function runPage(report: RunReport): string {
  const { run, command, beganAt, endedAt, counts } = report;
  const stacks = sortedOutcomes(report.stacks).map((stack) => ({ stack, blocks: detailsOf(stack) }));
  const explained = stacks.filter(({ blocks }) => blocks.length > 0);
  return renderPage({
    title: `${command}: ${outcomeText(counts)}`,
    subtitle: `npx mssp fleet ${command}, run ${run}, ${momentText(beganAt)} to ${momentText(endedAt)} UTC. The most serious stand first.`,
    blocks: [
      figures([
        { label: "stacks", value: stacks.length },
        ...stackStates
          .filter((state) => counts[state] > 0)
          .map((state) => ({ label: shownStates[state].text, value: counts[state], state: shownStates[state].state })),
      ]),
      section(
        { id: "stacks", title: "Stacks" },
        table({
          caption: "Stacks",
          columns: [
            { title: "Customer" },
            { title: "Stack" },
            { title: "State", choices: true },
            { title: "Changes" },
            { title: "Seconds", kind: "number" },
            { title: "Tries", kind: "number" },
          ],
          rows: stacks.map(({ stack, blocks }) => rowOf(stack, command, blocks.length > 0)),
        }),
      ),
      ...(explained.length === 0
        ? []
        : [section({ id: "details", title: "Details" }, ...explained.map(({ stack, blocks }) => part(stack, blocks)))]),
      ...requestsSection(report),
    ],
    footer: `Written by npx mssp fleet ${command}. It contains no secret.`,
  });
}

/** Such as `1 failed, 2 changed`. */
function outcomeText(counts: RunReport["counts"]): string {
  const parts = stackStates
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${shownStates[state].text}`);
  return parts.length === 0 ? "no stack" : parts.join(", ");
}

function rowOf(one: ReportedStack, command: FleetCommand, hasDetails: boolean): Row {
  const { stack, state, preview, seconds, tries } = one;
  const { text, state: colour } = shownStates[state];
  return {
    cells: [
      hasDetails ? link(shownCustomer(one), `#${anchorOf(stack)}`) : shownCustomer(one),
      stack,
      { content: text, state: colour },
      changesText(preview, command),
      { content: seconds.toFixed(1), sort: seconds },
      String(tries),
    ],
  };
}

/** What failed is open, the rest is folded up. */
function part(stack: ReportedStack, blocks: readonly Block[]): Block {
  const summary = `${shownCustomer(stack)}: ${shownStates[stack.state].text}`;
  return details({ summary, id: anchorOf(stack.stack), open: stack.state === "failed" }, ...blocks);
}

function shownCustomer({ stack, customerName = "" }: ReportedStack): string {
  return customerName === "" ? stack : customerName;
}

function detailsOf({ messages, preview, nextSteps }: ReportedStack): Block[] {
  const violations = (preview?.policyViolations ?? []).map(
    ({ policy, level, resource, message }) => `${level} ${policy} ${resource}: ${message}`,
  );
  const additions = (preview?.additions ?? []).flatMap((one) =>
    one.additions.map(({ what, to, seenIn }) => `${what} → ${to}${seenText(seenIn)}`),
  );
  return [
    ...named("Messages", messages),
    ...named("Policy violations", violations),
    ...named("Added by somebody", additions),
    ...named("Changing: two reads of the tenant differ, look again", (preview?.changing ?? []).map(nameOf)),
    ...(preview?.changes ?? []).map((change) => preformatted(changeText(change))),
    ...named("Next steps", nextSteps),
  ];
}

function named(title: string, items: readonly string[]): Block[] {
  return items.length === 0 ? [] : [paragraph(title), list(items)];
}

function changeText({ operation, type, name, properties }: Change): string {
  const parts = properties.map(({ name: property, before, after }) =>
    isSame(before, after) ? property : `${property}: ${valueText(before)} → ${valueText(after)}`,
  );
  return [`${operation} ${type} ${name}`, ...parts.map((one) => `    ${one}`)].join("\n");
}

function valueText(value: unknown): string {
  return value === undefined ? "–" : JSON.stringify(value);
}

function requestsSection({ requests, ownRequests: { asked, waited, throttled } }: RunReport): Block[] {
  const counted =
    requests === undefined
      ? []
      : [
          `The sandbox answered ${requests.reads} reads, ${requests.writes} writes and ${requests.tokens} requests for tokens.`,
        ];
  const own = `The program itself made ${asked} requests; ${waited} waited for the shared limit, ${throttled} were answered with 429.`;
  return [section({ id: "requests", title: "Requests" }, ...[...counted, own].map((text) => paragraph(text)))];
}

function anchorOf(stack: string): string {
  return `stack-${stack.replaceAll(/[^\w-]/g, "-")}`;
}

/** Such as `2026-11-26 05:00:00`. */
function momentText(moment: string): string {
  return moment.slice(0, 19).replace("T", " ");
}
