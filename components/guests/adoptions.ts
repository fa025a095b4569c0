import {
  describeUser,
  findUsersOf,
  graphCall,
  invitedNameEnding,
  isMember,
  memberRefusal,
  parseGuestMark,
  ServiceError,
  type CallContext,
  type GuestUserObject,
} from "@defender-mssp/microsoft";
import { visible } from "@defender-mssp/errors";
import * as pulumi from "@pulumi/pulumi";
import type { DeployedResources } from "../tenant/deployedResources";
import { dynamic } from "../../domain/resourceTypes";

export interface AdoptionSettings {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: string;
  readonly analysts: readonly { readonly email: string }[];
  /** Whether an existing member may be used. @default false */
  readonly adoptMembers?: boolean;
}

/**
 * Names the existing users that get an analyst's access, before the first declaration and in a
 * preview, too. Analysts whose guest is deployed are not looked up. What this identity may not read
 * is left to the resource that needs it.
 *
 * @param deployed the stack's resources: `await deployedResources()`.
 * @throws pulumi.RunError if a user is a member and the settings do not allow members.
 *
 * ## Least privileges
 * None. With `User.Read.All` on Microsoft Graph it names the users before the first change.
 */
export async function reportAdoptions(
  { tenantId, analysts, adoptMembers = false }: AdoptionSettings,
  deployed: DeployedResources,
  context: CallContext = {},
): Promise<void> {
  const resources = Object.values(deployed);
  const guests = resources.filter(({ type }) => type === dynamic("Guest"));
  const known = new Set(guests.map(({ outputs }) => outputs["email"]));
  const emails = analysts.map(({ email }) => email).filter((email) => !known.has(email));
  if (emails.length === 0) return;
  const identity = resources.find(({ type }) => type === dynamic("StackIdentity"));
  const owner = `${pulumi.getProject()}/${pulumi.getStack()}#${String(identity?.outputs["stackId"])}`;
  const found = (await existingUsers(tenantId, emails, context)).filter(([, user]) => !isOwn(user, owner));
  const refused = adoptMembers ? [] : found.filter(([, user]) => isMember(user));
  if (refused.length > 0) {
    const lines = refused.map(([email, user]) => `- ${memberRefusal(user, { email, tenantId })}`);
    throw new pulumi.RunError(`Nothing was changed.\n${lines.join("\n")}`);
  }
  for (const [email, user] of found) {
    await pulumi.log.warn(
      `The existing ${describeUser(user)} (object ID ${user.id}) gets the access of the analyst ${email}. \`pulumi destroy\` keeps this user.`,
    );
  }
}

async function existingUsers(
  tenantId: string,
  emails: readonly string[],
  context: CallContext,
): Promise<[string, GuestUserObject][]> {
  return visible("Looking up the analysts", async () => {
    const call = await graphCall(tenantId, context);
    const found = await findUsersOf(call, emails).catch((failure: unknown) => {
      if (failure instanceof ServiceError && failure.status === 403) return new Map<string, never[]>();
      throw failure;
    });
    return [...found].flatMap(([email, users]) => users.map((user): [string, GuestUserObject] => [email, user]));
  });
}

/** Invited by this stack: an earlier `up` was interrupted. */
function isOwn(user: GuestUserObject, owner: string): boolean {
  return (
    parseGuestMark(user.employeeType)?.owner === owner || user.displayName?.endsWith(invitedNameEnding(owner)) === true
  );
}
