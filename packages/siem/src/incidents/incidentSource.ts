/**
 * Incidents from Graph, by the time of their last change: an incident comes again after each
 * change, with its alerts.
 */
import {
  largestIncidentPage,
  readIncident,
  readIncidentAlerts,
  readIncidents,
  recordOfIncident,
  ServiceError,
  type AlertWindow,
  type Endpoints,
  type IncidentCallOptions,
  type IncidentRecord,
  type RecordSeverity,
  type RequestLimiter,
  type SecurityIncident,
  type SecurityPage,
  type TokenSource,
} from "@defender-mssp/microsoft";
import { graphListSource, type PageRequest } from "../pull/graphList";
import type { Pulled, Source } from "../pull/source";

/** An incident, in this project's schema and as the service wrote it. */
export interface FetchedIncident extends Pulled {
  readonly record: IncidentRecord;
  readonly original: SecurityIncident;
}

export interface IncidentSourceOptions {
  readonly endpoints: Pick<Endpoints, "graphEndpoint">;
  readonly tenantId: string;
  readonly tokens: TokenSource;
  /** Only these; all without it. */
  readonly severities?: readonly RecordSeverity[];
  /** Told once that Graph does not return incidents together with their alerts. */
  readonly note?: (text: string) => void;
  /** Of all customers that this process pulls. */
  readonly limiter?: RequestLimiter | undefined;
  /** Waits between two tries of a call, and in tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** Tries of a page with alerts, before the incidents are read without them. */
const triesWithAlerts = 3;

/** Pages that are read without alerts before `$expand` is tried again. */
const pagesWithoutExpand = 100;

/** Incidents whose alerts are read at the same time. */
const simultaneousCalls = 4;

/** Redirections that are followed; a longer chain would be a circle. */
const longestChain = 10;

export function incidentSource(options: IncidentSourceOptions): Source<FetchedIncident> {
  const reader = new IncidentReader(options);
  return graphListSource({
    pageSize: largestIncidentPage,
    largestTop: largestIncidentPage,
    // A change moves an incident out of the span into a later one.
    isFiltered: true,
    what: "incidents that were changed",
    name: "incidents",
    read: (window, place, signal) => reader.page(window, place, signal),
    completed: (incidents, signal) => reader.completed(incidents, signal),
  });
}

/**
 * An incident with the identity of its change: it comes again when it has changed.
 * @param at what it is delivered with. Default: its last change.
 */
export function fetchedIncident(original: SecurityIncident, tenantId: string, at?: string): FetchedIncident {
  const record = recordOfIncident(original, tenantId);
  return { id: `${record.id}@${record.updatedAt}`, at: at ?? record.updatedAt, record, original };
}

class IncidentReader {
  #pagesUntilExpand = 0;
  #isNoted = false;

  constructor(private readonly options: IncidentSourceOptions) {}

  async page(
    window: AlertWindow,
    place: PageRequest,
    signal: AbortSignal | undefined,
  ): Promise<SecurityPage<FetchedIncident>> {
    const { severities, tenantId, tokens } = this.options;
    const list = (withAlerts: boolean, tries?: number) =>
      tokens.use((token) =>
        readIncidents({ ...this.#call(token, signal), window, severities, ...place, withAlerts, tries }),
      );
    // Whether there is one more incident needs no alerts.
    const { items, ...page } = place.top === 1 ? await list(false) : await this.#expanded(list);
    return { ...page, items: items.map((incident) => fetchedIncident(incident, tenantId)) };
  }

  /**
   * `$expand=alerts` with a filter can answer 500 for good
   * (https://github.com/elastic/integrations/issues/18144): then the incidents are read without,
   * and the alerts of each by themselves.
   */
  async #expanded(
    list: (withAlerts: boolean, tries?: number) => ReturnType<typeof readIncidents>,
  ): ReturnType<typeof readIncidents> {
    if (this.#pagesUntilExpand > 0) {
      this.#pagesUntilExpand--;
      return list(false);
    }
    try {
      return await list(true, triesWithAlerts);
    } catch (error) {
      if (!isBroken(error)) throw error;
      const page = await list(false);
      this.#pagesUntilExpand = pagesWithoutExpand;
      this.#note("Graph does not return incidents together with their alerts. They are read one by one.");
      return page;
    }
  }

  /** With their alerts, and the incidents that redirected ones were merged into. */
  async completed(incidents: readonly FetchedIncident[], signal: AbortSignal | undefined): Promise<FetchedIncident[]> {
    const completed: FetchedIncident[] = [];
    for (let at = 0; at < incidents.length; at += simultaneousCalls) {
      const group = incidents.slice(at, at + simultaneousCalls);
      completed.push(...(await Promise.all(group.map((incident) => this.#withAlerts(incident, signal)))));
    }
    return [...completed, ...(await this.#followed(completed, signal))];
  }

  async #withAlerts(incident: FetchedIncident, signal: AbortSignal | undefined): Promise<FetchedIncident> {
    const { original, at } = incident;
    const { tokens, tenantId } = this.options;
    if (Array.isArray(original.alerts)) return incident;
    try {
      const alerts = await tokens.use((token) => readIncidentAlerts(original.id, this.#call(token, signal)));
      return fetchedIncident({ ...original, alerts }, tenantId, at);
    } catch (error) {
      // The incident matters more than alerts that can't be read at all.
      if (!isBroken(error) && !isGone(error)) throw error;
      return incident;
    }
  }

  /**
   * Most are in the list themselves, since a merge changes them; this makes sure of it. They are
   * delivered with the time of the redirected one, so that the pull knows them as long. Those that
   * the severity leaves out stay out.
   */
  async #followed(incidents: readonly FetchedIncident[], signal: AbortSignal | undefined): Promise<FetchedIncident[]> {
    const known = new Set(incidents.map(({ record }) => record.id));
    const followed: FetchedIncident[] = [];
    for (const { record, at } of incidents) {
      let target = record.redirectIncidentId;
      for (let steps = 0; steps < longestChain && target !== null && !known.has(target); steps++) {
        known.add(target);
        const found = await this.#one(target, at, signal);
        if (found === undefined) break;
        // A later change is in a later span.
        if (found.record.updatedAt < at && this.#isWanted(found)) followed.push(found);
        target = found.record.redirectIncidentId;
      }
    }
    return followed;
  }

  async #one(id: string, at: string, signal: AbortSignal | undefined): Promise<FetchedIncident | undefined> {
    const { tokens, tenantId } = this.options;
    try {
      const { incident } = await tokens.use((token) =>
        readIncident(id, { ...this.#call(token, signal), withAlerts: false }),
      );
      return await this.#withAlerts(fetchedIncident(incident, tenantId, at), signal);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  #isWanted({ record }: FetchedIncident): boolean {
    const { severities } = this.options;
    return severities === undefined || severities.some((one) => one === record.severity);
  }

  #call(token: string, signal: AbortSignal | undefined): IncidentCallOptions {
    const { endpoints, sleep, limiter } = this.options;
    return { endpoints, token, signal, sleep, limiter };
  }

  #note(text: string): void {
    if (!this.#isNoted) this.options.note?.(text);
    this.#isNoted = true;
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof ServiceError && [500, 501, 502, 504].includes(error.status);
}

function isGone(error: unknown): boolean {
  return error instanceof ServiceError && error.status === 404;
}
