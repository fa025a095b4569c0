import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import colors from "picocolors";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { techniqueCount, type CustomerCoverage, type DetectionCoverage } from "./detectionCoverage";

/** Most customers that are columns of a terminal. */
const besideEachOther = 5;

/** One customer: its techniques by tactic. Several: the number of techniques of each tactic. */
export function coverageText({ customers, tactics }: DetectionCoverage): string {
  const [first] = customers;
  if (first !== undefined && customers.length === 1) return customerText(first, tactics);
  if (customers.length > besideEachOther) return manyText({ customers, tactics });
  const covered = tactics.filter((tactic) => customers.some((customer) => techniqueCount(customer, tactic) > 0));
  const rows = covered.map((tactic): readonly TextCell[] => [
    spaced(tactic),
    ...customers.map((customer) => String(techniqueCount(customer, tactic) || "–")),
  ]);
  const head: readonly TextCell[] = [
    "Techniques of",
    ...customers.map(({ stack }): TextCell => ({ text: stack, color: "bold" })),
  ];
  const rules: readonly TextCell[] = ["Rules that run", ...customers.map((customer) => String(customer.rules))];
  const none = tactics.filter((tactic) => !covered.includes(tactic)).map(spaced);
  return [
    tableText([head, ...rows, rules]),
    ...(none.length === 0 ? [] : ["\n", paragraph(`No customer has a rule for: ${none.join(", ")}.`)]),
  ].join("");
}

function manyText({ customers, tactics }: DetectionCoverage): string {
  const rows = customers.map((customer): readonly TextCell[] => {
    const covered = tactics.filter((tactic) => techniqueCount(customer, tactic) > 0).length;
    const techniques = new Set(customer.techniques.map(({ technique }) => technique.slice(0, 5))).size;
    return [customer.stack, String(customer.rules), String(techniques), String(covered)];
  });
  const head = ["Customer", "Rules", "Techniques", "Tactics"].map((text): TextCell => ({ text, color: "bold" }));
  return tableText([head, ...rows]);
}

function customerText(customer: CustomerCoverage, tactics: readonly string[]): string {
  const { stack, customerName, rules, notRunning, withoutTechnique, techniques } = customer;
  const blocks = tactics.flatMap((tactic) => {
    const own = techniques.filter((covered) => covered.tactic === tactic);
    if (own.length === 0) return [];
    const rows = own.map(({ technique, rules: names }): readonly TextCell[] => [technique, names.join(", ")]);
    return [`${colors.bold(spaced(tactic))}\n${tableText(rows, { indent: 2 })}`];
  });
  const without = tactics.filter((tactic) => techniqueCount(customer, tactic) === 0).map(spaced);
  return [
    `${colors.bold(terminalText(customerName))} (${stack}): ${rules} ${rules === 1 ? "rule runs" : "rules run"}\n\n`,
    ...blocks,
    "\n",
    ...note("No rule", without),
    ...note("Without a technique", withoutTechnique),
    ...note("Not running", notRunning),
  ].join("");
}

function note(title: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [paragraph(`${title}: ${names.join(", ")}.`)];
}

/** `InitialAccess` as ATT&CK writes it. */
export function spaced(tactic: string): string {
  const text = tactic.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
  return terminalText(text.replace(" And ", " and "));
}
