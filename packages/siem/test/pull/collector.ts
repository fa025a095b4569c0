import type { Pulled } from "../../src/pull/source";
import type { Destination } from "../../src/sinks/sink";

/** Keeps what it is given. */
export class Collector<T extends Pulled & { readonly record: unknown }> implements Destination<T> {
  readonly records: T["record"][] = [];
  onDelivery: () => void = () => undefined;

  constructor(private readonly id: (record: T["record"]) => string) {}

  deliver(items: readonly T[]): Promise<void> {
    this.records.push(...items.map(({ record }) => record));
    this.onDelivery();
    return Promise.resolve();
  }

  get ids(): string[] {
    return this.records.map(this.id);
  }
}
