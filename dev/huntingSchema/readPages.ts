/** Tables of advanced hunting, of a checkout of MicrosoftDocs/defender-docs. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";

export interface SchemaFile {
  readonly $about: Readonly<Record<string, unknown>>;
  readonly tables: Readonly<Record<string, TableEntry>>;
  readonly [key: string]: unknown;
}

interface TableEntry {
  readonly columns: string;
  readonly product?: string;
  readonly retired?: boolean;
  readonly [key: string]: unknown;
}

/** Where the checkout stands, as its reader gives it. */
export interface DocsState {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly commit: string;
}

const kustoTypes: Readonly<Record<string, string>> = { boolean: "bool", double: "real", nvarchar: "string" };

/** Columns by table. @throws VisibleError where the folder has no pages of tables. */
export function readPages(folder: string): ReadonlyMap<string, string> {
  const pages = path.join(folder, "defender-xdr");
  let files: string[];
  try {
    files = readdirSync(pages).filter((file) => /^advanced-hunting-.*-table\.md$/.test(file));
  } catch {
    files = [];
  }
  const tables = new Map<string, string>();
  for (const file of files.sort()) {
    const text = readFileSync(path.join(pages, file), "utf8");
    const name = /^# `?(\w+)`?/m.exec(text)?.[1];
    const rows = [...text.matchAll(/^\|\s*`(\w+)`\s*\|\s*`?(\w+)`?\s*\|/gm)];
    if (name === undefined || rows.length === 0) continue;
    const columns = rows.map(
      ([, column = "", type = ""]) => `${column}: ${kustoTypes[type.toLowerCase()] ?? type.toLowerCase()}`,
    );
    tables.set(name, [...new Set(columns)].join(", "));
  }
  if (tables.size === 0)
    throw new VisibleError(
      `${folder} has no defender-xdr/advanced-hunting-*-table.md: name a checkout of MicrosoftDocs/defender-docs.`,
    );
  return tables;
}

/** The schema with the tables of Microsoft's pages: new ones in, columns as today, lost ones kept and marked as retired. */
export function updatedSchema(
  schema: SchemaFile,
  pages: ReadonlyMap<string, string>,
  { date, commit }: DocsState,
): SchemaFile {
  const tables: Record<string, TableEntry> = {};
  for (const [name, table] of Object.entries(schema.tables)) {
    const columns = pages.get(name);
    if (columns !== undefined) tables[name] = { ...table, columns };
    else tables[name] = table.product === "xdr" ? { ...table, retired: true } : table;
  }
  for (const [name, columns] of pages)
    tables[name] ??= {
      product: "xdr",
      area: "other",
      timestamp: /(?:^|, )Timestamp: datetime/.test(columns) ? "Timestamp" : null,
      columns,
    };
  const { addedSince: _, ...about } = schema.$about;
  const source = `${String(about["source"]).replace(/\. Tables of Microsoft Defender XDR: .*$/, "")}. Tables of Microsoft Defender XDR: MicrosoftDocs/defender-docs at ${commit}`;
  return { ...schema, $about: { ...about, source, asOf: date }, tables };
}
