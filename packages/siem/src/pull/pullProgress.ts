import type { Coverage } from "./coverage";

/** What a pull tells of itself. */
export interface PullProgress {
  /**
   * Number of newly delivered items, and the time of the last one (ISO 8601).
   * @param destination of several, which one took them.
   */
  delivered(count: number, upTo: string, destination?: string): void;
  /** Items were delivered now that the service created, or changed, at these times (ISO 8601). */
  lagged?(times: readonly string[], destination?: string): void;
  note(text: string): void;
  /** The deliveries were counted, of each destination. */
  counted?(coverages: readonly Coverage[]): void;
  /** Reading up to now begins. */
  started?(): void;
  /** Everything up to now was delivered. */
  succeeded?(): void;
  failed?(): void;
  /** Of several destinations, this one has everything up to now. */
  caughtUp?(destination: string): void;
}
