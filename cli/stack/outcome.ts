/** The outcome of one stack's run, for the journal, the report, the table and the exit code. */
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { isOffboardedRefusal } from "../../domain/offboarded";
import type { StackPreview } from "./stackPreview";

/** What a fleet run does with each stack. */
export const fleetCommands = ["preview", "up", "refresh", "destroy"] as const;
export type FleetCommand = (typeof fleetCommands)[number];

/**
 * `drifted`: the tenant differs from the state or the settings. `leftOut`: selected, but not run.
 * `new`: a preview of a stack that the backend does not have.
 */
export const stackStates = ["failed", "drifted", "leftOut", "new", "changed", "unchanged"] as const;
export type StackState = (typeof stackStates)[number];

/** The most serious first, then by name. */
export function sortedOutcomes<T extends StackOutcome>(outcomes: readonly T[]): T[] {
  const rank = ({ state }: StackOutcome) => stackStates.indexOf(state);
  return [...outcomes].sort((a, b) => rank(a) - rank(b) || (a.stack < b.stack ? -1 : 1));
}

/** A stack's state by the runs that are recorded. `stale`: no successful `up` for some days. */
export const recordedStates = [...stackStates, "never", "stale"] as const;
export type RecordedState = (typeof recordedStates)[number];

/** Where runs are recorded, below the project's folder. */
export const defaultJournals = ".mssp/fleet";

export type LockOwnerState = "alive" | "dead" | "otherMachine";

/** Who holds a stack's lock, as the engine names it. */
export interface LockOwner {
  readonly host: string;
  readonly pid: number;
  /** As the engine prints it. */
  readonly since: string;
  /** `dead`: a process of this machine that no longer runs. */
  readonly state: LockOwnerState;
}

/** The end of one stack's run. Holds no secrets. */
export interface StackOutcome {
  readonly stack: string;
  readonly state: StackState;
  /** Of the last try. */
  readonly seconds: number;
  readonly tries: number;
  /** Why it failed or was left out, one text each. */
  readonly messages: readonly string[];
  /** Whether the stack was refused for its settings, before the engine was started. */
  readonly isRefused?: true;
  /** What changed or would change; absent where the engine was not started. */
  readonly preview?: StackPreview;
  /** The stack's output `nextSteps`: what a person must do. */
  readonly nextSteps: readonly string[];
  /** After a preview or a failed run, names of those who still have access although the settings name them no more. */
  readonly leavers?: readonly string[];
  readonly lock?: LockOwner;
}

/** A worker's result of one try. */
export interface TryResult {
  readonly ok: boolean;
  readonly seconds: number;
  readonly messages: readonly string[];
  readonly preview?: StackPreview;
  readonly nextSteps: readonly string[];
  readonly leavers?: readonly string[];
  /** A preview of a stack that the backend does not have: in a temporary state, or none (no `preview`). */
  readonly isNew?: boolean;
  /** What the engine printed where it failed, without secrets. */
  readonly printed: string;
}

/** How a next step begins that `--keep` has left out. */
export const leftToAutomationStep = "Left to the automation:";

/** Why a stack that the backend does not have is not run. */
export function missingStackText(stack: string): string {
  return `The backend has no stack "${stack}". \`npx mssp fleet up --init --stack ${stack}\` creates it.`;
}

/** Whether a failed stack fails again until somebody does what its message says. */
export function failsAgain({ state, stack, messages, isRefused }: StackOutcome): boolean {
  if (state !== "failed") return false;
  return isRefused === true || messages.some((text) => isOffboardedRefusal(text) || text === missingStackText(stack));
}

/** In order of precedence: failed, left out, drifted. A new stack that was not previewed is left out. */
export function exitCodeOf(outcomes: readonly Pick<StackOutcome, "state" | "preview">[]): number {
  const states = outcomes.map(({ state }) => state);
  if (states.includes("failed")) return exitCodes.failed;
  const isLeftOut = outcomes.some(({ state, preview }) => state === "new" && preview === undefined);
  if (isLeftOut || states.includes("leftOut")) return exitCodes.leftOut;
  return states.includes("drifted") ? exitCodes.somebodyNeeded : exitCodes.done;
}

/**
 * Transient network and service errors, in the words of the engine, the plugins and this program.
 */
const passing: readonly RegExp[] = [
  // A status as this program, azuread, azure-native and Go's clients write it: any other number may be a setting's.
  /\b(answered |status(?: ?code)?[ =:]+|response |googleapi: error )(408|429|500|502|503|504)\b/i,
  /too many requests|throttl|bad gateway|service unavailable|gateway timeout|internal (server )?error/i,
  /ECONNRESET|ECONNREFUSED|ETIMEDOUT|EPIPE|EAI_AGAIN|socket hang up|fetch failed|other side closed/,
  /(failed|TypeError): terminated/,
  /connection (was )?(reset|refused|cut|closed)|unexpected EOF|: EOF\b|TLS handshake timeout|i\/o timeout/i,
  /no answer within|deadline exceeded|timed? ?out|is not whole/i,
];

/** Whether a failure is transient. Wrong settings, policy violations and locks are not. */
export function isPassing({ ok, preview, messages, printed }: TryResult): boolean {
  if (ok || preview?.policyViolations.some(({ level }) => level === "mandatory") === true) return false;
  return [...messages, printed].some((text) => passing.some((pattern) => pattern.test(text)));
}

/** The lock's owner from the engine's message; undefined if the stack is not locked. */
export function lockOwnerOf(
  { messages, printed }: Pick<TryResult, "messages" | "printed">,
  stateOf: (host: string, pid: number) => LockOwnerState,
): LockOwner | undefined {
  const text = [...messages, printed].join("\n");
  if (!/currently locked by/.test(text)) return undefined;
  const [, host = "", pid = "0", since = ""] = /created by \S*@(\S+) \(pid (\d+)\) at (\S+)/.exec(text) ?? [];
  return { host, pid: Number(pid), since, state: stateOf(host, Number(pid)) };
}
