/** The objects of reports as CSV, a row for each. */
import { csvText } from "@defender-mssp/terminal/csv";
import type { AccessReport } from "./model";
import { removals } from "./removal";
import { en } from "./texts/en";

export function objectsCsv(report: AccessReport): string {
  const { stack, customerName, tenantId, objects } = report;
  return csvText([
    [
      ...["stack", "customer", "tenant", "kind", "name", "details", "object ID", "since", "until", "in the tenant"],
      ...["meaning", "setting", "click", "stays", "document"],
    ],
    ...objects.map(({ kind, name, detail, objectId, since = "", until = "", difference = "" }) => {
      const { setting, click, stays, document } = removals[kind];
      return [
        ...[stack, customerName, tenantId, kind, name, detail, objectId, since, until, difference],
        ...[en.kinds[kind].meaning, setting, click, stays, document.url],
      ];
    }),
  ]);
}
