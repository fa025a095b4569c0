/** The common interface of what is pulled: the items of a time span, in one response. */
import type { AlertWindow } from "@defender-mssp/microsoft";

/** An alert, an incident. */
export interface Pulled {
  /** The same in each answer: an item whose ID was delivered is left out. */
  readonly id: string;
  /**
   * What the source's time spans go by, such as the alert's creation by the service: ISO 8601, UTC,
   * in milliseconds.
   */
  readonly at: string;
  /** Of an alert: by what hunting knows it. */
  readonly counted?: CountedAlert;
}

/** An alert as the count of deliveries knows it. */
export interface CountedAlert {
  /** AlertId of AlertInfo. */
  readonly alertId: string;
  /** Name of the product. */
  readonly source: string;
}

export interface SourcePage<T extends Pulled> {
  readonly items: readonly T[];
  /** Number of items from the service, including those that a filter leaves out. */
  readonly size: number;
  /** The answer may lack items of the span: ask for a shorter one. */
  readonly isCut: boolean;
  /** The service's clock. */
  readonly at?: Date;
}

export interface PageOptions {
  /** The span can't be shorter: all of its items, in as many calls as that takes. */
  readonly whole?: boolean;
  readonly signal?: AbortSignal;
}

export interface Source<T extends Pulled> {
  /** Most items of a span, so that the response isn't truncated. */
  readonly itemsPerSpan: number;
  /** The shortest span that the API can tell from the next one, in milliseconds. */
  readonly smallestSpan: number;
  /** @throws ServiceError */
  page(window: AlertWindow, options: PageOptions): Promise<SourcePage<T>>;
}

/**
 * Small enough that memory stays flat, large enough that a million alerts are not too many calls.
 */
export const pageSize = 250;
