/** How each rule does at each customer: by the alerts of a span of time, the rules in the tenant, and the settings. */
import { describedProblem } from "@defender-mssp/tenant";
import { withoutUndefined } from "@defender-mssp/errors";
import { recordOf, textsOf } from "@defender-mssp/errors/json";
import { dayMs } from "@defender-mssp/errors/time";
import {
  graphList,
  listDetectionRules,
  readOffNote,
  securityAlertsPath,
  turnedOffReason,
  type DetectionRuleObject,
  type GraphCall,
  type SecurityAlert,
} from "@defender-mssp/microsoft";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { usualAlertsPerDay, type DetectionSettings } from "../../../settings/detections";
import type { Project } from "../../../settings/project";
import { signInToTenant } from "../../tenant/signInToTenant";
import { composedCustomers, type ComposedCustomers } from "../composedCustomers";
import { byMoment, hoursUntil, median, touchedAt } from "./touchedAt";

export interface RuleHealth {
  readonly rule: string;
  /** How the alerts name the rule; absent without alerts. */
  readonly by?: "id" | "title";
  readonly alerts: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  /** Classified as an expected activity. */
  readonly benign: number;
  readonly open: number;
  /** Median until the first comment, else until the last change: the service has no time of a first touch. */
  readonly hoursToTouch?: number;
  readonly hoursToClose?: number;
  /** UTC, ISO 8601. */
  readonly lastAlertAt?: string;
  /** By whom the rule is off. */
  readonly off?: string;
  /** Last days of the exceptions that end within 30 days. */
  readonly exceptionsEnd: readonly string[];
  readonly needs: readonly ("noisy" | "silent" | "onlyFalsePositives")[];
  /** A device with at least half of the false positives. */
  readonly device?: string;
}

export interface CustomerHealth {
  readonly stack: string;
  readonly rules: readonly RuleHealth[];
  /** Why nothing could be read. */
  readonly problem?: string;
}

export interface HealthOptions {
  readonly stacks: readonly string[] | undefined;
  readonly now: Date;
  readonly environment: NodeJS.ProcessEnv;
  /** Days of the span. A rule that is older and has no alert in it is silent. */
  readonly since: number;
  /** Alerts a day above which a rule is noisy. Default: the customer's. */
  readonly noisy?: number | undefined;
}

export async function detectionHealth(project: Project, options: HealthOptions): Promise<CustomerHealth[]> {
  const { composed, faulty } = await composedCustomers(project, options);
  const read = await atOnce(25, composed, (customer) =>
    customerHealth(customer, options).catch((error: unknown) => {
      const problem = describedProblem(error, "CustomDetection.Read.All, SecurityAlert.Read.All");
      return { stack: customer.customer.stack, rules: [], problem };
    }),
  );
  return [...read, ...faulty.map(({ stack, message }) => ({ stack, rules: [], problem: message }))];
}

/** Alerts a day above which a customer's rule is noisy. */
export function noisyAbove(detections: DetectionSettings | undefined): number {
  return detections?.alertsPerDay ?? usualAlertsPerDay;
}

/** The alerts of `alerts_v2` that were created since a moment. @throws ServiceError */
export function alertsSince(call: GraphCall, moment: Date): Promise<SecurityAlert[]> {
  const query = `$filter=${encodeURIComponent(`createdDateTime ge ${moment.toISOString()}`)}&$top=1000`;
  return graphList<SecurityAlert>(call, `${securityAlertsPath}?${query}`);
}

/** @param given the alerts of the span, where the caller has read them */
export async function customerHealth(
  { customer: { stack, settings }, deployed, endsSoon }: ComposedCustomers["composed"][number],
  options: HealthOptions,
  given?: readonly SecurityAlert[],
): Promise<CustomerHealth> {
  const { call } = await signInToTenant(settings, options.environment);
  const { noisy = noisyAbove(settings.detections) } = options;
  const [live, alerts] = await Promise.all([
    listDetectionRules(call, settings.detections.apiVersion),
    given ?? alertsSince(call, new Date(options.now.getTime() - options.since * dayMs)),
  ]);
  const rules = deployed.map(({ rule: { name }, properties: { id, detectionAction } }) => {
    const exceptionsEnd = endsSoon.flatMap((end) =>
      end.kind === "exception" && end.exception.rule === name ? end.exception.until : [],
    );
    const rule = { name, id, title: detectionAction.alertTemplate.title, live: live.find((each) => each.id === id) };
    return { ...ruleHealth(rule, alerts, { ...options, noisy }), exceptionsEnd };
  });
  return { stack, rules };
}

/** Classified alerts from which on false positives alone need somebody. */
const fewest = 3;

interface RuleInTenant {
  readonly name: string;
  readonly id: string;
  /** Of its alerts. */
  readonly title: string;
  /** Undefined for a rule that the tenant does not have. */
  readonly live: DetectionRuleObject | undefined;
}

/** @param all the tenant's alerts of the span */
export function ruleHealth(
  { name, id, title, live }: RuleInTenant,
  all: readonly SecurityAlert[],
  { since, noisy, now }: Pick<HealthOptions, "since" | "now"> & { readonly noisy: number },
): Omit<RuleHealth, "exceptionsEnd"> {
  // No document says what the detectorId of such an alert is.
  const byId = all.filter(({ detectorId }) => detectorId && [id, live?.["detectorId"]].includes(detectorId));
  const form = titleForm(title);
  const byTitle = all.filter((alert) => alert.detectionSource === "customDetection" && form.test(alert.title ?? ""));
  const alerts = byId.length > 0 ? byId : byTitle;
  const count = (as: string) => alerts.filter(({ classification }) => classification === as).length;
  const [truePositives, falsePositives] = [count("truePositive"), count("falsePositive")];
  const benign = count("informationalExpectedActivity");
  const age = (now.getTime() - Date.parse(live?.createdDateTime ?? "")) / dayMs;
  const isOlder = age > since;
  // A rule of yesterday has had one day, not the whole span.
  const days = isOlder || Number.isNaN(age) ? since : Math.max(1, age);
  const off = live === undefined ? "not in the tenant" : offText(live);
  const needs: RuleHealth["needs"] = [
    ...(alerts.length > noisy * days || hasLoudDay(alerts, noisy) ? (["noisy"] as const) : []),
    ...(off === undefined && isOlder && alerts.length === 0 ? (["silent"] as const) : []),
    ...(falsePositives >= fewest && truePositives + benign === 0 ? (["onlyFalsePositives"] as const) : []),
  ];
  return withoutUndefined({
    rule: name,
    by: alerts.length === 0 ? undefined : byId.length > 0 ? ("id" as const) : ("title" as const),
    alerts: alerts.length,
    truePositives,
    falsePositives,
    benign,
    open: alerts.filter(({ status }) => status !== "resolved").length,
    hoursToTouch: median(alerts.flatMap((alert) => hoursUntil(alert, touchedAt(alert)))),
    hoursToClose: median(alerts.flatMap((alert) => hoursUntil(alert, alert.resolvedDateTime))),
    lastAlertAt: alerts
      .flatMap(({ createdDateTime }) => createdDateTime ?? [])
      .sort(byMoment)
      .at(-1),
    off,
    needs,
    device: mainDevice(alerts),
  });
}

/** Whether more alerts than the limit were created within 24 hours. */
function hasLoudDay(alerts: readonly SecurityAlert[], limit: number): boolean {
  const times = alerts.map(({ createdDateTime }) => Date.parse(createdDateTime ?? "")).sort((a, b) => a - b);
  return times.some((time, index) => (times[index + Math.floor(limit)] ?? NaN) - time < dayMs);
}

/** Columns in a title stand for any text. */
function titleForm(title: string): RegExp {
  const parts = title.split(/\{\{[^}]*\}\}/).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}

function offText(live: DetectionRuleObject): string | undefined {
  const [note, reason] = [readOffNote(live), turnedOffReason(live)];
  if (note !== undefined) return `until ${note.until}, by ${note.by}`;
  if (reason !== undefined) return `by Defender: ${reason}`;
  return live.status === "disabled" ? `by ${live.lastModifiedBy ?? "somebody"}` : undefined;
}

function mainDevice(alerts: readonly SecurityAlert[]): string | undefined {
  const wrong = alerts.filter(({ classification }) => classification === "falsePositive");
  const names = wrong.map(({ evidence }) => evidence.map((piece) => recordOf(piece)["deviceDnsName"]).find(Boolean));
  const main = names.find((name) => names.filter((other) => other === name).length * 2 >= wrong.length);
  return textsOf([main])[0];
}
