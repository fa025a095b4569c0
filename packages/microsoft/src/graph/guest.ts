/**
 * The calls of Microsoft Graph v1.0 around a B2B guest: find by address, invite, read, change,
 * delete. https://learn.microsoft.com/graph/api/invitation-post, …/user-list, …/user-update,
 * …/user-delete
 */
import { ServiceError } from "@defender-mssp/errors";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { type Answer } from "../http";
import { graphList, type GraphCall } from "./call";
import { deleteIfThere, goneStatuses, isGone } from "./gone";
import { graphUsers, type User } from "./user";

/**
 * What is asked of a user here. `employeeType` and `externalUserState` come only when they are
 * selected.
 */
export type GuestUserObject = Pick<
  User,
  "id" | "displayName" | "mail" | "userType" | "externalUserState" | "createdDateTime" | "userPrincipalName"
> & {
  employeeType: string | null;
  externalUserStateChangeDateTime?: string | null;
  proxyAddresses?: readonly string[];
};

/** A B2B invitation: its answer. There is no read; the user is what remains. */
export interface Invitation {
  /** Whoever has it can redeem the invitation: a secret. */
  inviteRedeemUrl: string;
  invitedUser: { id: string };
}

/** A POST invites; no GET shows an invitation. */
export const invitationsPath = "/v1.0/invitations";

export interface InvitationRequest {
  readonly email: string;
  readonly displayName: string;
  /** Address after accepting. */
  readonly redirectUrl: string;
  readonly sendMessage: boolean;
  /** Text of the e-mail. Graph takes a text or a language, not both. */
  readonly message?: string;
  /** Language of Microsoft's own text, a BCP 47 tag. */
  readonly language?: string;
  /** Address that receives a copy of the e-mail. Graph accepts one. */
  readonly copyRecipient?: string;
}

export interface SentInvitation {
  /** Object ID of the user: the same at each invitation of an address. */
  readonly userId: string;
  /** Whoever has it can accept the invitation: a secret. */
  readonly redeemUrl: string;
}

/**
 * Every user of the tenant who has this address as mail or as principal name, in which a guest's
 * address is spelled `ana_fabrikam.example#EXT#@…`. Other addresses do not count: whoever may write
 * them could direct the access.
 */
export async function findUsers(call: GraphCall, email: string): Promise<readonly GuestUserObject[]> {
  return (await findUsersOf(call, [email])).get(email) ?? [];
}

/**
 * `findUsers` for many addresses, a few in each query: Graph limits how many parts an `or` may
 * have.
 */
export async function findUsersOf(
  call: GraphCall,
  emails: readonly string[],
): Promise<ReadonlyMap<string, readonly GuestUserObject[]>> {
  const chunks = Array.from({ length: Math.ceil(emails.length / chunkSize) }, (_, index) =>
    emails.slice(index * chunkSize, (index + 1) * chunkSize),
  );
  return new Map((await atOnce(parallelQueries, chunks, (chunk) => usersOf(call, chunk))).flat());
}

/** Addresses in one query: each is two parts of an `or`. */
const chunkSize = 7;
const parallelQueries = 8;

async function usersOf(call: GraphCall, emails: readonly string[]): Promise<[string, readonly GuestUserObject[]][]> {
  const byMail = await queried(call, emails.map((email) => `mail eq '${quoted(email)}'`).join(" or "));
  const others = emails.filter((email) => !byMail.some((user) => isMail(user, email)));
  const byName = others.length === 0 ? [] : await queried(call, others.map(nameFilter).join(" or "));
  return emails.map((email) => [
    email,
    others.includes(email)
      ? byName.filter(({ userPrincipalName: name }) => isNameOf(name, email))
      : byMail.filter((user) => isMail(user, email)),
  ]);
}

function nameFilter(email: string): string {
  return `userPrincipalName eq '${quoted(email)}' or startswith(userPrincipalName,'${quoted(guestNameOf(email))}')`;
}

export function hasAddress(user: GuestUserObject, email: string): boolean {
  return isMail(user, email) || isNameOf(user.userPrincipalName, email);
}

function isMail({ mail }: GuestUserObject, email: string): boolean {
  return mail?.toLowerCase() === email.toLowerCase();
}

function isNameOf(userPrincipalName: string, email: string): boolean {
  const name = userPrincipalName.toLowerCase();
  return name === email.toLowerCase() || name.startsWith(guestNameOf(email).toLowerCase());
}

function guestNameOf(email: string): string {
  return `${email.replace("@", "_")}#EXT#@`;
}

/** The addresses of a user besides mail and principal name, in lower case; none if the user is gone. */
export async function otherAddresses(call: GraphCall, id: string): Promise<readonly string[]> {
  const answer = await call(`${graphUsers.item(id)}?$select=id,otherMails,proxyAddresses`, { accept: goneStatuses });
  if (isGone(answer)) return [];
  const { otherMails = [], proxyAddresses = [] } = answer.body as Partial<Record<string, readonly string[]>>;
  return [...otherMails, ...proxyAddresses.map((address) => address.replace(/^smtp:/i, ""))].map((address) =>
    address.toLowerCase(),
  );
}

/** Whether a user belongs to the tenant. Users of old directories have no type, and are members. */
export function isMember({ userType }: Pick<GuestUserObject, "userType">): boolean {
  return userType !== "Guest";
}

function queried(call: GraphCall, filter: string): Promise<GuestUserObject[]> {
  return graphList<GuestUserObject>(
    call,
    `${graphUsers.path}?$select=${selected}&$filter=${encodeURIComponent(filter)}`,
  );
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

/**
 * Invites, with or without an e-mail. A second invitation returns the same user.
 * @throws ServiceError, after which the guest may exist
 */
export async function invite(call: GraphCall, wanted: InvitationRequest): Promise<SentInvitation> {
  const path = invitationsPath;
  const answer = await call(path, { method: "POST", json: invitationOf(wanted), idempotent: false });
  const { inviteRedeemUrl, invitedUser } = (answer.body ?? {}) as Partial<Invitation>;
  if (!invitedUser?.id || !inviteRedeemUrl) throw unexpected(answer, "POST", path, "there is no invited user in it");
  return { userId: invitedUser.id, redeemUrl: inviteRedeemUrl };
}

/** The current user; undefined if there is none. */
export async function getUser(call: GraphCall, id: string): Promise<GuestUserObject | undefined> {
  const path = graphUsers.item(id);
  const answer = await call(`${path}?$select=${selected}`, { accept: goneStatuses });
  if (isGone(answer)) return undefined;
  const user = (answer.body ?? {}) as Partial<GuestUserObject>;
  if (user.id !== id) throw unexpected(answer, "GET", path, "this is not the user");
  return user as GuestUserObject;
}

/** Changes a user. Returns whether the user exists: a new one may be missing for seconds. */
export async function patchUser(
  call: GraphCall,
  id: string,
  changes: Partial<Pick<GuestUserObject, "displayName" | "employeeType">>,
): Promise<boolean> {
  const options = { method: "PATCH", json: changes, accept: goneStatuses, idempotent: true };
  return !isGone(await call(graphUsers.item(id), options));
}

/** Deletes a user; a missing one is accepted. */
export async function deleteUser(call: GraphCall, id: string): Promise<void> {
  await deleteIfThere(call, graphUsers.item(id));
}

const selected =
  "id,displayName,mail,userPrincipalName,proxyAddresses,userType,externalUserState,externalUserStateChangeDateTime," +
  "createdDateTime,employeeType";

function invitationOf(wanted: InvitationRequest): Record<string, unknown> {
  const { copyRecipient, language, message } = wanted;
  return {
    invitedUserEmailAddress: wanted.email,
    invitedUserDisplayName: wanted.displayName,
    inviteRedirectUrl: wanted.redirectUrl,
    sendInvitationMessage: wanted.sendMessage,
    ...(wanted.sendMessage
      ? {
          invitedUserMessageInfo: {
            ...(message === undefined ? { messageLanguage: language ?? "en-US" } : { customizedMessageBody: message }),
            ...(copyRecipient === undefined ? {} : { ccRecipients: [{ emailAddress: { address: copyRecipient } }] }),
          },
        }
      : {}),
  };
}

function unexpected({ status }: Answer, method: string, url: string, message: string): ServiceError {
  return new ServiceError({ status, message, method, url });
}
