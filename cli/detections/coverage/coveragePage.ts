/** The page of the techniques that each customer's rules detect. */
import {
  details,
  figures,
  heatMap,
  lines,
  list,
  paragraph,
  renderPage,
  section,
  table,
  type Block,
} from "@defender-mssp/pages";
import { counted } from "../../base/counted";
import { spaced } from "./coverageText";
import { techniqueCount, type CustomerCoverage, type DetectionCoverage } from "./detectionCoverage";

/** HTML of the page. @param at the day of the settings, UTC. */
export function coveragePage({ customers, tactics }: DetectionCoverage, at: Date): string {
  const running = customers.reduce((sum, { rules }) => sum + rules, 0);
  const all = customers.flatMap(({ techniques }) => techniques.map(({ technique }) => technique.slice(0, 5)));
  const covered = tactics.filter((tactic) => customers.some((customer) => techniqueCount(customer, tactic) > 0));
  const [first] = customers;
  return renderPage({
    title:
      first !== undefined && customers.length === 1 ? `Detections at ${first.customerName}` : "Detections by customer",
    subtitle: `Techniques of MITRE ATT&CK that custom detection rules name, by the settings of ${at.toISOString().slice(0, 10)}.`,
    blocks: [
      figures([
        { label: customers.length === 1 ? "customer" : "customers", value: customers.length },
        { label: new Set(all).size === 1 ? "technique" : "techniques", value: new Set(all).size },
        { label: "of 14 tactics", value: covered.length },
        { label: running === 1 ? "rule that runs" : "rules that run", value: running },
      ]),
      section(
        { id: "tactics", title: "Techniques by tactic" },
        heatMap({
          caption: "Number of techniques",
          columns: [
            { title: "Tactic" },
            ...customers.map(({ customerName }) => ({ title: customerName, kind: "number" as const })),
          ],
          rows: tactics.map((tactic) => ({
            cells: [spaced(tactic), ...customers.map((customer) => countCell(techniqueCount(customer, tactic)))],
          })),
        }),
      ),
      section(
        { id: "customers", title: "Customers" },
        ...customers.map((customer) => customerPart(customer, customers.length === 1)),
      ),
      section(
        { id: "meaning", title: "What this says" },
        paragraph(
          "A rule counts for the techniques that its file names. That a technique is named does not prove that each way to " +
            "use it is found. Rules of Microsoft and of other products are not part of this page.",
        ),
      ),
    ],
    footer: "Written by npx mssp detections coverage. It contains no secret.",
  });
}

function countCell(count: number) {
  return {
    content: String(count),
    sort: count,
    state: count === 0 ? ("notChecked" as const) : ("passed" as const),
  };
}

function customerPart(customer: CustomerCoverage, isOpen: boolean): Block {
  const { stack, customerName, rules, techniques, notRunning, withoutTechnique } = customer;
  const covered = counted(techniques.length, "technique", "techniques and sub-techniques");
  const summary = `${customerName}: ${counted(rules, "rule")}, ${covered}`;
  return details(
    { summary, id: `customer-${stack}`, open: isOpen },
    table({
      caption: `Techniques at ${customerName}`,
      columns: [{ title: "Tactic", choices: true }, { title: "Technique" }, { title: "Rules" }],
      rows: techniques.map(({ tactic, technique, rules: names }) => ({
        cells: [spaced(tactic), technique, lines(names)],
      })),
    }),
    ...named("Not running: disabled in the rule's file, or off by an exception", notRunning),
    ...named("Running, and without a technique", withoutTechnique),
  );
}

function named(title: string, names: readonly string[]): Block[] {
  return names.length === 0 ? [] : [paragraph(title), list(names)];
}
