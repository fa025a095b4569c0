/** CSV (RFC 4180), safe for a spreadsheet. */

/** The first row names the columns. Lines end with CR LF, as the RFC says. */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map((value) => field(String(value))).join(",")}\r\n`).join("");
}

/** A spreadsheet would run a text that begins with one of these signs as a formula. */
function field(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
  const visible = safe.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, " ");
  return /[",\n]/.test(visible) ? `"${visible.replaceAll('"', '""')}"` : visible;
}
