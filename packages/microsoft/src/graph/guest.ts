/**
 * The calls of Microsoft Graph v1.0 around a B2B guest: who has an address, invite, read, change, delete.
 * https://learn.microsoft.com/graph/api/invitation-post, …/user-list, …/user-update, …/user-delete
 */
import { ServiceError } from "../errors";
import { type Answer } from "../http";
import type { GraphCall } from "./call";
import { deleteIfThere, goneStatuses, isGone } from "./gone";
import type { Collection, Invitation, User } from "./types";

/** What is asked of a user here. `employeeType` and `externalUserState` come only when they are selected. */
export type GuestUserObject = Pick<User, "id" | "displayName" | "mail" | "userType" | "externalUserState"> & {
  employeeType: string | null;
};

export interface InvitationRequest {
  readonly email: string;
  readonly displayName: string;
  /** Where the guest lands after accepting. */
  readonly redirectUrl: string;
  /** Whether Microsoft sends an e-mail. */
  readonly sendMessage: boolean;
  /** Text of the e-mail. Graph takes a text or a language, not both. */
  readonly message?: string;
  /** Language of Microsoft's own text, a BCP 47 tag. */
  readonly language?: string;
  /** Who gets a copy of the e-mail. Graph takes one. */
  readonly copyRecipient?: string;
}

export interface SentInvitation {
  /** Object ID of the user: the same at each invitation of an address. */
  readonly userId: string;
  /** Whoever has it can accept the invitation: a secret. */
  readonly redeemUrl: string;
}

/**
 * Every user of the tenant who has this address: as mail, among the other mails, as a proxy address (also one that no longer is the
 * first), or as the principal name, in which a guest's address is spelled `ana_fabrikam.example#EXT#@…`. Each is a query of its own:
 * the directory refuses some combinations of them, and its index for the others lags behind.
 */
export async function findUsers(call: GraphCall, email: string): Promise<GuestUserObject[]> {
  const text = email.replaceAll("'", "''");
  const asGuest = `${text.replace("@", "_")}#EXT#@`;
  const filters = [
    `mail eq '${text}'`,
    `userPrincipalName eq '${text}' or startswith(userPrincipalName,'${asGuest}')`,
    `proxyAddresses/any(address:address eq 'smtp:${text}')`,
    `otherMails/any(address:address eq '${text}')`,
  ];
  for (const filter of filters) {
    const { body } = await call(`/v1.0/users?$select=${selected}&$filter=${encodeURIComponent(filter)}`);
    const { value = [] } = (body ?? {}) as Partial<Collection<GuestUserObject>>;
    if (value.length > 0) return value;
  }
  return [];
}

/** Invites, by e-mail or without one. Repeated it answers the same user. */
export async function invite(call: GraphCall, wanted: InvitationRequest): Promise<SentInvitation> {
  const path = "/v1.0/invitations";
  const answer = await call(path, { method: "POST", json: invitationOf(wanted) });
  const { inviteRedeemUrl, invitedUser } = (answer.body ?? {}) as Partial<Invitation>;
  if (!invitedUser?.id || !inviteRedeemUrl) throw unexpected(answer, "POST", path, "there is no invited user in it");
  return { userId: invitedUser.id, redeemUrl: inviteRedeemUrl };
}

/** The user as it is; undefined where there is none. */
export async function getUser(call: GraphCall, id: string): Promise<GuestUserObject | undefined> {
  const path = `/v1.0/users/${encodeURIComponent(id)}`;
  const answer = await call(`${path}?$select=${selected}`, { accept: goneStatuses });
  if (isGone(answer)) return undefined;
  const user = (answer.body ?? {}) as Partial<GuestUserObject>;
  if (user.id !== id) throw unexpected(answer, "GET", path, "this is not the user");
  return user as GuestUserObject;
}

/** Changes a user. Answers whether the user was there: one just made may not be, for seconds. */
export async function patchUser(
  call: GraphCall,
  id: string,
  changes: Partial<Pick<GuestUserObject, "displayName" | "employeeType">>,
): Promise<boolean> {
  const options = { method: "PATCH", json: changes, accept: goneStatuses, idempotent: true };
  return !isGone(await call(`/v1.0/users/${encodeURIComponent(id)}`, options));
}

/** Deletes a user; that there is none is fine. */
export async function deleteUser(call: GraphCall, id: string): Promise<void> {
  await deleteIfThere(call, `/v1.0/users/${encodeURIComponent(id)}`);
}

const selected = "id,displayName,mail,userType,externalUserState,employeeType";

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
