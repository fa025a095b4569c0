import {
  findUsersOf,
  getUser,
  graphCall,
  invitationText,
  isOurs,
  otherAddresses,
  ServiceError,
  type CallContext,
  type GraphCall,
  type GuestUserObject,
} from "@defender-mssp/microsoft";
import { visible } from "@defender-mssp/errors";
import { atOnce } from "@defender-mssp/errors/atOnce";
import * as pulumi from "@pulumi/pulumi";
import type { DeployedResource, DeployedResources } from "../tenant/deployedResources";
import { dynamic } from "../../domain/resourceTypes";
import { analystUser, type ExistingUser, type ListedAnalyst } from "./analystUser";
import { interruptedGuests, type InterruptedGuests } from "./interruptedGuests";

/** New analysts, and the guests of the state. */
export interface UserSearch<Analyst extends ListedAnalyst> {
  readonly tenantId: string;
  readonly joiners: readonly Analyst[];
  /** Guests of the state whose analysts have left the settings, or have another address. */
  readonly leavers: readonly DeployedResource[];
  /** Object IDs of all guests of the state. */
  readonly stateIds: ReadonlySet<string>;
  readonly adoptMembers: boolean;
}

/** Where a look reads: Graph, and the state's interrupted creates. */
export interface SearchContext extends CallContext {
  readonly interrupted?: () => Promise<InterruptedGuests>;
}

/** The user of a new analyst. */
export interface JoinerUser<Analyst extends ListedAnalyst> {
  readonly analyst: Analyst;
  readonly existing: ExistingUser;
  /** Who invited a user, as the audit log says, for people. */
  readonly invitation: (user: GuestUserObject) => string;
  readonly isMarked: (user: GuestUserObject) => boolean;
}

/** Looks up the user of each new analyst, and who invited those whom the state does not have. */
export function existingUsers<Analyst extends ListedAnalyst>(
  { tenantId, joiners, leavers, stateIds, adoptMembers }: UserSearch<Analyst>,
  deployed: DeployedResources,
  { interrupted = interruptedGuests, ...context }: SearchContext,
): Promise<readonly JoinerUser<Analyst>[] | "not permitted"> {
  return visible("Looking up the analysts", async () => {
    const call = await graphCall(tenantId, context);
    const users = await usersByAnalyst(call, joiners, leavers);
    if (users === "not permitted") return users;
    const identity = Object.values(deployed).find(({ type }) => type === dynamic("StackIdentity"));
    const managedBy = `${pulumi.getProject()}/${pulumi.getStack()}#${String(identity?.outputs["stackId"])}`;
    const isMarked = (user: GuestUserObject) => isOurs(user, { managedBy });
    const isInterrupted = [...users.values()].flat().some((user) => isMarked(user) && !stateIds.has(user.id))
      ? await interrupted()
      : () => false;
    const isOwn = (email: string, user: GuestUserObject) => stateIds.has(user.id) || isInterrupted(email, user);
    const found = joiners.map((analyst) => {
      const ofAnalyst = users.get(analyst.email) ?? [];
      return { analyst, existing: analystUser(analyst, ofAnalyst, { tenantId, adoptMembers, isOwn, isMarked }) };
    });
    const strangers = found.flatMap(({ existing }) =>
      existing.is === "unnamed" ? existing.users : existing.is === "named" ? [existing.user] : [],
    );
    const texts = await atOnce(askedAtOnce, strangers, async ({ id }) => [id, await invitationText(call, id)] as const);
    const invitations = new Map(texts);
    const invitation = ({ id }: GuestUserObject) => invitations.get(id) ?? "";
    return found.map((joiner) => ({ ...joiner, invitation, isMarked }));
  });
}

/** Users whose invitation is looked up at the same time. */
const askedAtOnce = 8;

/** The users of each new analyst: by address, by the settings' object ID, by the guests that leave the state. */
async function usersByAnalyst(
  call: GraphCall,
  joiners: readonly ListedAnalyst[],
  leavers: readonly DeployedResource[],
): Promise<ReadonlyMap<string, readonly GuestUserObject[]> | "not permitted"> {
  try {
    const byAddress = await findUsersOf(
      call,
      joiners.map(({ email }) => email),
    );
    const users = new Map(byAddress);
    for (const { email, objectId } of joiners) {
      if (objectId === undefined || users.get(email)?.some(({ id }) => id === objectId) === true) continue;
      const user = await getUser(call, objectId);
      if (user !== undefined) users.set(email, [...(users.get(email) ?? []), user]);
    }
    const open = joiners.filter(({ email, objectId }) => objectId === undefined && !users.get(email)?.length);
    if (open.length > 0) {
      for (const { outputs } of leavers) await addOwnByOtherAddress(call, outputs, open, users);
    }
    return users;
  } catch (failure) {
    if (failure instanceof ServiceError && failure.status === 403) return "not permitted";
    throw failure;
  }
}

/** A guest of the state whose analyst has a new address, which the guest has besides its own. */
async function addOwnByOtherAddress(
  call: GraphCall,
  { objectId, managedBy }: DeployedResource["outputs"],
  open: readonly ListedAnalyst[],
  users: Map<string, readonly GuestUserObject[]>,
): Promise<void> {
  const id = String(objectId);
  const user = await getUser(call, id);
  if (user === undefined || !isOurs(user, { managedBy: String(managedBy) })) return;
  const addresses = await otherAddresses(call, id);
  for (const { email } of open) if (addresses.includes(email.toLowerCase())) users.set(email, [user]);
}
