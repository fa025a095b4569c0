import {
  findUsersOf,
  getUser,
  graphCall,
  hasAddress,
  identifyUser,
  isMember,
  isOurs,
  memberRefusal,
  noSuchUser,
  otherAddresses,
  otherAddressRefusal,
  otherUserDeployed,
  ServiceError,
  type CallContext,
  type GraphCall,
  type GuestUserObject,
} from "@defender-mssp/microsoft";
import { visible } from "@defender-mssp/errors";
import * as pulumi from "@pulumi/pulumi";
import type { DeployedResource, DeployedResources } from "../tenant/deployedResources";
import { dynamic } from "../../domain/resourceTypes";
import { interruptedGuests, type InterruptedGuests } from "./interruptedGuests";

/** An analyst of the settings. */
export interface ListedAnalyst {
  readonly email: string;
  readonly displayName: string;
  readonly tier?: string;
  readonly accessEndsOn?: string;
  /** Object ID of the user that existed before the stack. */
  readonly objectId?: string;
}

export interface AdoptionSettings<Analyst extends ListedAnalyst> {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: string;
  readonly analysts: readonly Analyst[];
  /** Whether an existing member may be used. @default false */
  readonly adoptMembers?: boolean;
}

/** Where a look reads: Graph, and the state's interrupted creates. */
export interface AdoptionContext extends CallContext {
  readonly interrupted?: () => Promise<InterruptedGuests>;
}

/**
 * Looks for existing users with the address of a new analyst, before the first declaration. Such a
 * user is used by the object ID that the settings or the state have, never by address or mark. A
 * preview names the others in a warning; `up` stops at them.
 *
 * @param deployed the stack's resources: `await deployedResources()`.
 * @returns the analysts, with the object IDs that the state has of their guests under another
 * address or in an interrupted create.
 * @throws pulumi.RunError for all users and analysts together.
 *
 * ## Least privileges
 * None. With `User.Read.All` on Microsoft Graph it names the users before the first change.
 */
export async function reportAdoptions<Analyst extends ListedAnalyst>(
  { tenantId, analysts, adoptMembers = false }: AdoptionSettings<Analyst>,
  deployed: DeployedResources,
  { interrupted = interruptedGuests, ...context }: AdoptionContext = {},
): Promise<readonly Analyst[]> {
  const guests = Object.values(deployed).filter(({ type }) => type === dynamic("Guest"));
  const deployedIds = new Map(guests.map(({ outputs }) => [String(outputs["email"]), String(outputs["objectId"])]));
  const problems = analysts.flatMap(({ email, objectId }) => {
    const id = deployedIds.get(email);
    const isOther = id !== undefined && objectId !== undefined && id.toLowerCase() !== objectId.toLowerCase();
    return isOther ? [otherUserDeployed({ email, existingObjectId: objectId }, id)] : [];
  });
  const joiners = analysts.filter(({ email }) => !deployedIds.has(email));
  const leavers = guests.filter(({ outputs }) => !analysts.some(({ email }) => email === outputs["email"]));
  const users = joiners.length === 0 ? undefined : await existingUsers(tenantId, joiners, leavers, context);
  if (users === "not permitted") {
    await pulumi.log.warn(
      "Not read, as User.Read.All on Microsoft Graph is missing: whether the tenant has users with addresses of new analysts. `up` stops at such users.",
    );
  }
  if (users === undefined || users === "not permitted") {
    refuse(problems);
    return analysts;
  }
  const identity = Object.values(deployed).find(({ type }) => type === dynamic("StackIdentity"));
  const managedBy = `${pulumi.getProject()}/${pulumi.getStack()}#${String(identity?.outputs["stackId"])}`;
  const stateIds = new Set(deployedIds.values());
  const isMarked = (user: GuestUserObject) => isOurs(user, { managedBy });
  const isInterrupted = [...users.values()].flat().some((user) => isMarked(user) && !stateIds.has(user.id))
    ? await interrupted()
    : () => false;
  const known = new Map<string, string>();
  const unnamed: (readonly [ListedAnalyst, readonly GuestUserObject[]])[] = [];
  for (const analyst of joiners) {
    const { email, objectId } = analyst;
    const withAddress = users.get(email) ?? [];
    if (objectId !== undefined) {
      const user = withAddress.find(({ id }) => id === objectId);
      if (user === undefined) problems.push(noSuchUser(objectId, { email, tenantId }));
      else if (!hasAddress(user, email) && !isMarked(user)) problems.push(otherAddressRefusal(user, { email }));
      else if (isMember(user) && !adoptMembers) problems.push(memberRefusal(user, { email, tenantId }));
      else await pulumi.log.warn(`The existing ${identifyUser(user)} gets the access of the analyst ${email}.`);
      continue;
    }
    const own = withAddress.find((user) => stateIds.has(user.id) || isInterrupted(email, user));
    const members = adoptMembers ? [] : withAddress.filter(isMember);
    if (own !== undefined) known.set(email, own.id);
    else if (members.length > 0) problems.push(...members.map((user) => memberRefusal(user, { email, tenantId })));
    else if (withAddress.length > 0) unnamed.push([analyst, withAddress]);
  }
  const nameThem = unnamed.length === 0 ? [] : [unnamedText(unnamed, isMarked)];
  refuse(pulumi.runtime.isDryRun() ? problems : [...problems, ...nameThem]);
  for (const text of nameThem) await pulumi.log.warn(`\`up\` stops before the first change. ${text}`);
  return analysts.map((analyst) => {
    const objectId = known.get(analyst.email);
    return objectId === undefined ? analyst : { ...analyst, objectId };
  });
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new pulumi.RunError(`Nothing was changed.\n${problems.map((problem) => `- ${problem}`).join("\n")}`);
}

/** Names the users that the settings do not name yet, with the lines that do. */
function unnamedText(
  unnamed: readonly (readonly [ListedAnalyst, readonly GuestUserObject[]])[],
  isMarked: (user: GuestUserObject) => boolean,
): string {
  const people = unnamed.flatMap(([{ email }, users]) =>
    users.map((user) => {
      const mark = isMarked(user) ? " It carries the mark of this stack, and the state does not have it." : "";
      return `  ${email}: ${identifyUser(user)}.${mark}`;
    }),
  );
  const lines = unnamed.flatMap(([analyst, users]) => users.map(({ id }) => `  - ${settingsLine(analyst, id)}`));
  return [
    `The tenant has users with the addresses of ${unnamed.length} new analysts:`,
    ...people,
    "Whoever edits users in the tenant writes mail and marks. Check that each user is the analyst, and take the address away from any other user. " +
      `Then name them under analysts in Pulumi.${pulumi.getStack()}.yaml, in place of the lines of the same addresses:`,
    ...lines,
  ].join("\n");
}

function settingsLine({ email, displayName, tier = "tier1", accessEndsOn }: ListedAnalyst, objectId: string): string {
  const parts = [
    `email: ${email}`,
    `displayName: ${JSON.stringify(displayName)}`,
    ...(tier === "tier1" ? [] : [`tier: ${tier}`]),
    ...(accessEndsOn === undefined ? [] : [`accessEndsOn: "${accessEndsOn}"`]),
    `objectId: ${objectId}`,
  ];
  return `{ ${parts.join(", ")} }`;
}

/** The users of each new analyst: by address, by the settings' object ID, by the guests that leave the state. */
async function existingUsers(
  tenantId: string,
  joiners: readonly ListedAnalyst[],
  leavers: readonly DeployedResource[],
  context: CallContext,
): Promise<ReadonlyMap<string, readonly GuestUserObject[]> | "not permitted"> {
  return visible("Looking up the analysts", async () => {
    const call = await graphCall(tenantId, context);
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
  });
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
