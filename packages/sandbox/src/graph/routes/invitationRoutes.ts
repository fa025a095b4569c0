/** Invitations of guests. https://learn.microsoft.com/graph/api/invitation-post */
import { randomBytes, randomUUID } from "node:crypto";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { switchValue } from "../../cloud/switches";
import { domainOf, sameText } from "../directory";
import { EmulatedGraphError, notFound, unreadableRequest } from "../graphErrors";
import { guestNickname, guestUserPrincipalName, securityIdentifier, wholeSeconds } from "../identifiers";
import { complete } from "../objects";
import { shape } from "../odata/shape";
import { isObject, jsonText, type JsonObject } from "../json";
import { isDelegated, passes, permissions } from "../permissions";
import { callBody, context, created, route, type RouteAnswer, type Call, type Route } from "../route";
import { checkCreate } from "../validate";
import { ownIdentity } from "./userRoutes";

export const invitationRoutes: readonly Route[] = [route("POST", "/invitations", permissions.invite, invite)];

/**
 * A second invitation returns the same user. The invitation can't be read later and is not stored.
 */
function invite(call: Call): RouteAnswer {
  const { invitedUser, ...body } = callBody(call);
  const resets = body["resetRedemption"] === true;
  const sent = resets || invitedUser === undefined ? body : { ...body, invitedUser };
  const { values } = checkCreate("invitations", sent, call.version);
  const emailAddress = jsonText(values["invitedUserEmailAddress"]);
  refuseWhereForbidden(call.tenant);
  checkAddress(call.tenant, emailAddress);
  const user = resets
    ? resetRedemption(call, emailAddress, invitedUser)
    : (guestOf(call.tenant, emailAddress) ?? addGuest(call, emailAddress, values));
  const id = randomUUID();
  const invitation = complete("invitations", {
    ...values,
    id,
    inviteRedeemUrl: redeemUrl(call, id),
    inviteRedirectUrl: redirectUrl(jsonText(values["inviteRedirectUrl"])),
    status: user["externalUserState"] === "Accepted" ? "Completed" : "PendingAcceptance",
  });
  call.cloud.changed();
  return created({
    "@odata.context": context(call, "invitations/$entity"),
    ...shape("invitations", invitation, call.version),
    invitedUser: { id: user.id },
  });
}

/**
 * The guest keeps object ID, principal name and memberships. Whoever redeems the new invitation signs in as the guest.
 * https://learn.microsoft.com/entra/external-id/reset-redemption-status; the permission is from
 * microsoftgraph/microsoft-graph-docs-contrib 9248, the 403 from MicrosoftDocs/azure-docs 71825.
 */
function resetRedemption({ tenant, caller, cloud }: Call, emailAddress: string, invitedUser: Json | undefined) {
  const id = isObject(invitedUser) ? jsonText(invitedUser["id"]) : "";
  if (id === "") throw unreadableRequest("The invitedUser id is required to reset the redemption. (Sandbox)");
  const user = tenant.objects("users").get(id.toLowerCase());
  if (user === undefined) throw notFound(id);
  const holdsRole = [...tenant.objects("roleAssignments").values()].some(({ principalId }) => principalId === user.id);
  if (!passes(caller, ["User.ReadWrite.All"]) || (!isDelegated(caller) && holdsRole)) {
    throw new EmulatedGraphError(403, "Forbidden", "Generic authorization exception.");
  }
  const { mail = null, otherMails = [] } = user;
  const isListed = [mail, ...(otherMails as readonly Json[])].some((address) => sameText(address, emailAddress));
  if (user["creationType"] !== "Invitation" || !isListed) {
    throw unreadableRequest("The user is no guest with this address in mail or otherMails. (Sandbox)");
  }
  user["externalUserState"] = "PendingAcceptance";
  user["externalUserStateChangeDateTime"] = wholeSeconds(cloud.now());
  return user;
}

/** The message is from reports of administrators; the code follows from the status. */
function refuseWhereForbidden(tenant: Tenant): void {
  if (switchValue(tenant, "b2bInvitations") === "on") return;
  const message =
    "Guest invitations not allowed for your company. Contact your company administrator for more details.";
  throw new EmulatedGraphError(403, "Forbidden", message);
}

function checkAddress(tenant: Tenant, emailAddress: string): void {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(emailAddress)) {
    throw unreadableRequest("The invited user email address is invalid.");
  }
  const domain = emailAddress.slice(emailAddress.lastIndexOf("@") + 1).toLowerCase();
  if (!tenant.objects("domains").has(domain)) return;
  const member = [...tenant.objects("users").values()].find((user) =>
    sameText(user["userPrincipalName"], emailAddress),
  );
  throw unreadableRequest(
    member === undefined
      ? "Group email addresses are not supported, and neither are addresses in a verified domain of this directory."
      : `The invited user already exists in the directory as object ID: ${member.id}. They can use that account to sign in to shared apps and resources.`,
  );
}

function guestOf(tenant: Tenant, emailAddress: string): StoredObject | undefined {
  return [...tenant.objects("users").values()].find(
    (user) => user["creationType"] === "Invitation" && sameText(user["mail"], emailAddress),
  );
}

function addGuest(call: Call, emailAddress: string, values: JsonObject): StoredObject {
  const id = randomUUID();
  const now = wholeSeconds(call.cloud.now());
  const userPrincipalName = guestUserPrincipalName(emailAddress, domainOf(call.tenant, "isInitial"));
  const user = complete("users", {
    id,
    accountEnabled: true,
    createdDateTime: now,
    creationType: "Invitation",
    displayName: values["invitedUserDisplayName"] ?? emailAddress.slice(0, emailAddress.lastIndexOf("@")),
    externalUserState: "PendingAcceptance",
    externalUserStateChangeDateTime: now,
    identities: [ownIdentity(userPrincipalName)],
    mail: emailAddress,
    mailNickname: guestNickname(emailAddress),
    otherMails: [emailAddress],
    proxyAddresses: [`SMTP:${emailAddress}`],
    securityIdentifier: securityIdentifier(id),
    userPrincipalName,
    userType: values["invitedUserType"] ?? "Guest",
  });
  call.tenant.objects("users").set(id, user);
  return user;
}

/** A host without a path is returned with a slash. */
function redirectUrl(url: string): string {
  if (!URL.canParse(url)) throw unreadableRequest("The inviteRedirectUrl is not a valid URL.");
  const { pathname, search, hash, href } = new URL(url);
  return pathname === "/" && search === "" && hash === "" ? href : url;
}

/** In the service's form, but with this cloud's host. */
function redeemUrl(call: Call, invitationId: string): string {
  const redeem =
    `https://invitations.microsoft.com/redeem/?tenant=${call.tenant.id}&user=${invitationId}` +
    `&ticket=${randomBytes(24).toString("base64url")}&ver=2.0`;
  const encoded = encodeURIComponent(redeem).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return `${call.origin}/redeem?rd=${encoded}`;
}
