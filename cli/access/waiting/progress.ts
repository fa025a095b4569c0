/** Where the onboarding of a customer stands: the result of `mssp status --show onboarding`, and its JSON. */
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import type { StepName } from "../../../domain/stepTitles";
import type { Actor } from "../actor";

/**
 * `done`, `waiting` for somebody, `byHand`: no API shows it, a person must confirm it,
 * `notApplicable` to these settings.
 */
export type StepState = "done" | "waiting" | "byHand" | "notApplicable";

export interface OnboardingStep {
  readonly name: StepName;
  readonly state: StepState;
  readonly actor: Actor;
  readonly found: string;
  /** What the actor does next; empty where nothing is left, or an earlier step comes first. */
  readonly next: string;
  /** What was granted is more than the settings have, and only the actor takes it away. */
  readonly isExcess?: true;
  /** Why nobody knows whether it is done; absent where it was checked. */
  readonly unchecked?: "notPermitted" | "failed";
}

/** `complete`: nothing waits. `failed`: it could not be checked, such as for wrong settings. */
export type OnboardingState = "complete" | "waiting" | "failed";

export interface OnboardingProgress {
  readonly stack: string;
  readonly state: OnboardingState;
  /** Absent if the settings can't be read. */
  readonly customerName?: string;
  readonly tenantId?: string;
  /** When it was checked, ISO 8601, UTC. */
  readonly checkedOn: string;
  readonly steps: readonly OnboardingStep[];
  /** The first step that waits for somebody. */
  readonly next?: OnboardingStep;
  /** The stack's output `nextSteps`: what no API does. */
  readonly manualSteps: readonly string[];
  /** What the steps do not show; absent where they show everything. */
  readonly notes?: readonly string[];
  /** Why it could not be checked, in the state `failed`. */
  readonly problem?: string;
}

/** Puts steps together. The first one that waits and says what to do is next. */
export function progressOf(
  about: Omit<OnboardingProgress, "state" | "next" | "problem" | "steps">,
  steps: readonly OnboardingStep[],
): OnboardingProgress {
  const next = steps.find(({ state, next: what }) => state === "waiting" && what !== "");
  const isWaiting = steps.some(({ state }) => state === "waiting");
  return { ...about, state: isWaiting ? "waiting" : "complete", steps, ...(next === undefined ? {} : { next }) };
}

/** The exit code of each state, the worst one of several stacks counting. */
const codeByState: Readonly<Record<OnboardingState, number>> = {
  complete: exitCodes.done,
  failed: exitCodes.failed,
  waiting: exitCodes.somebodyNeeded,
};

export function exitCodeOf(list: readonly Pick<OnboardingProgress, "state">[]): number {
  const worst = (["failed", "waiting"] as const).find((one) => list.some(({ state }) => state === one));
  return codeByState[worst ?? "complete"];
}
