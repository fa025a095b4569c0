import {
  hasAddress,
  isMember,
  memberRefusal,
  noSuchUser,
  otherAddressRefusal,
  type GuestUserObject,
} from "@defender-mssp/microsoft";

/** An analyst of the settings. */
export interface ListedAnalyst {
  readonly email: string;
  readonly displayName: string;
  readonly tier?: string;
  readonly accessEndsOn?: string;
  /** Object ID of the user that existed before the stack. */
  readonly objectId?: string;
}

/** What the look at existing users knows besides their properties. */
export interface UserKnowledge {
  readonly tenantId: string;
  readonly adoptMembers: boolean;
  /** Whether the state, or an interrupted create of the state, has the user for the analyst. */
  readonly isOwn: (email: string, user: GuestUserObject) => boolean;
  /** Whether the user carries the stack's mark, which anybody can write who edits users. */
  readonly isMarked: (user: GuestUserObject) => boolean;
}

/** The user whom a new analyst gets: a guest that is invited, or an existing user. */
export type ExistingUser =
  | { readonly is: "invited" }
  /** The stack's own. */
  | { readonly is: "own"; readonly user: GuestUserObject }
  /** Named by the settings' object ID. */
  | { readonly is: "named"; readonly user: GuestUserObject }
  /** With the address, and named by nobody. */
  | { readonly is: "unnamed"; readonly users: readonly GuestUserObject[] }
  | { readonly is: "refused"; readonly problems: readonly string[] };

/** @param users those with the analyst's address, and the one with the settings' object ID. */
export function analystUser(
  { email, objectId }: ListedAnalyst,
  users: readonly GuestUserObject[],
  { tenantId, adoptMembers, isOwn, isMarked }: UserKnowledge,
): ExistingUser {
  const refused = (...problems: readonly string[]) => ({ is: "refused", problems }) as const;
  const isRefused = (user: GuestUserObject) => isMember(user) && !adoptMembers;
  if (objectId !== undefined) {
    const user = users.find(({ id }) => id === objectId);
    if (user === undefined) return refused(noSuchUser(objectId, { email, tenantId }));
    if (!hasAddress(user, email) && !isMarked(user)) return refused(otherAddressRefusal(user, { email }));
    return isRefused(user) ? refused(memberRefusal(user, { email, tenantId })) : { is: "named", user };
  }
  const own = users.find((user) => isOwn(email, user));
  if (own !== undefined) return { is: "own", user: own };
  const members = users.filter(isRefused);
  if (members.length > 0) return refused(...members.map((user) => memberRefusal(user, { email, tenantId })));
  return users.length === 0 ? { is: "invited" } : { is: "unnamed", users };
}
