/** Selects the customers of a fleet command. A customer must match all given selectors. */
import { VisibleError } from "@defender-mssp/errors";
import { dayMs } from "@defender-mssp/errors/time";
import type { Place } from "../base/place";
import { changedStacks } from "./changedStacks";
import { isCustomerStack, matchesPattern } from "../stack/stackNames";
import type { FleetStack } from "../stack/inventory";
import { lastOutcomes } from "../stack/journal";
import { staleAfterDays, type SelectionOptions } from "./selectionOptions";
import { partOf } from "./part";

/** Where the selection looks for what the options name. */
export interface SelectionPlace extends Place {
  readonly now: Date;
  /** Folder of the journals of fleet runs. */
  readonly journals: string;
}

/**
 * The matching stacks, in the inventory's order.
 * @throws VisibleError if a name matches no stack: a typing mistake must not look like an empty
 * fleet.
 */
export async function selectStacks(
  inventory: readonly FleetStack[],
  options: SelectionOptions,
  place: SelectionPlace,
): Promise<FleetStack[]> {
  const { stack: patterns, tag: wanted = [], changedSince, status } = options;
  for (const pattern of patterns ?? []) {
    if (inventory.some(({ stack }) => matchesPattern(stack, pattern))) continue;
    const known = inventory.map(({ stack }) => stack).slice(0, 20);
    throw new VisibleError(
      `No stack matches "${pattern}". ` +
        (known.length === 0 ? "The folder has no Pulumi.<stack>.yaml." : `Stacks: ${known.join(", ")}.`),
    );
  }
  const isAnyOf = (stack: string, of: readonly string[]) => of.some((pattern) => matchesPattern(stack, pattern));
  let chosen = inventory.filter(({ stack }) =>
    patterns === undefined ? isCustomerStack(stack) : isAnyOf(stack, patterns),
  );
  chosen = chosen.filter(({ tags: has }) =>
    wanted.every((one) => has.some((tag) => tag === one || tag.startsWith(`${one}=`))),
  );
  if (changedSince !== undefined) {
    const range = { folder: place.folder, from: changedSince, to: "HEAD", only: ["*"] };
    const touched = new Set((await changedStacks(range)).stacks);
    chosen = chosen.filter(({ stack }) => touched.has(stack));
  }
  if (status !== undefined) {
    const last = await lastOutcomes(place.journals);
    const oldest = place.now.getTime() - staleAfterDays * dayMs;
    chosen = chosen.filter(({ stack }) => {
      const known = last.get(stack);
      const isStale = !(known?.upAt !== undefined && known.upAt.getTime() >= oldest);
      return status.some((one) => (one === "stale" ? isStale : (known?.state ?? "never") === one));
    });
  }
  const { part } = options;
  return part === undefined ? chosen : partOf(chosen, part);
}
