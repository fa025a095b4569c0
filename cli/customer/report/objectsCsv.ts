/** The objects of reports as CSV, a row for each. */
import { csvText } from "@defender-mssp/terminal/csv";
import type { AccessReport } from "../../findings/accessReport";
import { clickText, kindWords } from "../../access/objects/kindWords";
import type { ReportObject } from "../../access/objects/reportObject";

type Cell = (object: ReportObject, report: AccessReport) => string | undefined;

const columns: readonly (readonly [title: string, cell: Cell])[] = [
  ["stack", (_, { stack }) => stack],
  ["customer", (_, { customerName }) => customerName],
  ["tenant", (_, { tenantId }) => tenantId],
  ["kind", ({ kind }) => kind],
  ["name", ({ name }) => name],
  ["details", ({ detail }) => detail],
  ["object ID", ({ objectId }) => objectId],
  ["since", ({ since }) => since],
  ["until", ({ until }) => until],
  ["in the tenant", ({ difference, notCompared }) => difference ?? (notCompared && `not compared: ${notCompared}`)],
  ["meaning", ({ kind }) => kindWords[kind].meaning],
  ["setting", ({ kind }) => kindWords[kind].removal.setting],
  ["click", ({ kind }) => clickText(kindWords[kind].removal)],
  ["stays", ({ kind }) => kindWords[kind].removal.stays],
  ["document", ({ kind }) => kindWords[kind].removal.document.url],
];

export function objectsCsv(report: AccessReport): string {
  return csvText([
    columns.map(([title]) => title),
    ...report.objects.map((object) => columns.map(([, cell]) => cell(object, report) ?? "")),
  ]);
}
