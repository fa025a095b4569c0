/** What nobody looked at, or was not permitted to look at: never "nothing there", and never "passed". */
export type NotChecked = "notChecked";

/** The answer of a look that was not possible. */
export interface Unread {
  readonly state: NotChecked;
  /** Begins with `not permitted: `, `not checked: ` or `not applicable: `. */
  readonly reason: string;
}

export const unread = (reason: string): Unread => ({ state: "notChecked", reason });

/** Whether nobody knows something that there is to know: what is not applicable has nothing to look at. */
export function isUnread({ state, reason }: { readonly state: string; readonly reason: string }): boolean {
  return state === "notChecked" && !reason.startsWith("not applicable");
}
