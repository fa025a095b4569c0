/** Reads the figures of one day. It changes nothing; what can't be read is a part with its reason. */
import { describedProblem } from "@defender-mssp/tenant";
import { applicationTokens, graphList, incidentsPath, runHuntingQuery } from "@defender-mssp/microsoft";
import type { GraphCall, SecurityAlert, SecurityIncident } from "@defender-mssp/microsoft";
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { dayMs, hourMs } from "@defender-mssp/errors/time";
import { countDeliveries, type CountDeliveriesOptions } from "@defender-mssp/siem/deliveryCount/countDeliveries";
import { customerCheckpoint } from "@defender-mssp/siem/pull/customerCheckpoint";
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import { monthPermissions } from "../../../../domain/prerequisites";
import { readStackSettings } from "../../../../settings/fromFile";
import { readProject } from "../../../../settings/project";
import type { SourceName } from "../../../access/evidence/calls";
import { collectEvidence, type Evidence } from "../../../access/evidence/evidence";
import { logReading } from "../../../access/evidence/logReading";
import { objectsOf } from "../../../access/objects/objects";
import { reportState } from "../../../access/state/readState";
import { exists } from "../../../base/exists";
import type { Place } from "../../../base/place";
import { dayIn, shifted, spanOfDay, type DaySpan } from "../../../base/spanOfDay";
import { composedCustomers } from "../../../detections/composedCustomers";
import { alertsSince, customerHealth } from "../../../detections/health/detectionHealth";
import { hoursUntil, touchedAt } from "../../../detections/health/touchedAt";
import { readDeployment } from "../../../stack/deployment";
import { signInToTenant } from "../../../tenant/signInToTenant";
import type { DayFigures, DayPart } from "./dayFigures";

export interface DayRun extends Place {
  readonly stack: string;
  /** Default: yesterday. */
  readonly day: string | undefined;
  /** Folder of the collector's checkpoints. */
  readonly checkpoints?: string | undefined;
  readonly now: Date;
}

/** How a rule is called in the figures. */
export function ruleKey(rule: string): string {
  return sha256(rule).slice(0, 16);
}

/** @throws VisibleError for settings or a state that can't be read */
export async function readDay(run: DayRun): Promise<DayFigures> {
  const { stack, now, environment } = run;
  const settings = await readStackSettings(stack, run);
  const { reportTimeZone: timeZone = "UTC" } = settings;
  const day = run.day ?? shifted(dayIn(now, timeZone), -1);
  const span = spanOfDay(day, timeZone);
  // Nothing is in the logs of a day before, which is not 0.
  if (span.until > now || span.from.getTime() < now.getTime() - 30 * dayMs)
    throw new VisibleError(`--day ${day}: figures are read of a day that is over, and at most 30 days ago.`);
  const noParts = { numbers: {}, reasons: {}, incidents: [] };
  const figures: DayFigures = { msspDay: 1, day, timeZone, writtenAt: now.toISOString(), ...noParts };
  const { numbers, reasons } = figures;
  /** Notes why parts could not be read. `permission`: what a refusal means. */
  const read = async (parts: readonly DayPart[], permission: string, parted: () => Promise<unknown>): Promise<void> => {
    try {
      await parted();
    } catch (error) {
      for (const part of parts) reasons[part] ??= describedProblem(error, permission);
    }
  };
  const deployment = await readDeployment(stack, run);
  const { objects } = objectsOf(reportState(deployment).resources, settings);
  numbers.objects = counts(objects.map(({ kind }) => [kind, 1]));
  await read(["runs", "people", "applications", "directory"], "AuditLog.Read.All", async () =>
    setLogs(figures, await collectEvidence({ ...run, period: span, deployment })),
  );
  await read(["devices", "alerts", "delivery", "incidents", "ruleAlerts"], "the customer's consent", async () => {
    const { call, endpoints } = await signInToTenant(settings, environment);
    const access = { tenantId: settings.tenantId, audience: endpoints.graphEndpoint, endpoints };
    const tenant = { ...access, tokens: applicationTokens(() => environment, access) };
    await Promise.all([
      read(["devices"], monthPermissions.devices, async () => {
        const known = await devicesIn({ ...span, from: new Date(span.until.getTime() - 30 * dayMs) }, tenant);
        numbers.devices = { known, reported: await devicesIn(span, tenant) };
      }),
      read(["delivery"], monthPermissions.delivery, async () => {
        const delivery = await deliveriesIn(span, tenant, run);
        if (typeof delivery === "string") reasons.delivery = delivery;
        else numbers.delivery = delivery;
      }),
      read(["incidents"], monthPermissions.incidents, async () => {
        figures.incidents = await incidentsSince(call, span, timeZone);
        numbers.incidents = { count: figures.incidents.length };
      }),
      read(["alerts", "ruleAlerts"], monthPermissions.alerts, async () => {
        const isIn = ({ createdDateTime }: SecurityAlert) => Date.parse(createdDateTime ?? "") < span.until.getTime();
        const alerts = (await alertsSince(call, span.from)).filter(isIn);
        numbers.alerts = { count: alerts.length };
        await read(["ruleAlerts"], monthPermissions.ruleAlerts, async () =>
          Object.assign(numbers, await rulesIn(span, alerts, run)),
        );
      }),
    ]);
  });
  return figures;
}

function setLogs({ numbers, reasons }: DayFigures, evidence: Evidence): void {
  const { history, retention } = evidence;
  // What rules did is in no log; the figures of rules have their alerts.
  const unseen = evidence.unseen.filter((who) => !who.startsWith("detection rules"));
  const late = retention.outside === undefined ? [] : [`the tenant keeps its logs for ${retention.days ?? 30} days`];
  const set = (part: DayPart, ...names: readonly SourceName[]): void => {
    const { entries = 0, reason } = logReading(evidence, names);
    const why = [reason, ...unseen.map((who) => `not looked for: ${who}`), ...late].filter((text) => text !== "");
    if (why.length > 0) reasons[part] = why.join("; ");
    // "At least 0" says nothing.
    if (why.length === 0 || entries > 0) numbers[part] = { count: entries };
  };
  set("people", "interactiveSignIns", "nonInteractiveSignIns");
  set("applications", "servicePrincipalSignIns");
  set("directory", "directoryAudits");
  numbers.runs = counts(history.flatMap(({ changes }) => Object.entries(changes)));
}

function counts(entries: readonly (readonly [string, number])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, number] of entries) sums[name] = (sums[name] ?? 0) + number;
  return sums;
}

type Tenant = Pick<CountDeliveriesOptions, "tenantId" | "endpoints" | "tokens">;

async function devicesIn({ from, until }: DaySpan, { endpoints, tokens }: Tenant): Promise<number> {
  const query = 'DeviceInfo | where OnboardingStatus == "Onboarded" | distinct DeviceId | count';
  const timespan = `${from.toISOString()}/${until.toISOString()}`;
  const { rows } = await tokens.use((token) => runHuntingQuery({ endpoints, token, query, timespan }));
  return Number(rows[0]?.["Count"]);
}

/** Those of the destination with the fewest; or why they are not known. */
async function deliveriesIn({ from, until }: DaySpan, tenant: Tenant, { checkpoints, stack }: DayRun) {
  if (checkpoints === undefined)
    return "not counted: the SIEM collector's record of deliveries was not given (--checkpoints)";
  const api = (await exists(customerCheckpoint(checkpoints, stack, "graph"))) ? "graph" : "legacySiem";
  const checkpoint = customerCheckpoint(checkpoints, stack, api);
  // The window of a count ends an hour before its moment.
  const window = { now: until.getTime() + hourMs, length: until.getTime() - from.getTime() };
  const result = await countDeliveries({ ...tenant, ...window, api, checkpoint, readsAlerts: false });
  const [worst] = result.state === "counted" ? [...result.coverages].sort((a, b) => a.both - b.both) : [];
  if (worst === undefined || Date.parse(worst.from) >= from.getTime() + hourMs)
    return "the collector's checkpoint does not have the deliveries of the whole day";
  return { hunted: worst.hunted, delivered: worst.both };
}

/** Also those that changed after the day: that day may be of the next month. */
async function incidentsSince(call: GraphCall, { from, until }: DaySpan, timeZone: string) {
  const filter = encodeURIComponent(`lastUpdateDateTime ge ${from.toISOString()}`);
  const all = await graphList<SecurityIncident>(call, `${incidentsPath}?$filter=${filter}&$top=50`);
  const incidents = all.filter(({ createdDateTime }) => Date.parse(createdDateTime) < until.getTime());
  return incidents.map((incident) => {
    const { id, createdDateTime, severity, classification, status, lastUpdateDateTime } = incident;
    const [hoursToTouch] = hoursUntil(incident, touchedAt(incident));
    const [hoursToClose] = hoursUntil(incident, status === "resolved" ? lastUpdateDateTime : null);
    const about = { id, createdOn: dayIn(createdDateTime, timeZone), classification: classification ?? "unknown" };
    return withoutUndefined({ ...about, severity, status, hoursToTouch, hoursToClose });
  });
}

async function rulesIn({ from, until }: DaySpan, alerts: readonly SecurityAlert[], run: DayRun) {
  const parts: Record<string, Record<string, number>> = { ruleAlerts: {}, rulesOn: {}, rulesActing: {} };
  const { composed } = await composedCustomers(await readProject(run.folder), { stacks: [run.stack], now: run.now });
  for (const customer of composed) {
    const span = { now: until, since: (until.getTime() - from.getTime()) / dayMs, noisy: Infinity };
    const { rules } = await customerHealth(customer, { ...run, ...span, stacks: [run.stack] }, alerts);
    for (const [index, { rule, alerts: ruleAlerts, off }] of rules.entries()) {
      const { automatedActions = {} } = customer.deployed[index]?.properties.detectionAction ?? {};
      const acts = Object.values(automatedActions).some((actions) => actions.length > 0);
      for (const [part, value] of Object.entries({ ruleAlerts, rulesOn: off === undefined, rulesActing: acts }))
        Object.assign(parts[part] ?? {}, { [ruleKey(rule)]: Number(value) });
    }
  }
  return parts;
}
