/** Compares what something rests on with the table of retirements. */
import { dayMs } from "@defender-mssp/errors/time";
import { connectorRoles, type ConnectorRights } from "../defender/connectorProfile";
import { retirements, type Retirement, type RetirementMatches, type RetiringAccess } from "./retirements";

/** Days before an end from which on it is a warning. */
export const daysOfRetirementWarning = 90;

/**
 * - `over`: it has ended.
 * - `perhapsOver`: its date has passed, and the sources don't agree whether it still answers.
 * - `soon`: it ends within `daysOfRetirementWarning` days.
 * - `later`: it ends after that.
 * - `undated`: no date is published.
 */
export const endingLevels = ["over", "perhapsOver", "soon", "later", "undated"] as const;
export type EndingLevel = (typeof endingLevels)[number];

/** What something rests on. `permissions` has the value alone where the API is not known, `errors` whole messages. */
export interface RestsOn extends Omit<RetirementMatches, "hosts" | "paths"> {
  /** With a scheme, or a host with an optional path. */
  readonly urls?: readonly string[];
}

/**
 * What a level asks for: `failed`, act now; `warning`, act soon; `information`, nobody is needed before
 * `daysOfRetirementWarning`.
 */
export const endingStates = {
  over: "failed",
  perhapsOver: "warning",
  soon: "warning",
  later: "information",
  undated: "information",
} as const satisfies Readonly<Record<EndingLevel, string>>;

/** Something that ends, and what rests on it. JSON of `doctor`, `verify`, `status` and `report` has these. */
export interface Ending extends Pick<
  Retirement,
  "id" | "what" | "endsOn" | "precision" | "successor" | "remedy" | "certainty" | "source"
> {
  readonly level: EndingLevel;
  /** Whole days from today until `endsOn`, negative after it; null: no date is published. */
  readonly daysLeft: number | null;
  /** What rests on it, such as `connector.alertApis: legacySiem`. */
  readonly restsOn: readonly string[];
}

/**
 * What of the table something rests on, the most urgent first.
 *
 * @param today UTC, `YYYY-MM-DD`.
 */
export function endings(subject: RestsOn, today: string): readonly Ending[] {
  return retirements
    .flatMap((entry) => {
      const restsOn = matchedParts(entry.matches, subject);
      return restsOn.length === 0 ? [] : [endingOn(entry, restsOn, today)];
    })
    .sort(byUrgency);
}

/** Sorts the most urgent first. */
export function byUrgency(a: Ending, b: Ending): number {
  return endingLevels.indexOf(a.level) - endingLevels.indexOf(b.level) || (a.daysLeft ?? 0) - (b.daysLeft ?? 0);
}

/** What a connector rests on: its alert APIs and its application roles. */
export function connectorRestsOn(rights: ConnectorRights, today: string): RestsOn {
  const permissions = connectorRoles(rights, today).map(({ api, value }) => `${api.displayName}/${value}`);
  return { alertApis: rights.alertApis, permissions };
}

/** Both together. */
export function restsOnBoth(a: RestsOn, b: RestsOn): RestsOn {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as ReadonlySet<keyof RestsOn>;
  return Object.fromEntries([...keys].map((key) => [key, [...new Set([...(a[key] ?? []), ...(b[key] ?? [])])]]));
}

/** An entry of the table as it is on a day. */
export function endingOn(entry: Retirement, restsOn: readonly string[], today: string): Ending {
  const { id, what, endsOn, precision, successor, remedy, certainty, source } = entry;
  const shown = { id, what, endsOn, precision, successor, remedy, certainty, source, restsOn };
  if (endsOn === null) return { ...shown, level: "undated", daysLeft: null };
  const daysLeft = Math.round((Date.parse(endsOn) - Date.parse(today)) / dayMs);
  return { ...shown, level: levelAfter(entry, daysLeft), daysLeft };
}

function levelAfter({ precision, isLastDay, afterwards }: Retirement, daysLeft: number): EndingLevel {
  const isOver = precision === "month" || isLastDay === true ? daysLeft < 0 : daysLeft <= 0;
  if (isOver) return afterwards === "off" ? "over" : "perhapsOver";
  return daysLeft <= daysOfRetirementWarning ? "soon" : "later";
}

/**
 * That it ends, and when, as one sentence without what follows it. Never a date where none is
 * published, and a month where only that is known.
 */
export function endingSentence({ what, endsOn, precision, level, daysLeft }: Ending): string {
  if (endsOn === null || daysLeft === null) return `${what} is to end; no date is published.`;
  const day = publishedDay(endsOn, precision);
  const at = precision === "month" ? `in ${day}` : `on ${day}`;
  if (level === "over") return `${what} ended ${at}.`;
  if (level === "perhapsOver") return `${what} is not supported and may be off since ${day}.`;
  return `${what} ends ${at}, ${daysLeft === 0 ? "today" : `in ${daysLeft} day${daysLeft === 1 ? "" : "s"}`}.`;
}

/** The sentence, what rests on it, what replaces it, and what to do. */
export function endingText(ending: Ending): string {
  const { restsOn, successor, remedy } = ending;
  return `${endingSentence(ending)} Used by: ${restsOn.join(", ")}. Successor: ${successor}. ${remedy}`;
}

/** What of the subject an entry matches, in words. */
function matchedParts(matches: RetirementMatches, subject: RestsOn): string[] {
  const { alertApis = [], access = [], permissions = [], types = [], packages = [], errors = [] } = matches;
  const inCommon = <T>(of: readonly T[], having: readonly T[] = []): T[] => of.filter((item) => having.includes(item));
  return [
    ...inCommon(alertApis, subject.alertApis).map((api) => `connector.alertApis: ${api}`),
    ...inCommon(access, subject.access).map((name) => accessNames[name]),
    ...(subject.urls ?? []).filter((url) => isMatchingUrl(matches, url)),
    ...(subject.permissions ?? [])
      .filter((name) => permissions.some((pattern) => isMatching(pattern, name)))
      .map((name) => `the permission ${name}`),
    ...matchingTables(matches, subject),
    ...inCommon(types, subject.types).map((type) => `the resource type ${type}`),
    ...inCommon(packages, subject.packages).map((name) => `the package ${name}`),
    ...errors.filter((part) => subject.errors?.some((text) => text.includes(part)) === true).map((part) => `"${part}"`),
  ];
}

const accessNames: Readonly<Record<RetiringAccess, string>> = {
  sentinelInAzurePortal: "azureDelegation without sentinelAccess",
};

function matchingTables({ tables = [], columns }: RetirementMatches, subject: RestsOn): string[] {
  const named = tables.filter((name) => subject.tables?.includes(name) === true);
  if (columns === undefined) return named.map((name) => `the table ${name}`);
  const used = columns.filter((name) => subject.columns?.includes(name) === true);
  return named.flatMap((name) => used.map((column) => `the column ${name}.${column}`));
}

/** `*` at the end of a pattern stands for any rest. */
function isMatching(patternOfApi: string, name: string): boolean {
  const pattern = name.includes("/") ? patternOfApi : patternOfApi.replace(/^[^/]*\//, "");
  if (pattern === "*") return false;
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function isMatchingUrl({ hosts = [], paths }: RetirementMatches, text: string): boolean {
  const withScheme = text.includes("://") ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) return false;
  const { hostname, pathname } = new URL(withScheme);
  const isAtHost = hosts.some((host) =>
    host.startsWith("*.") ? hostname.endsWith(host.slice(1)) : hostname === host.toLowerCase(),
  );
  return isAtHost && (paths === undefined || paths.some((beginning) => isBelow(pathname, beginning)));
}

/** Whole segments: `/security/alerts` has nothing of `/security/alerts_v2`. */
function isBelow(pathname: string, beginning: string): boolean {
  const [path, start] = [pathname.toLowerCase(), beginning.toLowerCase()];
  return path.startsWith(start) && /^(?:$|[/(])/.test(path.slice(start.length));
}

/** A date as it is published: a day, or a month where only that is known. */
export function publishedDay(day: string, precision: Retirement["precision"]): string {
  return precision === "month" ? day.slice(0, 7) : day;
}
