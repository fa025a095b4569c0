/**
 * A mistake of the user's, or a state of the world that only the user can change: shown as it is, without a stack trace.
 * The message says what is wrong, where (a settings key, a resource, a file) and what to do about it.
 */
export class VisibleError extends Error {
  override readonly name = "VisibleError";
}
