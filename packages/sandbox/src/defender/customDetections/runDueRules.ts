/** Runs the custom detection rules of a tenant that are due, on the events that were put into it. */
import { dayMs, minuteMs } from "@defender-mssp/errors/time";
import type { Cloud, StoredObject, Tenant } from "../../cloud/model";
import { truthOf } from "../../cloud/replicas";
import { innerOf, jsonText } from "../../graph/json";
import { minutesIn } from "../detectionRules/checkDetectionRule";
import { detectionRuleCollection } from "../detectionRules/detectionRuleRoutes";
import { withTicks } from "../securityApi";
import { eventsByTable, storeCustomAlert } from "./customAlerts";
import { errorsForPeople } from "./callInThread";
import { kqlInstallation, queryResult } from "./queryResult";
import { ruleAlerts } from "./ruleAlerts";
import { rowText, type ResultRow } from "./entityEvidence";

export interface RuleRun {
  readonly ruleId: string;
  /** New alerts. */
  readonly alerts: number;
  /** Why the query didn't run. */
  readonly problem?: string;
}

/** The last run of each tenant: the next one begins after it, so that no rule runs twice at a time. */
const lastRuns = new WeakMap<Tenant, Promise<unknown>>();

/**
 * Runs what is due. A rule is due at its first run, after its frequency, and always if it is
 * continuous. Results outside of the window of the frequency are left out; the first run looks back
 * 30 days.
 */
export async function runDueRules(cloud: Cloud, seen: Tenant): Promise<RuleRun[]> {
  const tenant = truthOf(seen);
  const before = lastRuns.get(tenant) ?? Promise.resolve();
  const runs = before.then(() => runInTurn(cloud, tenant));
  lastRuns.set(
    tenant,
    runs.catch(() => undefined),
  );
  return runs;
}

async function runInTurn(cloud: Cloud, tenant: Tenant): Promise<RuleRun[]> {
  const events = eventsByTable(tenant);
  if (Object.keys(events).length === 0) return [];
  const now = cloud.now();
  const due = [...tenant.objects(detectionRuleCollection).values()].filter((rule) => isDue(rule, now));
  const runs: RuleRun[] = [];
  for (const rule of due) runs.push(await runRule(tenant, rule, events, now));
  if (runs.length > 0) cloud.changed();
  return runs;
}

function isDue(rule: StoredObject, now: Date): boolean {
  if (rule["status"] !== "enabled") return false;
  const last = lastRun(rule);
  return last === undefined || now.getTime() >= last.getTime() + frequencyMinutes(rule) * minuteMs;
}

function lastRun(rule: StoredObject): Date | undefined {
  const text = jsonText(innerOf(rule["lastRunDetails"], "lastRunDateTime"));
  return text === "" ? undefined : new Date(text);
}

function frequencyMinutes(rule: StoredObject): number {
  return minutesIn(jsonText(innerOf(rule["schedule"], "frequency"))) ?? 60;
}

async function runRule(
  tenant: Tenant,
  rule: StoredObject,
  events: ReturnType<typeof eventsByTable>,
  now: Date,
): Promise<RuleRun> {
  const since = new Date(now.getTime() - windowMilliseconds(rule));
  try {
    const result = await queryResult(jsonText(innerOf(rule["queryCondition"], "queryText")), events, { now });
    if (result === undefined) return { ruleId: rule.id, alerts: 0, problem: kqlInstallation };
    const recent = result.rows.filter((row) => isWithin(row, since));
    const alerts = ruleAlerts(tenant, rule, recent, now).filter((alert) => storeCustomAlert(tenant, alert));
    rule["lastRunDetails"] = {
      lastRunDateTime: withTicks(now),
      status: "completed",
      failureReason: null,
      errorCode: null,
    };
    return { ruleId: rule.id, alerts: alerts.length };
  } catch (error) {
    if (!isForPeople(error)) throw error;
    rule["lastRunDetails"] = {
      lastRunDateTime: withTicks(now),
      status: "failed",
      failureReason: error.message,
      errorCode: "queryExecutionFailed",
    };
    return { ruleId: rule.id, alerts: 0, problem: error.message };
  }
}

function isForPeople(error: unknown): error is Error {
  return error instanceof Error && errorsForPeople.includes(error.name);
}

/** 4 times the frequency below a day, else 30 days; the first run has 30 days. */
function windowMilliseconds(rule: StoredObject): number {
  const minutes = frequencyMinutes(rule);
  return lastRun(rule) === undefined || minutes === 0 || minutes >= 24 * 60 ? 30 * dayMs : 4 * minutes * minuteMs;
}

function isWithin(row: ResultRow, since: Date): boolean {
  const time = Date.parse(rowText(row, "Timestamp") || rowText(row, "TimeGenerated"));
  return Number.isNaN(time) || time >= since.getTime();
}
