import { VisibleError } from "@defender-mssp/errors";
import { listOf } from "@defender-mssp/errors/json";
import { defenderSchema } from "./defenderSchema";
import type { HuntingFunction, HuntingSchema, HuntingTable, QueryColumn } from "./huntingSchema";

/**
 * The schema in Graph's answer to `getHuntingSchema`, with what Microsoft documents of its tables
 * (time, event's columns, continuous rules). The metadata of Graph beta names the properties; no
 * answer of the service was seen, so names of types are read in Kusto's and in .NET's spelling, and
 * a function that can't be declared is left out.
 * https://learn.microsoft.com/graph/api/resources/security-huntingschemaresult?view=graph-rest-beta
 * @throws VisibleError if the answer holds no table with columns
 */
export function schemaOfTenant(answer: unknown): HuntingSchema {
  const result = property(answer, "value") ?? answer;
  const tables = listOf(property(result, "tables")).flatMap(tenantTable);
  if (tables.length === 0) {
    throw new VisibleError(
      "The answer to getHuntingSchema holds no table with columns. Judge against Microsoft's tables.",
    );
  }
  return { tables, functions: tenantFunctions(property(result, "functions")) };
}

function tenantTable(table: unknown): HuntingTable[] {
  const [name, columns] = [property(table, "name"), tenantColumns(property(table, "columns"))];
  if (typeof name !== "string" || columns.length === 0) return [];
  const documented = defenderSchema().tables.find((candidate) => candidate.name === name);
  return [{ ...documented, name, columns }];
}

function tenantColumns(columns: unknown): QueryColumn[] {
  return listOf(columns).flatMap((column) => {
    const [name, type] = [property(column, "name"), property(column, "dataType") ?? property(column, "type")];
    return typeof name === "string" ? [{ name, type: kustoType(typeof type === "string" ? type : "") }] : [];
  });
}

/** Kusto's name of a type; a type without one becomes `dynamic`, which fits in every place. */
function kustoType(type: string): string {
  return kustoTypes[type.replace(/^System\.(Data\.SqlTypes\.)?/, "").toLowerCase()] ?? "dynamic";
}

const kustoTypes: Readonly<Partial<Record<string, string>>> = {
  ...Object.fromEntries(
    ["string", "long", "int", "real", "bool", "datetime", "timespan", "dynamic", "guid", "decimal"].map((type) => [
      type,
      type,
    ]),
  ),
  boolean: "bool",
  sbyte: "bool",
  int16: "int",
  int32: "int",
  int64: "long",
  double: "real",
  single: "real",
  date: "datetime",
  datetimeoffset: "datetime",
  time: "timespan",
  uuid: "guid",
  sqldecimal: "decimal",
  object: "dynamic",
};

/** Saved functions are left out: a detection rule can't call them. */
function tenantFunctions(functions: unknown): HuntingFunction[] {
  const documented = defenderSchema().functions;
  const added = listOf(property(functions, "builtInFunctions")).flatMap((builtIn): HuntingFunction[] => {
    const [name, columns] = [property(builtIn, "name"), tenantColumns(property(builtIn, "outputColumns"))];
    if (typeof name !== "string" || documented.some((candidate) => candidate.name === name)) return [];
    const parameters = listOf(property(builtIn, "inputParameters")).map(declaredParameter);
    if (columns.length === 0 || parameters.includes(undefined)) return [];
    return [{ name, parameters: `(${parameters.join(", ")})`, columns }];
  });
  return [...documented, ...added];
}

function declaredParameter(parameter: unknown): string | undefined {
  const [name, type] = [property(parameter, "name"), property(parameter, "cslType")];
  if (typeof name !== "string" || typeof type !== "string" || !/^\w+$/.test(name)) return undefined;
  const byDefault = property(parameter, "defaultValue");
  return `${name}:${type}${typeof byDefault === "string" && byDefault !== "" ? `=${byDefault}` : ""}`;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
