/** The objects of reports as CSV, a row for each. */
import { csvText } from "@defender-mssp/terminal/csv";
import type { AccessReport } from "../../access/report/model";
import { clickText, kindWords } from "../../access/objects/kindWords";

export function objectsCsv(report: AccessReport): string {
  const { stack, customerName, tenantId, objects } = report;
  return csvText([
    [
      ...["stack", "customer", "tenant", "kind", "name", "details", "object ID", "since", "until", "in the tenant"],
      ...["meaning", "setting", "click", "stays", "document"],
    ],
    ...objects.map(({ kind, name, detail, objectId, since = "", until = "", difference, notCompared }) => {
      const guide = kindWords[kind].removal;
      const { setting, stays, document } = guide;
      return [
        ...[
          stack,
          customerName,
          tenantId,
          kind,
          name,
          detail,
          objectId,
          since,
          until,
          inTenant(difference, notCompared),
        ],
        ...[kindWords[kind].meaning, setting, clickText(guide), stays, document.url],
      ];
    }),
  ]);
}

function inTenant(difference: string | undefined, notCompared: string | undefined): string {
  return difference ?? (notCompared === undefined ? "" : `not compared: ${notCompared}`);
}
