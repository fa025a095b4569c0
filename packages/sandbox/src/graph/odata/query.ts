/** Query options of a request: the accepted ones, and the errors for others. */
import type { StoredObject } from "../../cloud/model";
import type { EntityProperties, GraphVersion } from "../entities";
import { badRequest, unreadableRequest, unsupportedQuery } from "../graphErrors";
import type { JsonObject } from "../json";

/** One `$expand` item, such as `owners($select=id,displayName)`. */
export interface Expansion {
  name: string;
  select: readonly string[] | undefined;
  /** The properties of the expanded objects. */
  expand: readonly Expansion[];
}

export interface Query {
  filter: string | undefined;
  select: readonly string[] | undefined;
  expand: readonly Expansion[];
  orderBy: { property: string; descending: boolean } | undefined;
  top: number;
  skipToken: string | undefined;
  count: boolean;
  /** `$search`, of an advanced query only. */
  search: string | undefined;
  /** `ConsistencyLevel: eventual` and `$count=true` or `$search`: uses the directory's second index. */
  advanced: boolean;
  /** A filter may name the properties of this version only. */
  version: GraphVersion;
  /** What a token of a page is for: the list, and which of its objects in which order. */
  list: string;
  /** Properties that no object stores, which a filter may name. */
  computed?: { properties: EntityProperties; values: (object: StoredObject) => JsonObject };
  /** All options as sent, for a link to the next page. */
  sent: URLSearchParams;
}

/** Numbers of items: without `$top`, and the largest `$top`. */
export interface PageSize {
  readonly default: number;
  readonly largest: number;
}

const directoryPage: PageSize = { default: 100, largest: 999 };
const supported = new Set(["$filter", "$select", "$expand", "$orderby", "$top", "$skiptoken", "$count"]);

/** What a route's list offers. */
export interface ListOptions {
  readonly pageSize?: PageSize;
  readonly searchable?: boolean;
  readonly tracksChanges?: boolean;
  /** The requested path. */
  readonly path?: string;
}

/**
 * Reads the text after `?` of a path that ends in `/$count`. It takes `$filter` and `$search` only, and needs
 * `ConsistencyLevel: eventual`: https://learn.microsoft.com/graph/aad-advanced-queries. The text is from
 * microsoftgraph/microsoft-graph-docs 18613.
 */
export function parseCountQuery(text: string, consistencyLevel: string | undefined, version: GraphVersion): Query {
  const query = parseQuery(text, consistencyLevel, version, { searchable: true });
  refuseOptions(query, ["$filter", "$search"]);
  if (consistencyLevel?.toLowerCase() !== "eventual") throw badRequest("$count is not currently supported.");
  return { ...query, count: true, advanced: true };
}

/**
 * Reads the text after `?`. Throws the service's 400 for an unknown option. Beta accepts the
 * options without `$`: https://learn.microsoft.com/graph/query-parameters
 */
export function parseQuery(
  text: string,
  consistencyLevel: string | undefined,
  version: GraphVersion = "v1.0",
  { pageSize = directoryPage, searchable = false, tracksChanges = false, path = "" }: ListOptions = {},
): Query {
  const known = new Set([...supported, ...(searchable ? ["$search"] : []), ...(tracksChanges ? ["$deltatoken"] : [])]);
  const sent = new URLSearchParams(text);
  const options = new Map<string, string>();
  for (const [name, value] of sent) {
    const plain = name.toLowerCase();
    const option = version === "beta" && known.has(`$${plain}`) ? `$${plain}` : plain;
    if (option === "$skip") throw badRequest("'$skip' is not supported by the service.");
    if (option.startsWith("$") && !known.has(option)) {
      throw unreadableRequest(`The query parameter '${name}' is not supported.`);
    }
    if (options.has(option))
      throw unreadableRequest(
        `Query option '${name}' was specified more than once, but it must be specified at most once.`,
      );
    options.set(option, value);
  }
  const count = parseCount(options.get("$count"));
  const orderBy = parseOrderBy(options.get("$orderby"));
  const filter = options.get("$filter");
  const search = options.get("$search");
  const isEventual = consistencyLevel?.toLowerCase() === "eventual";
  if (search !== undefined && !isEventual) throw unsupportedQuery(withoutConsistencyLevel);
  return {
    filter,
    select: parseSelect(options.get("$select")),
    expand: parseExpand(options.get("$expand")),
    orderBy,
    top: parseTop(options.get("$top"), pageSize),
    skipToken: options.get("$skiptoken"),
    count,
    search,
    advanced: isEventual && (count || search !== undefined),
    version,
    list: JSON.stringify([path.toLowerCase(), filter, search, orderBy]),
    sent,
  };
}

/** From microsoftgraph/microsoft-graph-docs-contrib 3495. */
const withoutConsistencyLevel =
  "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'";

/** Refuses the options that the page of a call does not have; `allowed` are in lower case, with `$`. */
export function refuseOptions({ sent }: Query, allowed: readonly string[] = []): void {
  const refused = [...sent.keys()].find((name) => name.startsWith("$") && !allowed.includes(name.toLowerCase()));
  if (refused !== undefined) throw unreadableRequest(`The query parameter '${refused}' is not supported.`);
}

function parseSelect(text: string | undefined): readonly string[] | undefined {
  const names = text?.split(",").map((name) => name.trim());
  if (names?.some((name) => name === "") === true) {
    throw unreadableRequest(
      `Parsing OData Select and Expand failed: Term '${text ?? ""}' is not valid in a $select or $expand expression.`,
    );
  }
  return names;
}

function parseExpand(text: string | undefined): Expansion[] {
  if (text === undefined) return [];
  return splitOutsideParentheses(text).map((item) => {
    if (item.trim() === "*") return { name: "*", select: undefined, expand: [] };
    const match = /^([A-Za-z]+)(?:\((.*)\))?$/.exec(item.trim());
    const options = innerOptions(match?.[2] ?? "");
    const unknown = [...options.keys()].find((name) => !["$select", "$expand"].includes(name));
    if (match === null || unknown !== undefined) {
      throw unreadableRequest(
        `Parsing OData Select and Expand failed: Term '${item}' is not valid in a $select or $expand expression.`,
      );
    }
    return {
      name: match[1] ?? "",
      select: parseSelect(options.get("$select")),
      expand: parseExpand(options.get("$expand")),
    };
  });
}

/** `$select=id;$expand=owners($select=id)`, as it stands in the parentheses of an expansion. */
function innerOptions(text: string): Map<string, string> {
  if (text === "") return new Map();
  return new Map(
    splitOutsideParentheses(text, ";").map((option) => {
      const [name = "", ...value] = option.split("=");
      return [name.trim().toLowerCase(), value.join("=")];
    }),
  );
}

function splitOutsideParentheses(text: string, separator = ","): string[] {
  const items = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth++;
    if (character === ")") depth--;
    if (character === separator && depth === 0) items.push("");
    else items.push((items.pop() ?? "") + character);
  }
  return items;
}

function parseOrderBy(text: string | undefined): Query["orderBy"] {
  if (text === undefined) return undefined;
  const match = /^(\w+)(?:\s+(asc|desc))?$/i.exec(text.trim());
  if (match === null) throw unsupportedQuery("Unsupported sort property or more than one of them.");
  return { property: match[1] ?? "", descending: match[2]?.toLowerCase() === "desc" };
}

function parseTop(text: string | undefined, { default: usual, largest }: PageSize): number {
  if (text === undefined) return usual;
  const top = Number(text);
  if (!/^-?\d+$/.test(text))
    throw unreadableRequest(
      `Invalid value '${text}' for $top query option found. The $top query option requires a non-negative integer value.`,
    );
  if (top < 1 || top > largest) {
    throw unsupportedQuery(`Invalid page size specified: '${text}'. Must be between 1 and ${largest} inclusive.`);
  }
  return top;
}

function parseCount(text: string | undefined): boolean {
  if (text === undefined || text.toLowerCase() === "false") return false;
  if (text.toLowerCase() === "true") return true;
  throw unreadableRequest(
    `Invalid value '${text}' for $count query option found. Valid values are 'true' and 'false'.`,
  );
}
