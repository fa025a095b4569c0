/** Puts a customer's month together: its days' figures, and what the state says of access. */
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { csvText } from "@defender-mssp/terminal/csv";
import { readStackSettingsOffline } from "../../../../settings/fromFile";
import { readProject } from "../../../../settings/project";
import { consentedApplications } from "../../../access/permissions/consentedApplications";
import { knownApplications } from "../../../access/permissions/knownApplications";
import type { Place } from "../../../base/place";
import { dayIn, daysOfMonth, monthBefore, monthName } from "../../../base/spanOfDay";
import { composedCustomers } from "../../../detections/composedCustomers";
import { readHistory } from "../../../stack/history";
import { NothingDeployed } from "../../../stack/stackOutputs";
import { readReport } from "../run";
import { dayFile, readDayFile } from "./dayFigures";
import { monthFigures, type MonthFigure } from "./monthFigures";
import { ruleKey } from "./readDay";

export type ReadMonth = Awaited<ReturnType<typeof readMonth>>;
/** What `--json` prints of a month: numbers, and names of rules. */
export type Month = ReadMonth["month"];

/** A customer that was not there in the month. */
export class NotInMonth extends VisibleError {}

/** @throws VisibleError where settings or history can't be read; NotInMonth */
export async function readMonth(stack: string, name: string, run: Place & { figures: string; now: Date }) {
  const settings = await readStackSettingsOffline(stack, run.folder);
  const { reportTimeZone: timeZone = "UTC", customerName, tenantId, offboarded } = settings;
  const first = (await readHistory(stack, run)).at(-1);
  const life = { onboardedOn: first && dayIn(first.startedOn, timeZone), offboardedOn: offboarded?.on };
  const days = [monthBefore(name), name].flatMap(daysOfMonth).map(async (day) => {
    return [day, await readDayFile(dayFile(run.figures, stack, day), timeZone)] as const;
  });
  const sources = { days: new Map(await Promise.all(days)), today: dayIn(run.now, timeZone), ...life };
  const current = monthFigures({ ...sources, month: name });
  const former = monthFigures({ ...sources, month: monthBefore(name) });
  if (current.days === 0 || (first === undefined && current.daysRead === 0)) {
    const left = offboarded === undefined ? "" : `, off-boarded ${offboarded.on}`;
    const span = `onboarded ${life.onboardedOn ?? "never"}${left}`;
    throw new NotInMonth(`${stack} has no day in ${monthName(name)} that is over: ${span}.`);
  }
  // After an off-boarding nothing is deployed.
  const state = await readReport(stack, run).catch((error: unknown) => {
    if (error instanceof NothingDeployed) return undefined;
    throw error;
  });
  const isNamed = knownApplications(settings, {}).automation !== undefined;
  const applications = isNamed ? consentedApplications(stack, settings, {}, run.now) : [];
  const report = state && { ...state, applications };
  const { composed } = await composedCustomers(await readProject(run.folder), { stacks: [stack], now: run.now });
  const names = composed.flatMap(({ deployed }) => deployed.map(({ rule }) => rule.name));
  const month = {
    msspMonth: 1,
    stack,
    customerName,
    tenantId,
    timeZone,
    writtenAt: run.now.toISOString(),
    ...withoutUndefined<Partial<Record<keyof typeof life, string>>>(life),
    ...current,
    /** Null before: not read, or the customer was not there. */
    figures: current.figures.map((figure) => {
      return { ...figure, before: former.figures.find((other) => other.name === figure.name)?.value ?? null };
    }),
    rules: current.rules.map(({ key, ...row }) => {
      return { rule: names.find((rule) => ruleKey(rule) === key) ?? "no longer in the repository", ...row };
    }),
  };
  return { month, settings, report };
}

/** False: no day has the figure, which is not 0. */
export function isRead({ value, days }: MonthFigure): boolean {
  return value !== null || days > 0;
}

/** @param all days of the month. */
export function figureText(figure: MonthFigure, all: number): string {
  const { value, days, isOfAll, isIncomplete } = figure;
  if (value === null) return isRead(figure) ? "–" : "not read";
  const where = isOfAll ? "" : ` (on ${days} of ${all} days)`;
  return `${isIncomplete ? "at least " : ""}${value.toLocaleString("en")}${where}`;
}

export function monthCsv(months: readonly Month[]): string {
  return csvText([
    ["stack", "customer", "tenant", "month", "figure", "label", "value", "month before", "days", "of days", "at least"],
    ...months.flatMap(({ stack, customerName, tenantId, month, figures, days: all }) =>
      figures.map(({ name, label, value, before, days, isIncomplete }) => [
        ...[stack, customerName, tenantId, month, name, label],
        ...[value ?? (days === 0 ? "not read" : ""), before ?? "", days, all, isIncomplete ? "yes" : ""],
      ]),
    ),
  ]);
}
