import type { StackOutcome, StackState } from "../../../cli/fleet/outcome";

/** How a stack ended on its first try, after one second. */
export function outcome(stack: string, state: StackState, changes: Partial<StackOutcome> = {}): StackOutcome {
  return { stack, state, seconds: 1, tries: 1, messages: [], nextSteps: [], ...changes };
}
