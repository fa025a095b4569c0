import { declaredColumns, type HuntingSchema, type HuntingTable, type QueryColumn } from "./huntingSchema";

interface TableData extends Omit<HuntingTable, "name" | "columns"> {
  readonly columns: string;
}

interface SchemaData {
  readonly $about: { readonly asOf: string };
  readonly tables: Readonly<Record<string, TableData>>;
  readonly functions: Readonly<Record<string, { readonly parameters: string; readonly columns: string }>>;
}

let schema: HuntingSchema | undefined;

/**
 * The tables and functions of Microsoft Defender XDR and the most used ones of Microsoft Sentinel,
 * as Microsoft documents them. A tenant has fewer, and columns may lead or lag. Source, licence and
 * known errors stand in `defenderTables.json`.
 */
export function defenderSchema(): HuntingSchema {
  schema ??= readSchema(require("./defenderTables.json") as SchemaData);
  return schema;
}

function readSchema({ $about, tables, functions }: SchemaData): HuntingSchema {
  return {
    asOf: $about.asOf,
    tables: Object.entries(tables).map(([name, table]) => ({ ...table, name, columns: tableColumns(table) })),
    functions: Object.entries(functions).map(([name, { parameters, columns }]) => ({
      name,
      parameters,
      columns: declaredColumns(columns),
    })),
  };
}

/** A connected workspace adds columns to the tables that it receives. */
function tableColumns({ columns, isSharedWithSentinel = false }: TableData): QueryColumn[] {
  const documented = declaredColumns(columns);
  const names = new Set(documented.map(({ name }) => name));
  return [...documented, ...(isSharedWithSentinel ? workspaceColumns.filter(({ name }) => !names.has(name)) : [])];
}

const workspaceColumns = declaredColumns(
  "TimeGenerated: datetime, TenantId: string, Type: string, SourceSystem: string",
);
