/** Compares the alerts of hunting with what a pull has delivered, by their IDs. */
import { keyOfId, type DeliveredIds } from "../pull/deliveredIds";
import type { Span } from "./coverageWindow";
import type { HuntedAlert } from "./huntedAlerts";

export class Comparison {
  /** Keys of all deliveries that are known, whatever their time. */
  readonly #delivered = new Set<string>();
  /** Deliveries of the window that hunting has not shown yet, with their sources. */
  readonly #unseen = new Map<string, string>();
  /** Hunting's alerts of the window that were delivered. */
  readonly #both = new Set<string>();
  /** The others, by their IDs; the earliest row counts. */
  readonly #huntingOnly = new Map<string, HuntedAlert>();
  readonly #deliveries: number;

  constructor(
    delivered: DeliveredIds,
    private readonly window: Span,
  ) {
    for (const { key, source, hour } of delivered.entries()) {
      this.#delivered.add(key);
      if (hour >= window.from && hour < window.until) this.#unseen.set(key, source);
    }
    this.#deliveries = this.#unseen.size;
  }

  /** Rows of the window and its margins; an alert in the margin is looked for and not counted. */
  take(alerts: readonly HuntedAlert[]): void {
    for (const alert of alerts) {
      const key = keyOfId(alert.alertId);
      this.#unseen.delete(key);
      if (alert.at < this.window.from || alert.at >= this.window.until) continue;
      if (this.#delivered.has(key)) this.#both.add(key);
      else if (alert.at < (this.#huntingOnly.get(alert.alertId)?.at ?? Infinity)) {
        this.#huntingOnly.set(alert.alertId, alert);
      }
    }
  }

  /** Rows outside of the window and its margins. @returns the sources of the deliveries that are among them. */
  takeElsewhere(alerts: readonly HuntedAlert[]): string[] {
    const sources: string[] = [];
    for (const { alertId } of alerts) {
      const key = keyOfId(alertId);
      const source = this.#unseen.get(key);
      if (source !== undefined && this.#unseen.delete(key)) sources.push(source);
    }
    return sources;
  }

  /** Alerts that AlertInfo has in the window. */
  get hunted(): number {
    return this.#both.size + this.#huntingOnly.size;
  }

  /** Those of them that were delivered. */
  get both(): number {
    return this.#both.size;
  }

  /** Deliveries of alerts that were created in the window. */
  get deliveries(): number {
    return this.#deliveries;
  }

  get huntingOnly(): readonly HuntedAlert[] {
    return [...this.#huntingOnly.values()];
  }

  /** Sources of the deliveries that hunting has not shown. */
  get unseen(): readonly string[] {
    return [...this.#unseen.values()];
  }
}
