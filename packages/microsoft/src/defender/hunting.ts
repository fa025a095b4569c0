/**
 * Advanced hunting by Graph.
 * https://learn.microsoft.com/graph/api/security-security-runhuntingquery
 */
import { recordOf } from "@defender-mssp/errors/json";
import type { Endpoints } from "../endpoints";
import { request, type RequestOptions } from "../http";
import { textOrNull } from "./recordFields";

export interface HuntingOptions extends Pick<RequestOptions, "signal" | "sleep" | "tries"> {
  readonly endpoints: Pick<Endpoints, "graphEndpoint">;
  readonly token: string;
  /** Kusto Query Language. */
  readonly query: string;
  /** ISO 8601, in one of the page's forms: `P7D`, `<start>/<end>`, … Default: the service's, 30 days. */
  readonly timespan?: string;
}

export interface HuntingColumn {
  readonly name: string;
  /** Such as `String`, `DateTime`, `Int64`. */
  readonly type: string;
}

export interface HuntingResult {
  readonly columns: readonly HuntingColumn[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Documented for the older hunting APIs: a query may take three minutes (Defender XDR) or 200
 * seconds (Defender for Endpoint), and an answer has 100,000 rows at most. For Graph's no limit is
 * documented.
 */
export const olderHuntingLimits = { rows: 100_000, callsPerMinute: 45, seconds: 200 } as const;

const huntingQueryPath = "/v1.0/security/runHuntingQuery";

/** Longer than a query may take by any document, in milliseconds. */
const huntingTimeout = (olderHuntingLimits.seconds + 20) * 1000;

/** Runs a query, which changes nothing. Needs ThreatHunting.Read.All. @throws ServiceError */
export async function runHuntingQuery(options: HuntingOptions): Promise<HuntingResult> {
  const { endpoints, token, query, timespan, ...rest } = options;
  const { body } = await request(`${endpoints.graphEndpoint}${huntingQueryPath}`, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    json: { Query: query, ...(timespan === undefined ? {} : { Timespan: timespan }) },
    timeout: huntingTimeout,
    idempotent: true,
    isWhole: isResult,
    ...rest,
    token,
  });
  const { schema, results } = body as { schema: unknown[]; results: unknown[] };
  return {
    columns: schema.map(columnOf),
    rows: results.filter((row) => typeof row === "object" && row !== null) as HuntingResult["rows"],
  };
}

function isResult(body: unknown): boolean {
  const { schema, results } = (body ?? {}) as { schema?: unknown; results?: unknown };
  return Array.isArray(schema) && Array.isArray(results);
}

/** The page's older examples write `Name` and `Type`. */
function columnOf(value: unknown): HuntingColumn {
  const { name, type, Name, Type } = recordOf(value);
  return { name: textOrNull(name ?? Name) ?? "", type: textOrNull(type ?? Type) ?? "" };
}
