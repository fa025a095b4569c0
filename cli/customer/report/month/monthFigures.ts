/** The figures of a month, made of those of its days. Pure. */
import type { ObjectKind } from "../../../access/objects/kindInReport";
import { kindWords } from "../../../access/objects/kindWords";
import { daysOfMonth } from "../../../base/spanOfDay";
import { median, nineOfTen } from "../../../detections/health/touchedAt";
import { dayParts, noFigures, type Day, type DayFigures, type DayPart } from "./dayFigures";

export interface MonthSources {
  /** Such as `2026-11`. */
  readonly month: string;
  /** Of the month, and of months before it. */
  readonly days: ReadonlyMap<string, Day>;
  /** Nobody can read this day's figures yet, by the month's time zone. */
  readonly today: string;
  readonly onboardedOn?: string | undefined;
  readonly offboardedOn?: string | undefined;
}

export type MonthFigure = ReturnType<typeof monthFigures>["figures"][number];
type Section = "access" | "acts" | "watched" | "happened" | "rules";

/** What is told of more than one day. */
interface Facts {
  /** Incidents that began in the month. */
  readonly own: DayFigures["incidents"];
  /** Those that began before it, and are open. */
  readonly older: DayFigures["incidents"];
  readonly rules: ReturnType<typeof summedRules>;
  readonly longestGap: number;
}

type Value = "last" | "least" | ((facts: Facts) => number | undefined);
type Row = readonly [DayPart, key: string, label: string, value?: Value];

const isOpen = ({ status }: Facts["own"][number]) => status !== "resolved";
const touch = ({ own }: Facts) => own.flatMap(({ hoursToTouch }) => hoursToTouch ?? []);
const close = ({ own }: Facts) => own.flatMap(({ hoursToClose }) => hoursToClose ?? []);
const incidents = (key: string, label: string, matches: (incident: Facts["own"][number]) => boolean): Row => {
  return ["incidents", key, label, ({ own }) => own.filter(matches).length];
};
const closed = (key: string, label: string): Row =>
  incidents(`closed.${key}`, `closed: ${label}`, (incident) => !isOpen(incident) && incident.classification === key);
const rules = (key: string, label: string, matches: (rule: Facts["rules"][number]) => boolean): Row => {
  return ["ruleAlerts", key, label, (facts) => facts.rules.filter(matches).length];
};

const table: Readonly<Record<Exclude<Section, "access">, readonly Row[]>> = {
  acts: [
    ["people", "count", "Sign-ins of people, also to the MSSP's applications"],
    ["applications", "count", "Sign-ins of applications"],
    ["directory", "count", "Changes in the directory, by its audit log"],
    ["runs", "create", "Objects created by the automation"],
    ["runs", "update", "Objects changed by the automation"],
    ["runs", "delete", "Objects removed by the automation"],
  ],
  watched: [
    ["devices", "known", "Devices of the last 30 days, at the end", "last"],
    ["devices", "reported", "Devices that reported on the last day", "last"],
    ["devices", "fewest", "Devices that reported on the day of the fewest", "least"],
    ["alerts", "count", "Alerts in Defender"],
    ["delivery", "hunted", "Alerts in hunting, on counted days"],
    ["delivery", "delivered", "Alerts delivered to the SIEM"],
    ["delivery", "longestGap", "Longest gap in the delivery, in days", ({ longestGap }) => longestGap],
  ],
  happened: [
    incidents("created", "Incidents that began in the month", () => true),
    ...["high", "medium", "low", "informational", "unknown"].map((severity) =>
      incidents(severity, `of severity ${severity}`, (incident) => incident.severity === severity),
    ),
    closed("truePositive", "true positive"),
    closed("falsePositive", "false positive"),
    closed("informationalExpectedActivity", "expected activity"),
    closed("unknown", "not classified"),
    incidents("open", "still open", isOpen),
    ["incidents", "openBefore", "Earlier ones that changed, still open", ({ older }) => older.length],
    ["incidents", "touchMedian", "Hours to the first touch, median", (facts) => median(touch(facts))],
    ["incidents", "touchNineOfTen", "Hours to the first touch, 9 of 10", (facts) => nineOfTen(touch(facts))],
    ["incidents", "closeMedian", "Hours to the close, median", (facts) => median(close(facts))],
    ["incidents", "closeNineOfTen", "Hours to the close, 9 of 10", (facts) => nineOfTen(close(facts))],
  ],
  rules: [
    rules("on", "Rules that were on at the end", ({ isOn }) => isOn),
    rules("silent", "Rules that were on, without an alert", ({ isOn, alerts }) => isOn && alerts === 0),
    rules("loud", "Rules with alerts", ({ alerts }) => alerts > 0),
    rules("acted", "Rules with alerts and automated actions", ({ acts, alerts }) => acts && alerts > 0),
  ],
};

export function monthFigures(sources: MonthSources) {
  const { month, days: all, today, onboardedOn = "", offboardedOn = "9999" } = sources;
  const expected = daysOfMonth(month).filter((day) => day < today && day >= onboardedOn && day < offboardedOn);
  const figuresOn = (day: string): Day => all.get(day) ?? noFigures;
  const read = expected.map(figuresOn).filter((day) => typeof day !== "string");
  const withPart = (part: DayPart) => read.filter(({ numbers }) => numbers[part] !== undefined);
  const undelivered = dayRuns(expected, (day) => (isDelivered(figuresOn(day)) ? undefined : ""));
  const longestGap = Math.max(0, ...undelivered.map(({ days }) => days));
  const facts = { ...mergedIncidents(sources), rules: summedRules(withPart("ruleAlerts")), longestGap };
  const figure = (section: Section, [part, key, label, how]: Row) => {
    const days = withPart(part);
    const values = days.map(({ numbers }) => numbers[part]?.[key === "fewest" ? "reported" : key] ?? 0);
    const sum = values.reduce((total, value) => total + value, 0);
    const other = how === "least" ? Math.min(...values) : how === "last" ? values.at(-1) : how?.(facts);
    const value = days.length === 0 ? undefined : how === undefined ? sum : other;
    const isIncomplete = days.some(({ reasons }) => reasons[part] !== undefined);
    const isOfAll = how === "last" || key === "longestGap" || days.length === expected.length;
    // Null: not read, or nothing to measure. Incomplete: a log that was read lacks something.
    return { section, name: `${part}.${key}`, label, value: value ?? null, days: days.length, isOfAll, isIncomplete };
  };
  const objects = [...all.values()].map((day) => (typeof day === "string" ? {} : (day.numbers.objects ?? {})));
  const kinds = [...new Set(objects.flatMap((counts) => Object.keys(counts) as ObjectKind[]))];
  const access = kinds.map((kind): Row => ["objects", kind, kindWords[kind].name, "last"]);
  const sections = Object.entries({ access, ...table }) as [Section, readonly Row[]][];
  const parts = Object.keys(dayParts) as DayPart[];
  return {
    month,
    /** Those that have ended, between onboarding and off-boarding. */
    days: expected.length,
    daysRead: read.length,
    /** By their keys. */
    rules: facts.rules,
    figures: sections.flatMap(([section, rows]) => rows.map((row) => figure(section, row))),
    gaps: [
      ...dayRuns(expected, (day) => [figuresOn(day)].find((read) => typeof read === "string"), "All figures"),
      ...parts.flatMap((part) => dayRuns(expected, (day) => gapReason(figuresOn(day), part), dayParts[part])),
    ],
  };
}

function isDelivered(day: Day): boolean {
  const { hunted, delivered } = (typeof day !== "string" && day.numbers.delivery) || {};
  return Number(delivered) >= Number(hunted);
}

function gapReason(day: Day, part: DayPart): string | undefined {
  if (typeof day === "string" || day.reasons[part] === undefined) return undefined;
  return `${day.numbers[part] === undefined ? "" : "incomplete: "}${day.reasons[part]}`;
}

/** An incident counts as its latest day has it. A merged one is part of another one. */
function mergedIncidents({ month, days }: MonthSources): Pick<Facts, "own" | "older"> {
  const latest = new Map<string, DayFigures["incidents"][number]>();
  for (const [day, figures] of [...days].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (typeof figures === "string" || day.slice(0, 7) > month) continue;
    for (const incident of figures.incidents) latest.set(incident.id, incident);
  }
  const all = [...latest.values()].filter(({ status }) => status !== "redirected");
  const own = all.filter(({ createdOn }) => createdOn.startsWith(month));
  return { own, older: all.filter(({ createdOn, status }) => createdOn < month && status !== "resolved") };
}

function summedRules(days: readonly DayFigures[]) {
  const keys = new Set(days.flatMap(({ numbers }) => Object.keys(numbers.ruleAlerts ?? {})));
  return [...keys].map((key) => {
    const total = (part: DayPart) => days.reduce((sum, { numbers }) => sum + (numbers[part]?.[key] ?? 0), 0);
    const isOn = days.at(-1)?.numbers.rulesOn?.[key] === 1;
    return { key, alerts: total("ruleAlerts"), daysOn: total("rulesOn"), acts: total("rulesActing") > 0, isOn };
  });
}

/** Days in a row with the same reason. */
function dayRuns(days: readonly string[], reason: (day: string) => string | undefined, what = "") {
  const runs: { what: string; from: string; until: string; days: number; reason: string }[] = [];
  for (const [index, day] of days.entries()) {
    const [found, last] = [reason(day), runs.at(-1)];
    if (found === undefined) continue;
    if (last?.reason === found && last.until === days[index - 1])
      Object.assign(last, { until: day, days: last.days + 1 });
    else runs.push({ what, from: day, until: day, days: 1, reason: found });
  }
  return runs;
}
