/** What could not be read, and why. "Not permitted to look" is never "nothing there". */
import { isCallError, ServiceError, VisibleError, type EnvironmentError } from "@defender-mssp/errors";
import { applicable, type KindCell } from "./kindCell";
import type { KindKey } from "./kindKey";

/** A kind that could not be looked at. */
export interface UnreadKind {
  readonly kind: KindKey;
  /** Begins with `not permitted: ` or `not checked: `. */
  readonly reason: string;
}

/** Runs a look; a refusal is an answer of its own. */
export async function looked<Value>(
  { key, read }: { readonly key: KindKey; readonly read: KindCell<readonly string[]> },
  look: () => Promise<Value>,
): Promise<{ readonly value: Value } | UnreadKind> {
  try {
    return { value: await look() };
  } catch (error) {
    if (!isCallError(error)) throw error;
    return { kind: key, reason: unreadReason(error, (applicable(read) ?? ["another permission"]).join(", ")) };
  }
}

/**
 * Why something could not be read: a refusal names the permission, and is never "not there".
 * @param permission what the page of Graph requires.
 */
export function unreadReason(error: ServiceError | EnvironmentError, permission: string): string {
  const isRefused = error instanceof ServiceError && (error.status === 401 || error.status === 403);
  return isRefused
    ? `not permitted: requires ${permission}`
    : `not checked: ${error.message.replaceAll(/\s*\n\s*/g, " ")}`;
}

/** The same for any error that a person can do something about. @throws every other error */
export function describedProblem(error: unknown, permission: string): string {
  if (!(error instanceof Error)) throw error;
  if (isCallError(error)) return unreadReason(error, permission);
  if (error instanceof VisibleError) return error.message;
  throw error;
}
