import { defenderSchema } from "../schema/defenderSchema";
import type { HuntingSchema, HuntingTable } from "../schema/huntingSchema";
import { continuousFindings } from "./continuousFindings";
import { frequencyFindings, windowFindings } from "./frequencyFindings";
import { unknownNameCode } from "./unknownNames";
import { textStart, type JudgedQuery, type QueryFinding, type QueryWord } from "./judgedQuery";

export interface RuleQueryOptions {
  /** ISO 8601 duration such as `PT1H`; `PT0S` is continuous. Not judged if it is missing. */
  readonly frequency?: string;
  /** Whether the rule runs on each event; true for `PT0S`. */
  readonly isContinuous?: boolean;
  /** Columns that entity mappings, custom details, actions and texts name. */
  readonly mappedColumns?: readonly string[];
  /** The schema that the query was judged against; Microsoft's tables if it is missing. */
  readonly schema?: HuntingSchema;
}

/**
 * Judges whether a custom detection rule can stand on a query. Doesn't load the parser.
 * The columns follow Microsoft's page; that a Sentinel table needs no `ReportId`, what breaks after
 * `FileProfile`, and the functions that a rule can't call are other tools' observations on tenants
 * (2026) and were not tried. A query that doesn't bind has no output to judge and gets no finding
 * here.
 * https://learn.microsoft.com/defender-xdr/custom-detection-rules
 */
export function judgeRuleQuery(judged: JudgedQuery, options: RuleQueryOptions = {}): QueryFinding[] {
  // The parser names no columns of a query that has errors, or that it finds too deep.
  if (
    judged.findings.some(({ severity, code }) => severity === "error" || code === "KS245" || code === unknownNameCode)
  )
    return [];
  const tables = tablesRead(judged, options.schema ?? defenderSchema());
  const isContinuous = options.isContinuous ?? options.frequency === "PT0S";
  return [
    ...timeAndEventFindings(judged, tables),
    ...identifierFindings(judged, tables),
    ...mappingFindings(judged, options.mappedColumns ?? []),
    ...functionFindings(judged),
    ...clientFindings(judged),
    ...judged.mixedEvents.map(mixedEventFinding),
    ...windowFindings(judged, tables, isContinuous ? undefined : options.frequency),
    ...(isContinuous ? continuousFindings(judged, tables) : frequencyFindings(judged, tables, options.frequency)),
  ];
}

function tablesRead(judged: JudgedQuery, schema: HuntingSchema): HuntingTable[] {
  return schema.tables.filter(({ name }) => judged.tables.includes(name));
}

/** A finding about the output stands where the last operator begins. */
function outputFinding(
  judged: JudgedQuery,
  code: string,
  message: string,
  severity: QueryFinding["severity"] = "error",
) {
  return { ...region(judged.operators.at(-1)), code, severity, message };
}

/** The region of a word without its name. */
function region({ line, column, endLine, endColumn }: Omit<QueryWord, "name"> = textStart) {
  return { line, column, endLine, endColumn };
}

/** What a client of a person's session uses, and a rule has none. */
function clientFindings({ clientStatements, operators }: JudgedQuery): QueryFinding[] {
  return [...clientStatements, ...operators.filter(({ name }) => name === "render")].map((word) => {
    const isFatal = word.name.startsWith("declare");
    const message = isFatal
      ? "A rule has nobody who gives values to query parameters. Write let, or parameters of the rule's file."
      : `A rule has no use for ${word.name}: nobody sees its output. Remove it.`;
    return { ...region(word), code: "KQL109", severity: isFatal ? "error" : "warning", message };
  });
}

function mixedEventFinding(word: QueryWord): QueryFinding {
  const message = word.name.includes("TimeGenerated")
    ? `${word.name} may be of another event than the columns beside it. Write summarize arg_max(TimeGenerated, *).`
    : `${word.name} may be of another event than the time. ` +
      "Write summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), which takes both from one event.";
  return { ...region(word), code: "KQL111", severity: "warning", message };
}

const timeColumns = ["Timestamp", "TimeGenerated"];

/** A `summarize` that drops the time and the event's columns is one mistake, with one way out. */
function timeAndEventFindings(judged: JudgedQuery, tables: readonly HuntingTable[]): QueryFinding[] {
  const missing = missingEventColumns(judged, tables);
  const hasTime = judged.columns.some(({ name }) => timeColumns.includes(name));
  const isOne = !hasTime && missing.length > 0 && judged.operators.at(-1)?.name === "summarize";
  const time = timeFindings(judged, tables, isOne ? missing : []);
  return isOne ? time : [...time, ...eventFindings(judged, tables, missing)];
}

/** The service reads either name and refuses one that is an alias of the other. */
function timeFindings(
  judged: JudgedQuery,
  tables: readonly HuntingTable[],
  missing: readonly string[],
): QueryFinding[] {
  const expected = tables.length > 0 && tables.every(isSentinel) ? "TimeGenerated" : "Timestamp";
  const returned = timeColumns.filter((name) => judged.columns.some((column) => column.name === name));
  const computed = returned.find((name) => !judged.unaltered.includes(name));
  if (computed !== undefined) {
    const message = `The output's ${computed} is computed. Return the table's own ${expected}: the service refuses another time.`;
    return [outputFinding(judged, "KQL101", message)];
  }
  if (returned.length > 0) return [];
  const own = [expected, ...missing].join(", ");
  const summarized = missing.length === 0 ? `arg_max(${expected}, *)` : `(${own}) = arg_max(${own})`;
  const message = `The output has no ${own.replace(/, (?!.*,)/, " and ")}. Add ${missing.length === 0 ? "it" : "them"}, or summarize ${summarized}.`;
  return [outputFinding(judged, "KQL101", message)];
}

function isSentinel({ product }: HuntingTable): boolean {
  return product === "sentinel";
}

/** The columns that identify the event must come from one of the tables that the query reads. */
function eventFindings(
  judged: JudgedQuery,
  tables: readonly HuntingTable[],
  missing: readonly string[],
): QueryFinding[] {
  if (tables.length === 0) {
    const message = judged.operators.some(({ name }) => name === "search")
      ? "The query searches all tables. Name those of the rule: search in (DeviceEvents, …)."
      : "The query reads no table. A rule needs a table of Defender or Sentinel.";
    return [outputFinding(judged, "KQL102", message)];
  }
  const sets = eventColumns(tables);
  if (sets.length > 0 && sets.every((columns) => columns === undefined)) {
    const names = tables.map(({ name }) => name).join(", ");
    const message = `${names} has no column that identifies an event for a rule. Join a table that has one.`;
    return [outputFinding(judged, "KQL103", message, "warning")];
  }
  return missing.map((name) =>
    outputFinding(
      judged,
      "KQL104",
      `The output has no unaltered ${name}, which identifies the event. Keep it to the end.`,
    ),
  );
}

/** What identifies an event of each table; undefined for a table that has no such columns. */
function eventColumns(tables: readonly HuntingTable[]): (readonly string[] | undefined)[] {
  return tables.flatMap((table) => (isSentinel(table) ? [[]] : table.product === undefined ? [] : [table.eventId]));
}

/** The fewest columns that would make the output tell the event of one table. */
function missingEventColumns(judged: JudgedQuery, tables: readonly HuntingTable[]): readonly string[] {
  const missing = eventColumns(tables).flatMap((columns) =>
    columns === undefined ? [] : [columns.filter((name) => !judged.unaltered.includes(name))],
  );
  return missing.sort((a, b) => a.length - b.length)[0] ?? [];
}

const strongIdentifiers: readonly string[] = [
  "DeviceId",
  "DeviceName",
  "RemoteDeviceName",
  "RecipientEmailAddress",
  "SenderFromAddress",
  "SenderMailFromAddress",
  "RecipientObjectId",
  "AccountObjectId",
  "AccountSid",
  "AccountUpn",
  "InitiatingProcessAccountSid",
  "InitiatingProcessAccountUpn",
  "InitiatingProcessAccountObjectId",
];

/**
 * A warning: Microsoft's page demands a column of the list, the service was seen to take a rule that
 * maps an IP address alone.
 */
function identifierFindings(judged: JudgedQuery, tables: readonly HuntingTable[]): QueryFinding[] {
  if (tables.every(isSentinel) || judged.columns.some(({ name }) => strongIdentifiers.includes(name))) return [];
  const message = `The output has no strong identifier of a device, account or mailbox. Add one of ${strongIdentifiers.join(", ")}.`;
  return [outputFinding(judged, "KQL105", message, "warning")];
}

function mappingFindings(judged: JudgedQuery, mappedColumns: readonly string[]): QueryFinding[] {
  const names = judged.columns.map(({ name }) => name);
  return [...new Set(mappedColumns)]
    .filter((mapped) => !names.includes(mapped))
    .map((mapped) => {
      const similar = names.find((name) => name.toLowerCase() === mapped.toLowerCase());
      const action = similar === undefined ? "Project it, or map another column" : `Write ${similar}`;
      return outputFinding(judged, "KQL106", `The rule maps ${mapped}, which the output doesn't have. ${action}.`);
    });
}

const refusedFunctions: ReadonlySet<string> = new Set([
  "workspace",
  "_GetWatchlist",
  "cluster",
  "database",
  "app",
  "resource",
]);

function functionFindings(judged: JudgedQuery): QueryFinding[] {
  const refused = judged.functions.filter(({ name }) => refusedFunctions.has(name));
  const findings = refused.map((word): QueryFinding => {
    const message = `A rule cannot call ${word.name}(): the service refuses it, or the rule doesn't run. Read the tables directly.`;
    return { ...region(word), code: "KQL107", severity: "error", message };
  });
  return [...findings, ...fileProfileFindings(judged)];
}

function fileProfileFindings({ functions, operators }: JudgedQuery): QueryFinding[] {
  const profile = functions.find(({ name }) => name === "FileProfile");
  if (profile === undefined || functions.some(({ name }) => /^column_?ifexists$/.test(name))) return [];
  const isLater = (line: number, column: number) =>
    line > profile.line || (line === profile.line && column > profile.column);
  const filter = operators.find(({ name, line, column }) => /^(where|filter)$/.test(name) && isLater(line, column));
  if (filter === undefined) return [];
  const message =
    "The service refuses a rule that filters on columns of FileProfile(). Write column_ifexists('GlobalPrevalence', long(null)).";
  return [{ ...region(filter), code: "KQL108", severity: "warning", message }];
}
