/**
 * A list of Graph's security API as a source. Each span of time is read as one answer that is known
 * to be complete: a list that is read page by page moves while it is read, its links may be
 * missing, wrong or too old, and `$skip` is limited.
 */
import { ServiceError, type AlertWindow, type SecurityPage } from "@defender-mssp/microsoft";
import type { Pulled, Source } from "./source";

/**
 * Services lower `$top` without saying so. Where `$skip` is refused, a shorter answer than this
 * counts as complete: no security list of Graph has a lower limit than incidents have.
 * https://learn.microsoft.com/graph/api/security-list-incidents: 50.
 */
const lowestLimit = 50;

/** Readings of one crowded moment until two of them agree. */
const maximumReadings = 20;

/** What a page is asked for. */
export interface PageRequest {
  readonly top: number;
  readonly skip?: number;
  /** The link of the page before. */
  readonly next?: string;
}

export interface GraphList<T extends Pulled> {
  /** `$top` of a span. */
  readonly pageSize: number;
  /** `$top` of items that have the same time: the largest that the service takes. */
  readonly largestTop: number;
  /** Whether a change of an item can take it out of the list. */
  readonly isFiltered: boolean;
  /** What an error calls it: `alerts that were created`. */
  readonly what: string;
  /** The last part of the list's address. */
  readonly name: string;
  /** @throws ServiceError */
  read(window: AlertWindow, place: PageRequest, signal: AbortSignal | undefined): Promise<SecurityPage<T>>;
  /**
   * What the list lacks of the items of a span, and further items that belong to them. Default:
   * nothing. @throws ServiceError
   */
  completed?(items: readonly T[], signal: AbortSignal | undefined): Promise<readonly T[]>;
}

export function graphListSource<T extends Pulled>(list: GraphList<T>): Source<T> {
  const reader = new ListReader(list);
  return {
    itemsPerSpan: Math.floor(0.9 * list.pageSize),
    smallestSpan: 1,
    page: async (window, { whole, signal }) => {
      const { items, isComplete, at } = await reader.provenPage(window, { top: list.pageSize }, signal);
      if (!isComplete && whole !== true) return { items, size: items.length, isCut: true, at };
      const all = isComplete ? items : await reader.crowdedMoment(window, signal);
      return { items: (await list.completed?.(all, signal)) ?? all, size: all.length, isCut: false, at };
    },
  };
}

type ReadPage<T extends Pulled> = SecurityPage<T> & { readonly isComplete: boolean };

class ListReader<T extends Pulled> {
  /** The most items that the service has sent in one answer: it is known to send as many. */
  #largest = 0;

  constructor(private readonly list: GraphList<T>) {}

  async page(window: AlertWindow, place: PageRequest, signal: AbortSignal | undefined): Promise<ReadPage<T>> {
    const page = await this.list.read(window, place, signal);
    const { length } = page.items;
    const isShort = length === 0 || (length < place.top && length < this.#largest);
    this.#largest = Math.max(this.#largest, length);
    return { ...page, isComplete: !page.hasMore && isShort };
  }

  /**
   * A page, and where it is as long as the longest one yet, whether it has all items of the window:
   * `$skip` shows if there is one more. An item whose change takes it out of a filtered list
   * meanwhile makes room for the next one: then the page is read again.
   */
  async provenPage(window: AlertWindow, place: PageRequest, signal: AbortSignal | undefined): Promise<ReadPage<T>> {
    const page = await this.page(window, place, signal);
    const { length } = page.items;
    if (page.isComplete || page.hasMore || length >= place.top) return page;
    if (!(await this.#endsAt(length, window, signal))) return page;
    if (!this.list.isFiltered) return { ...page, isComplete: true };
    const again = await this.page(window, place, signal);
    const known = new Set(page.items.map(({ id }) => id));
    return { ...page, isComplete: !again.hasMore && again.items.every(({ id }) => known.has(id)) };
  }

  async #endsAt(count: number, window: AlertWindow, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      const { items, hasMore } = await this.page(window, { top: 1, skip: count }, signal);
      return items.length === 0 && !hasMore;
    } catch (error) {
      if (error instanceof ServiceError && error.status === 400) return count < lowestLimit;
      throw error;
    }
  }

  /**
   * More items of one moment than an answer has, by links and `$skip`. What changes meanwhile may
   * move items between pages, so they are read again until nothing new comes.
   * @throws ServiceError where the service doesn't give all of them.
   */
  async crowdedMoment(window: AlertWindow, signal: AbortSignal | undefined): Promise<T[]> {
    const found = new Map<string, T>();
    for (let reading = 1; reading <= maximumReadings; reading++) {
      const known = found.size;
      await this.#addAll(found, window, signal);
      if (reading > 1 && found.size === known) return [...found.values()];
    }
    throw this.#incomplete(window, `they changed while they were read ${maximumReadings} times`);
  }

  async #addAll(found: Map<string, T>, window: AlertWindow, signal: AbortSignal | undefined): Promise<void> {
    const { largestTop: top } = this.list;
    const seen = new Set<string>();
    for (let place: PageRequest = { top }; ;) {
      const page = await this.#pageAt(window, place, seen.size, signal);
      const known = seen.size;
      for (const item of page.items) {
        seen.add(item.id);
        found.set(item.id, item);
      }
      if (page.isComplete || page.items.length === 0) return;
      const isNews = seen.size > known;
      if (!isNews && place.next === undefined) throw this.#incomplete(window, "it sends the same ones again");
      // A link in a circle brings nothing new.
      place = { top, ...(isNews && page.next !== undefined ? { next: page.next } : { skip: seen.size }) };
    }
  }

  /** A link may be refused: then `$skip` leads on. */
  async #pageAt(
    window: AlertWindow,
    place: PageRequest,
    read: number,
    signal: AbortSignal | undefined,
  ): Promise<ReadPage<T>> {
    try {
      return await this.page(window, place, signal);
    } catch (error) {
      const isRefused = error instanceof ServiceError && [400, 404, 410].includes(error.status);
      if (!isRefused || (place.next === undefined && place.skip === undefined)) throw error;
      if (place.next !== undefined) {
        return this.#pageAt(window, { top: this.list.largestTop, skip: read }, read, signal);
      }
      const last = await this.#lastPage(window, Math.floor((place.skip ?? 0) / 2), signal);
      if (last !== undefined) return last;
      throw this.#incomplete(window, `it refuses to skip ${place.skip}: ${error.message}`);
    }
  }

  /**
   * Where `$skip` is limited, a page that begins earlier shows the end if it is shorter than what
   * the service is known to send in one answer.
   */
  async #lastPage(
    window: AlertWindow,
    skip: number,
    signal: AbortSignal | undefined,
  ): Promise<ReadPage<T> | undefined> {
    try {
      const page = await this.page(window, { top: this.list.largestTop, skip }, signal);
      return page.isComplete ? page : undefined;
    } catch (error) {
      if (error instanceof ServiceError && error.status === 400) return undefined;
      throw error;
    }
  }

  #incomplete({ since }: AlertWindow, reason: string): ServiceError {
    const { what, name } = this.list;
    const message = `the ${what} at ${since.toISOString()} can't all be read: ${reason}`;
    return new ServiceError({ status: 200, message, method: "GET", url: name });
  }
}
