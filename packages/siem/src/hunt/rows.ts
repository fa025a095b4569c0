/** Rows of a query as text, each with the customer that it comes from. */
import type { HuntingResult } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { visibleJson, visibleText } from "@defender-mssp/terminal/terminalText";
import { csvText } from "@defender-mssp/terminal/csv";

/** A customer that was asked. */
export interface HuntedCustomer {
  readonly tenantId: string;
  readonly stack: string;
}

/** Makes the text of a customer's rows. @throws VisibleError where the format can't hold them */
export type RowsText = (customer: HuntedCustomer, result: HuntingResult) => string;

/** A line for each row. The customer's keys win over columns of the same name. */
export const rowsAsJson: RowsText = ({ tenantId, stack }, { rows }) =>
  rows
    .map((row) => Object.entries(row).filter(([name]) => name !== "tenantId" && name !== "stack"))
    .map((columns) => Object.fromEntries([["tenantId", tenantId], ["stack", stack], ...columns] as [string, unknown][]))
    .map((line) => `${visibleJson(line)}\n`)
    .join("");

/** The first customer's columns are those of the file; a later one may lack some of them. */
export function rowsAsCsv(): RowsText {
  let known: readonly string[] | undefined;
  return ({ tenantId, stack }, { columns, rows }) => {
    const names = columns.map(({ name }) => name);
    const header = known === undefined ? csvText([["tenantId", "stack", ...names.map(visibleText)]]) : "";
    known ??= names;
    const further = names.filter((name) => known?.includes(name) !== true);
    if (further.length > 0) {
      throw new VisibleError(
        `The answer has columns that the first customer's answer lacks: ${further.join(", ")}. ` +
          "Name the columns in the query with project, or use --format json.",
      );
    }
    return header + csvText(rows.map((row) => [tenantId, stack, ...(known ?? []).map((name) => cellOf(row[name]))]));
  };
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return visibleText(typeof value === "string" ? value : JSON.stringify(value));
}
