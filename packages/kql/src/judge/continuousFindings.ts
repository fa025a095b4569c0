import type { HuntingTable } from "../schema/huntingSchema";
import type { TextRegion } from "../parser/queryText";
import { textStart, type JudgedQuery, type QueryFinding, type QueryWord } from "./judgedQuery";

const rowOperators: ReadonlySet<string> = new Set([
  "where",
  "filter",
  "extend",
  "project",
  "project-away",
  "project-rename",
  "parse",
  "print",
  "datatable",
]);

/** Spellings of the functions that run on each event, by the usual ones. */
const spellings: Readonly<Partial<Record<string, string>>> = {
  iff: "iif",
  column_ifexists: "columnifexists",
  base64_decode_tostring: "base64_decodestring",
};

/**
 * Judges what a continuous rule may hold: one table, operators that look at one row, no comment.
 * That `let`, `ingestion_time()` and `tostring()` of a dynamic value are refused, and the spellings
 * of functions, are observations of others (2026).
 * https://learn.microsoft.com/defender-xdr/custom-detection-rules
 */
export function continuousFindings(judged: JudgedQuery, tables: readonly HuntingTable[]): QueryFinding[] {
  return [
    ...tableFindings(judged, tables),
    ...judged.operators
      .filter(({ name }) => !rowOperators.has(name))
      .map((word) =>
        finding(word, `A continuous rule looks at one event: it cannot use ${word.name}. Give the rule a frequency.`),
      ),
    ...judged.lets.map((word) =>
      finding(word, "The service refuses let in a continuous rule. Write the value in its place."),
    ),
    ...judged.comments.map((word) => finding(word, "The service refuses comments in a continuous rule. Remove them.")),
    ...judged.functions.flatMap(functionFindings),
    ...judged.notStreamed.map((word) =>
      finding(
        word,
        `A continuous rule cannot use ${word.name}, which the stream of events lacks. Give the rule a frequency.`,
      ),
    ),
  ];
}

function finding({ line, column, endLine, endColumn }: TextRegion, message: string): QueryFinding {
  return { code: "KQL120", severity: "error", message, line, column, endLine, endColumn };
}

function tableFindings(judged: JudgedQuery, tables: readonly HuntingTable[]): QueryFinding[] {
  const place = judged.operators[0] ?? textStart;
  if (judged.tables.length > 1) {
    return [
      finding(
        place,
        `A continuous rule reads one table; this one reads ${judged.tables.join(", ")}. Give it a frequency.`,
      ),
    ];
  }
  return tables
    .filter(({ nrt, product }) => product !== undefined && nrt !== true)
    .map(({ name }) =>
      finding(place, `A continuous rule cannot read ${name}. Give the rule a frequency, such as PT1H.`),
    );
}

function functionFindings(word: QueryWord): QueryFinding[] {
  if (word.name === "ingestion_time") {
    return [finding(word, "The service refuses ingestion_time() in a continuous rule. Remove the condition.")];
  }
  const spelling = spellings[word.name];
  if (spelling === undefined) return [];
  return [
    {
      ...finding(word, `A continuous rule may need the spelling ${spelling}() of ${word.name}().`),
      severity: "warning",
    },
  ];
}
