/**
 * Incidents of a tenant: each groups consecutive detections. Like them, they are computed and not
 * stored; only what clients change is. Some are merged into the one before them.
 */
import { createHash } from "node:crypto";
import { hourMs } from "@defender-mssp/errors/time";
import { clouds, type SecurityAlert, type SecurityIncident } from "@defender-mssp/microsoft";
import type { StoredObject, Tenant } from "../cloud/model";
import { jsonText } from "../graph/json";
import { withChanges } from "./changes";
import { isListed } from "./alertOrigins";
import {
  createdAt,
  customAlerts,
  firstCustomIncident,
  customIncident,
  customIncidentAlert,
} from "./customDetections/customAlerts";
import { DetectionMaker, detectionRetention, detectionsPerIncident, mergeDelay } from "./detections";
import { alertOfDetection } from "./securityAlerts";
import { withTicks, type TimeBounds } from "./securityApi";

/** The longest time between the creation of an incident and its last change by the service. */
const longestLife = 4 * hourMs + mergeDelay;

/** What can be told of an incident without its alerts. */
export interface IncidentSketch {
  readonly number: number;
  readonly created: Date;
  readonly updated: Date;
  readonly status: Exclude<SecurityIncident["status"], "unknownFutureValue">;
  readonly redirect?: number;
}

export interface SketchBounds {
  /** By `createdDateTime`. */
  readonly created: TimeBounds;
  /** By `lastUpdateDateTime`. */
  readonly updated: TimeBounds;
}

export class Incidents {
  readonly #detections: DetectionMaker;

  constructor(
    private readonly tenant: Tenant,
    private readonly every: number,
    private readonly now: Date,
  ) {
    this.#detections = new DetectionMaker(tenant, every, now);
  }

  /** The incidents within the bounds with a lower number than `below`, the newest first. */
  *within(bounds: SketchBounds, below = Infinity): Generator<IncidentSketch, void> {
    yield* this.#customWithin(bounds, below);
    const { created, updated } = bounds;
    const span = this.every * detectionsPerIncident;
    const oldest = Math.max(
      this.now.getTime() - detectionRetention,
      created.since.getTime(),
      updated.since.getTime() - longestLife - 3 * span,
    );
    const newest = Math.min(this.now.getTime(), created.until.getTime(), updated.until.getTime());
    const [first, last] = [Math.floor(oldest / span) - 1, Math.min(Math.floor(newest / span) + 1, below - 1)];
    for (const number of this.#numbers(first, last)) {
      const sketch = this.sketch(number);
      if (sketch !== undefined && isWithin(sketch.created, created) && isWithin(sketch.updated, updated)) yield sketch;
    }
  }

  /** Those of custom detections, whose numbers are above all others. */
  *#customWithin({ created, updated }: SketchBounds, below: number): Generator<IncidentSketch, void> {
    for (const alert of customAlerts(this.tenant)) {
      const sketch = this.sketch(Number(alert.incidentId));
      if (sketch === undefined || sketch.number >= below) continue;
      if (isWithin(sketch.created, created) && isWithin(sketch.updated, updated)) yield sketch;
    }
  }

  #customSketch(number: number): IncidentSketch | undefined {
    const alert = customIncidentAlert(this.tenant, number);
    if (alert === undefined || createdAt(alert) > this.now) return undefined;
    const { status, lastUpdateDateTime } = customIncident(this.tenant, alert);
    const updated = new Date(lastUpdateDateTime);
    return { number, created: createdAt(alert), updated, status: status as IncidentSketch["status"] };
  }

  /** From `last` down to `first`, and then the older ones that clients have changed. */
  *#numbers(first: number, last: number): Generator<number, void> {
    for (let number = last; number >= first; number--) yield number;
    const changed = [...this.tenant.objects("incidents").keys()].map(Number);
    yield* changed.filter((number) => number < first && number <= last).sort((a, b) => b - a);
  }

  byId(id: string): IncidentSketch | undefined {
    return /^\d{1,15}$/.test(id) ? this.sketch(Number(id)) : undefined;
  }

  /** Undefined: not there yet, or no longer. */
  sketch(number: number): IncidentSketch | undefined {
    if (number >= firstCustomIncident) return this.#customSketch(number);
    const created = this.#detections.processed(number * detectionsPerIncident);
    if (created >= this.now || created.getTime() < this.now.getTime() - detectionRetention) return undefined;
    // None of its detections became an alert that an incident holds.
    if (this.#detections.isMixed && this.#shown(this.#intervals(number)).length === 0) return undefined;
    const changed = this.tenant.objects("incidents").get(String(number));
    const merged = this.#detections.mergedAt(number);
    const own = { number, created };
    const base =
      merged === undefined
        ? { ...own, ...this.#progress(number, created) }
        : { ...own, updated: merged, status: "redirected" as const, redirect: number - 1 };
    return changed === undefined ? base : afterChange(base, changed);
  }

  /** The alerts of an incident; none where it was merged into another one. */
  alerts({ number, redirect }: IncidentSketch): SecurityAlert[] {
    if (redirect !== undefined) return [];
    const custom = customIncidentAlert(this.tenant, number);
    if (custom !== undefined) return [custom];
    return this.#shown(this.#intervals(number));
  }

  /** An incident as Graph shows it, without its alerts. */
  incident(sketch: IncidentSketch, alerts = this.alerts(sketch)): SecurityIncident {
    const { number, created, updated, status, redirect } = sketch;
    const custom = customIncidentAlert(this.tenant, number);
    if (custom !== undefined) return customIncident(this.tenant, custom);
    const id = String(number);
    const moved = redirect === undefined ? alerts : this.#detectionsOf(number);
    const isResolved = status === "resolved";
    const { domain } = this.#detections.make(number * detectionsPerIncident).device;
    const computed: SecurityIncident = {
      id,
      tenantId: this.tenant.id,
      status,
      incidentWebUrl: `${clouds.public.portal}/incidents/${id}?tid=${this.tenant.id}`,
      redirectIncidentId: redirect === undefined ? null : String(redirect),
      displayName: nameOf(moved),
      createdDateTime: withTicks(created),
      lastUpdateDateTime: withTicks(updated),
      assignedTo: status === "active" || redirect !== undefined ? null : `soc@${domain}`,
      classification: isResolved ? "truePositive" : "unknown",
      determination: isResolved ? "malware" : "unknown",
      severity: highest(moved),
      customTags: [],
      systemTags: [],
      description: null,
      lastModifiedBy: null,
      resolvingComment: null,
      summary: null,
      priorityScore: null,
      comments: [],
    };
    // The sketch knows of the changes, and which of both times is the later one.
    const { lastUpdateDateTime } = computed;
    return { ...withChanges(this.tenant, "incidents", computed), status, lastUpdateDateTime };
  }

  #detectionsOf(number: number): SecurityAlert[] {
    const first = number * detectionsPerIncident;
    return Array.from({ length: detectionsPerIncident }, (_, step) => first + step)
      .filter((interval) => this.#detections.processed(interval) < this.now)
      .flatMap((interval) => this.#shown([interval]));
  }

  /** The alerts of these intervals; alerts that are in no incident are left out. */
  #shown(intervals: readonly number[]): SecurityAlert[] {
    return intervals
      .map((interval) => this.#detections.make(interval))
      .filter((detection) => isListed(detection, this.now))
      .map((detection) => alertOfDetection(this.tenant, detection));
  }

  /** Of its own detections, and of those of the incident that was merged into it. */
  #intervals(number: number): number[] {
    const until = this.#detections.mergedAt(number + 1) === undefined ? number + 1 : number + 2;
    const [first, last] = [number * detectionsPerIncident, until * detectionsPerIncident];
    return Array.from({ length: last - first }, (_, step) => first + step).filter(
      (interval) => this.#detections.processed(interval) < this.now,
    );
  }

  /** A quarter is in progress after an hour, a quarter waits for somebody, a quarter is resolved. */
  #progress(number: number, created: Date): Pick<IncidentSketch, "updated" | "status"> {
    const random = createHash("sha256").update(`${this.tenant.id}/incidents/${number}`).digest().readUInt8(0);
    const last = this.#detections.processed(this.#intervals(number).at(-1) ?? number * detectionsPerIncident);
    const merged = this.#detections.mergedAt(number + 1) ?? created;
    const after = (hours: number) => new Date(created.getTime() + hours * hourMs);
    const stages = [
      { status: "resolved", at: after(4), chosen: random % 4 === 0 },
      { status: "awaitingAction", at: after(2), chosen: random % 4 === 1 },
      { status: "inProgress", at: after(1), chosen: random % 4 !== 3 },
    ] as const;
    const stage = stages.find(({ at, chosen }) => chosen && at <= this.now);
    const updated = [created, last, merged, ...(stage === undefined ? [] : [stage.at])];
    return {
      status: stage?.status ?? "active",
      updated: new Date(Math.max(...updated.map((date) => date.getTime()))),
    };
  }
}

function afterChange(sketch: IncidentSketch, { status, lastUpdateDateTime }: StoredObject): IncidentSketch {
  const updated = new Date(Math.max(sketch.updated.getTime(), Date.parse(jsonText(lastUpdateDateTime))));
  if (status === undefined || sketch.redirect !== undefined) return { ...sketch, updated };
  return { ...sketch, updated, status: status as IncidentSketch["status"] };
}

function isWithin(moment: Date, { since, until }: TimeBounds): boolean {
  return moment >= since && moment < until;
}

function nameOf(alerts: readonly SecurityAlert[]): string {
  const [first] = alerts;
  if (alerts.length === 1) return `${first?.title ?? ""} on one endpoint`;
  const categories = [...new Set(alerts.map(({ category }) => category))];
  return categories.length === 1
    ? `${categories[0] ?? ""} incident on multiple endpoints`
    : `Multi-stage incident involving ${categories.slice(0, 2).join(" & ")} on multiple endpoints`;
}

const severities = ["unknown", "informational", "low", "medium", "high"] as const;

function highest(alerts: readonly SecurityAlert[]): SecurityAlert["severity"] {
  const ranks = alerts.map(({ severity }) => severities.findIndex((one) => one === severity));
  return severities[Math.max(0, ...ranks)] ?? "unknown";
}
