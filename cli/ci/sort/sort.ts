/** Changed stacks, which need an approval each, and unchanged ones, which share one approval. */
import { partsOf } from "../matrix/matrix";
import { matchesPattern } from "../../stack/stackNames";
import type { StackPreview } from "../../stack/stackPreview";

export interface SortedStacks {
  /** Stacks that change, and are to go first. */
  readonly canaries: readonly string[];
  /** Other stacks that change, that a policy refuses, or that could not be previewed. */
  readonly changed: readonly string[];
  /** Stacks whose preview changes nothing. */
  readonly unchanged: readonly string[];
}

export interface SortOptions {
  /** Stacks that should have a preview. One without counts as changed. */
  readonly expected: readonly string[];
  /** Patterns of the stacks that go first. */
  readonly canaries: readonly string[];
}

export function sortStacks(previews: readonly StackPreview[], { expected, canaries }: SortOptions): SortedStacks {
  const quiet = new Set(previews.filter(isUnchanged).map(({ stack }) => stack));
  const all = [...new Set([...expected, ...previews.map(({ stack }) => stack)])].sort();
  const changed = all.filter((stack) => !quiet.has(stack));
  const isCanary = (stack: string) => canaries.some((pattern) => matchesPattern(stack, pattern));
  return {
    canaries: changed.filter(isCanary),
    changed: changed.filter((stack) => !isCanary(stack)),
    unchanged: all.filter((stack) => quiet.has(stack)),
  };
}

function isUnchanged({ failed, changes, policyViolations }: StackPreview): boolean {
  return !failed && changes.length === 0 && !policyViolations.some(({ level }) => level === "mandatory");
}

/**
 * Lines for `$GITHUB_OUTPUT`: matrices within GitHub's limit, and the unchanged stacks as one list,
 * which one job works through.
 */
export function gitHubSortOutput({ canaries, changed, unchanged }: SortedStacks): string {
  const outputs = {
    canaries: JSON.stringify(partsOf(canaries)),
    changed: JSON.stringify(partsOf(changed)),
    unchanged: unchanged.join(" "),
    "any-canaries": String(canaries.length > 0),
    "any-changed": String(changed.length > 0),
  };
  return Object.entries(outputs)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
