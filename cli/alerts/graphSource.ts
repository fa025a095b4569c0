/**
 * Alerts from Graph's alerts_v2. Each span of time is read as one answer that is known to be
 * complete: a list that is read page by page moves while it is read, its links may be missing,
 * wrong or too old, and `$skip` is limited.
 */
import {
  readSecurityAlerts,
  recordOfSecurityAlert,
  ServiceError,
  type AlertWindow,
  type Endpoints,
  type SecurityAlertsPage,
} from "@defender-mssp/microsoft";
import { pageSize } from "../pull/source";
import { fetchedAlert, type AlertSource, type FetchedAlert, type SourceOptions } from "./fetchedAlert";

/**
 * Services lower `$top` without saying so. Where `$skip` is refused, a shorter answer than this
 * counts as complete: no security list of Graph has a lower limit than incidents have.
 * https://learn.microsoft.com/graph/api/security-list-incidents: 50.
 */
const lowestLimit = 50;

/** The `$top` of alerts that have the same time. https://learn.microsoft.com/graph/api/resources/security-error-codes */
const largestTop = 1000;

/** Readings of one crowded moment until two of them agree. */
const maximumReadings = 20;

export interface GraphSourceOptions extends SourceOptions {
  readonly endpoints: Pick<Endpoints, "graphEndpoint">;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export function graphSource(options: GraphSourceOptions): AlertSource {
  const reader = new GraphReader(options);
  return {
    api: "graph",
    itemsPerSpan: Math.floor(0.9 * pageSize),
    smallestSpan: 1,
    page: async (window, { whole, signal }) => {
      const page = await reader.provenPage(window, { top: pageSize }, signal);
      const { at } = page;
      if (page.isComplete || whole !== true) {
        return { items: page.alerts, size: page.alerts.length, isCut: !page.isComplete, at };
      }
      const alerts = await reader.crowdedMoment(window, signal);
      return { items: alerts, size: alerts.length, isCut: false, at };
    },
  };
}

interface Place {
  readonly top: number;
  readonly skip?: number;
  readonly next?: string;
}

type ReadPage = Omit<SecurityAlertsPage, "alerts"> & {
  readonly alerts: readonly FetchedAlert[];
  readonly isComplete: boolean;
};

class GraphReader {
  /** The most alerts that the service has sent in one answer: it is known to send as many. */
  #largest = 0;

  constructor(private readonly options: GraphSourceOptions) {}

  async page(window: AlertWindow, place: Place, signal: AbortSignal | undefined): Promise<ReadPage> {
    const { endpoints, tenantId, tokens, severities, sleep } = this.options;
    const page = await tokens.use((token) =>
      readSecurityAlerts({ endpoints, token, window, severities, signal, sleep, ...place }),
    );
    const alerts = page.alerts.map((original) => fetchedAlert(recordOfSecurityAlert(original, tenantId), original));
    const { length } = alerts;
    const isShort = length === 0 || (length < place.top && length < this.#largest);
    this.#largest = Math.max(this.#largest, length);
    return { ...page, alerts, isComplete: !page.hasMore && isShort };
  }

  /**
   * A page, and where it is as long as the longest one yet, whether it has all alerts of the
   * window: `$skip` shows if there is one more. An alert whose severity changes leaves a filtered
   * list meanwhile, and the next one takes its place: then the page is read again.
   */
  async provenPage(window: AlertWindow, place: Place, signal: AbortSignal | undefined): Promise<ReadPage> {
    const page = await this.page(window, place, signal);
    const { length } = page.alerts;
    if (page.isComplete || page.hasMore || length >= place.top) return page;
    if (!(await this.#endsAt(length, window, signal))) return page;
    if (this.options.severities === undefined) return { ...page, isComplete: true };
    const again = await this.page(window, place, signal);
    const known = new Set(page.alerts.map(({ record }) => record.id));
    return { ...page, isComplete: !again.hasMore && again.alerts.every(({ record }) => known.has(record.id)) };
  }

  async #endsAt(count: number, window: AlertWindow, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      const { alerts, hasMore } = await this.page(window, { top: 1, skip: count }, signal);
      return alerts.length === 0 && !hasMore;
    } catch (error) {
      if (error instanceof ServiceError && error.status === 400) return count < lowestLimit;
      throw error;
    }
  }

  /**
   * More alerts of one moment than an answer has, by links and `$skip`. What changes meanwhile may
   * move alerts between pages, so they are read again until nothing new comes.
   * @throws ServiceError where the service doesn't give all of them.
   */
  async crowdedMoment(window: AlertWindow, signal: AbortSignal | undefined): Promise<FetchedAlert[]> {
    const found = new Map<string, FetchedAlert>();
    for (let reading = 1; reading <= maximumReadings; reading++) {
      const known = found.size;
      await this.#addAll(found, window, signal);
      if (reading > 1 && found.size === known) return [...found.values()];
    }
    throw incomplete(window, `they changed while they were read ${maximumReadings} times`);
  }

  async #addAll(found: Map<string, FetchedAlert>, window: AlertWindow, signal: AbortSignal | undefined): Promise<void> {
    const seen = new Set<string>();
    for (let place: Place = { top: largestTop }; ;) {
      const page = await this.#pageAt(window, place, seen.size, signal);
      const known = seen.size;
      for (const alert of page.alerts) {
        seen.add(alert.record.id);
        found.set(alert.record.id, alert);
      }
      if (page.isComplete || page.alerts.length === 0) return;
      const isNews = seen.size > known;
      if (!isNews && place.next === undefined) throw incomplete(window, "it sends the same ones again");
      // A link in a circle brings nothing new.
      place = { top: largestTop, ...(isNews && page.next !== undefined ? { next: page.next } : { skip: seen.size }) };
    }
  }

  /** A link may be refused: then `$skip` leads on. */
  async #pageAt(window: AlertWindow, place: Place, read: number, signal: AbortSignal | undefined): Promise<ReadPage> {
    try {
      return await this.page(window, place, signal);
    } catch (error) {
      const isRefused = error instanceof ServiceError && [400, 404, 410].includes(error.status);
      if (!isRefused || (place.next === undefined && place.skip === undefined)) throw error;
      if (place.next !== undefined) return this.#pageAt(window, { top: largestTop, skip: read }, read, signal);
      const last = await this.#lastPage(window, Math.floor((place.skip ?? 0) / 2), signal);
      if (last !== undefined) return last;
      throw incomplete(window, `it refuses to skip ${place.skip}: ${error.message}`);
    }
  }

  /**
   * Where `$skip` is limited, a page that begins earlier shows the end if it is shorter than what
   * the service is known to send in one answer.
   */
  async #lastPage(window: AlertWindow, skip: number, signal: AbortSignal | undefined): Promise<ReadPage | undefined> {
    try {
      const page = await this.page(window, { top: largestTop, skip }, signal);
      return page.isComplete ? page : undefined;
    } catch (error) {
      if (error instanceof ServiceError && error.status === 400) return undefined;
      throw error;
    }
  }
}

function incomplete({ since }: AlertWindow, reason: string): ServiceError {
  const message = `the alerts that were created at ${since.toISOString()} can't all be read: ${reason}`;
  return new ServiceError({ status: 200, message, method: "GET", url: "alerts_v2" });
}
