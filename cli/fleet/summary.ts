/** The texts on stdout: the end of a run, `mssp status --show customers` and `--show runs`. */
import path from "node:path";
import { isStateRefusal } from "../../domain/stateCode";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { revokeStep } from "../stack/leavers";
import { counted } from "../base/counted";
import type { FleetStack } from "../stack/inventory";
import type { LastOutcome } from "../stack/journal";
import { failsAgain, leftToAutomationStep, sortedOutcomes, stackStates } from "../stack/outcome";
import type { RunReport } from "./runReport";
import { oneLine, outcomeText, stateColors } from "./view";

/** Every stack that is not unchanged, the numbers, and the next steps. */
export function summaryText(report: RunReport, folder: string): string {
  const { command, counts, stacks, requests } = report;
  const shown = sortedOutcomes(stacks).filter(
    ({ state, preview }) => state !== "unchanged" || preview?.changing !== undefined,
  );
  const rows = shown.map((one): TextCell[] => [
    one.stack,
    { text: outcomeText(one, command), color: stateColors[one.state] },
  ]);
  const numbers = stackStates
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${state === "leftOut" ? "left out" : state}`);
  const refused = stacks.filter(({ state, messages }) => state === "failed" && messages.some(isStateRefusal));
  const again = shown.filter(failsAgain);
  const unseen = stacks.filter(({ state, preview }) => state === "new" && preview === undefined).length;
  const leavers = stacks.flatMap((stack) => stack.leavers ?? []);
  const left = stacks.filter(({ nextSteps }) => nextSteps.some((step) => step.startsWith(leftToAutomationStep)));
  const persons = stacks.filter(({ nextSteps }) => nextSteps.length > 0).length;
  const hints = [
    ...(unseen > 0 ? [`Preview the new stacks: npx mssp fleet preview --init --status new`] : []),
    ...(counts.leftOut > 0 ? [`Run the others: npx mssp fleet ${command} --resume`] : []),
    ...(refused.length > 0
      ? [
          `The state of ${refused.map(({ stack }) => stack).join(", ")} was refused, and will be again. Restore it from a backup: \`npx mssp docs troubleshooting\`.`,
        ]
      : []),
    ...(again.length > 0
      ? [`Fails again: ${again.map(({ stack }) => stack).join(", ")}. First do what each line above says.`]
      : []),
    ...(counts.failed > refused.length + again.length
      ? [
          `Run the failed stacks again: npx mssp fleet ${command} --status failed${command === "destroy" ? "" : " --refresh"}`,
        ]
      : []),
    ...(leavers.length > 0
      ? [`${leavers.join(", ")}. \`npx mssp fleet up\` ends it. If it is urgent, ${revokeStep}.`]
      : []),
    ...(left.length > 0
      ? [
          `${leftToAutomationStep} ${left.map(({ stack }) => stack).join(", ")}. The report lists what; each customer enables it for a run.`,
        ]
      : []),
    ...(persons > 0 ? [`Stacks with manual next steps: ${persons}. The report lists them.`] : []),
    ...(requests === undefined
      ? []
      : [`Requests: ${requests.reads} reads, ${requests.writes} writes, ${requests.tokens} tokens.`]),
    `Report: ${path.join(folder, "report.html")}`,
  ];
  return `${tableText(rows)}${rows.length > 0 ? "\n" : ""}${numbers.join(", ")}.\n${hints.map((hint) => paragraph(hint)).join("")}`;
}

/** `mssp status --show customers` as a table. */
export function listText(stacks: readonly FleetStack[]): string {
  const rows = stacks.map(({ stack, customerName = "", tenantId = "", tags, offboarded, problem }): TextCell[] => {
    if (problem !== undefined) return [stack, { text: oneLine(problem), color: "red" }];
    const left = offboarded === undefined ? [] : [`off-boarded ${offboarded.on}`];
    return [stack, customerName, tenantId, [...left, ...tags].join(" ")];
  });
  const wrong = stacks.filter(({ problem }) => problem !== undefined).length;
  const ending = wrong === 0 ? "" : `, ${wrong} with invalid settings`;
  return `${tableText([["stack", "customer", "tenant", "tags"], ...rows])}\n${counted(stacks.length, "stack")}${ending}.\n`;
}

/** `mssp status --show runs` as a table. */
export function runsText(stacks: readonly FleetStack[], last: ReadonlyMap<string, LastOutcome>): string {
  const rows = stacks.map(({ stack, offboarded }): TextCell[] => {
    const known = last.get(stack);
    if (offboarded !== undefined) return [stack, "", "", `off-boarded ${offboarded.on}`];
    if (known === undefined) return [stack, "", "never", ""];
    const { state, command, at, outcome, upAt } = known;
    const when = at.getTime() === 0 ? "" : minute(at);
    return [
      stack,
      upAt === undefined ? "never" : minute(upAt),
      `${command} ${when}`.trim(),
      // Last: an error is as long as it is, and pads no other row.
      { text: outcomeText(outcome, command), color: stateColors[state] },
    ];
  });
  return `${tableText([["stack", "last up", "last run", ""], ...rows])}\n${counted(stacks.length, "stack")}.\n`;
}

function minute(at: Date): string {
  return at.toISOString().slice(0, 16).replace("T", " ");
}
