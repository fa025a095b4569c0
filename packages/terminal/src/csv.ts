/** CSV (RFC 4180), safe for a spreadsheet. */

/** The first row names the columns. Lines end with CR LF, as the RFC says. */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map((value) => field(String(value))).join(",")}\r\n`).join("");
}

/**
 * Signs that begin a formula, where a cell begins: a spreadsheet of another language separates
 * cells by semicolons, and takes the full-width signs. Source: OWASP, "CSV Injection".
 */
const formula = /(^|[;\n])(?=[^\S\n]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

function field(value: string): string {
  const visible = value.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, " ");
  const safe = /^-?\d+(\.\d+)?$/.test(visible) ? visible : visible.replaceAll(formula, "$1'");
  return /[",;\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
