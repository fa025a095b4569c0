/** Users and invitations: the plugin's calls, and what the service refuses. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { text, type Body, type Harness } from "../support/harness";

const versions = ["v1.0", "beta"] as const;

/** What the plugin's `user` data source selects. */
const selectedByPlugin =
  "accountEnabled,ageGroup,businessPhones,city,companyName,consentProvidedForMinor,country,creationType,department," +
  "displayName,employeeHireDate,employeeId,employeeOrgData,employeeType,externalUserState,faxNumber,givenName,id," +
  "imAddresses,jobTitle,mail,mailNickname,mobilePhone,officeLocation,onPremisesDistinguishedName,onPremisesDomainName," +
  "onPremisesImmutableId,onPremisesSamAccountName,onPremisesSecurityIdentifier,onPremisesSyncEnabled," +
  "onPremisesUserPrincipalName,otherMails,postalCode,preferredLanguage,proxyAddresses,showInAddressList,state," +
  "streetAddress,surname,usageLocation,userPrincipalName,userType";

export function userSequences(harness: () => Harness): void {
  it("azuread_invitation: invite, patch the company twice, read, delete", () => invitationSequence(harness()));
  it("data source user: by principal name, then all that it selects, then the manager", () =>
    userDataSource(harness()));
  for (const version of versions) {
    it(`${version}: a second invitation of an address returns the same user`, () => inviteAgain(harness(), version));
    it(`${version}: a user is created, changed, deleted and restored`, () => user(harness(), version));
  }
  it("invitation: requires an address and a URL", () => wrongInvitations(harness()));
  it("invitation: the address of a deleted guest gets a new user", () => inviteDeleted(harness()));
  it("invitation: resetRedemption keeps ID, principal name and groups, and asks for the acceptance again", () =>
    resetsRedemption(harness()));
}

async function invitationSequence(graph: Harness): Promise<void> {
  const invitation = await graph.create("/v1.0/invitations", {
    "@odata.type": "#microsoft.graph.invitation",
    inviteRedirectUrl: `https://security.microsoft.com?tid=${graph.tenant.id}`,
    invitedUserDisplayName: "Ana Lyst",
    invitedUserEmailAddress: "ana.lyst@fabrikam.example",
    invitedUserMessageInfo: {
      "@odata.type": "#microsoft.graph.invitedUserMessageInfo",
      ccRecipients: [{ emailAddress: { address: "boss@fabrikam.example" } }],
      customizedMessageBody: "Welcome.",
      messageLanguage: null,
    },
    invitedUserType: "Guest",
    sendInvitationMessage: true,
  });
  assert.ok(text(invitation, "inviteRedeemUrl").startsWith(`${graph.origin}/redeem?rd=https%3a%2f%2f`));
  assert.equal(invitation["status"], "PendingAcceptance");
  const id = text(invitation["invitedUser"] as Body, "id");
  for (const companyName of [`TERRAFORM_UPDATE_${randomUUID()}`, null]) {
    await graph.patch(`/v1.0/users/${id}`, { "@odata.type": "#microsoft.graph.user", companyName });
  }
  const read = await graph.get(`/v1.0/users/${id}`);
  assert.equal(read["mail"], "ana.lyst@fabrikam.example");
  assert.equal(Object.keys(read).at(-1), "id");
  const details = await graph.get(`/v1.0/users/${id}?$select=${selectedByPlugin}`);
  assert.equal(details["companyName"], null);
  assert.equal(details["userType"], "Guest");
  assert.equal(details["externalUserState"], "PendingAcceptance");
  assert.match(text(details, "userPrincipalName"), /^ana\.lyst_fabrikam\.example#EXT#@.+\.onmicrosoft\.com$/);
  await graph.remove(`/v1.0/users/${id}`);
  await graph.refused(404, "GET", `/v1.0/users/${id}`);
}

async function userDataSource(graph: Harness): Promise<void> {
  const [administrator] = [...graph.tenant.objects("users").values()];
  const name = text(administrator ?? {}, "userPrincipalName");
  const filter = encodeURIComponent(`userPrincipalName eq '${name.toUpperCase()}'`);
  const [found] = await graph.list(`/v1.0/users?$filter=${filter}`);
  const path = `/v1.0/users/${text(found ?? {}, "id")}`;
  const selected = await graph.get(`${path}?$select=${selectedByPlugin}`);
  assert.deepEqual(Object.keys(selected).slice(1).sort(), selectedByPlugin.split(",").sort());
  const manager = await graph.refused(404, "GET", `${path}/manager`);
  assert.ok(manager.message.startsWith("Resource 'manager' does not exist"));
}

async function inviteAgain(graph: Harness, version: string): Promise<void> {
  const body = { invitedUserEmailAddress: "again@fabrikam.example", inviteRedirectUrl: "https://myapps.microsoft.com" };
  const first = await graph.create(`/${version}/invitations`, body);
  assert.equal(first["inviteRedirectUrl"], "https://myapps.microsoft.com/");
  const second = await graph.create(`/${version}/invitations`, {
    ...body,
    invitedUserEmailAddress: "AGAIN@fabrikam.example",
  });
  assert.deepEqual(second["invitedUser"], first["invitedUser"]);
  assert.notEqual(second["id"], first["id"]);
  await graph.remove(`/${version}/users/${text(first["invitedUser"] as Body, "id")}`);
}

async function user(graph: Harness, version: string): Promise<void> {
  const domain = [...graph.tenant.objects("domains").keys()][0] ?? "";
  const body = {
    accountEnabled: true,
    displayName: "Some Body",
    mailNickname: "somebody",
    passwordProfile: { forceChangePasswordNextSignIn: true, password: "Not kept anywhere" },
    userPrincipalName: `some.body.${version.replace(".", "")}@${domain}`,
  };
  const path = `/${version}/users`;
  const created = await graph.create(path, body);
  const id = text(created, "id");
  assert.ok(!JSON.stringify([...graph.tenant.objects("users").values()]).includes("Not kept anywhere"));
  const taken = await graph.refused(400, "POST", path, body);
  assert.match(taken.message, /same value for property userPrincipalName already exists/);
  const foreign = await graph.refused(400, "POST", path, { ...body, userPrincipalName: "a@elsewhere.example" });
  assert.match(foreign.message, /^The domain portion of the userPrincipalName property is invalid/);
  const unset = { passwordProfile: null, userPrincipalName: `other@${domain}` };
  await graph.refused(400, "POST", path, { ...body, ...unset });
  for (const password of ["Short 1", "a long one without", `Long 1${"x".repeat(251)}`]) {
    const weak = { passwordProfile: { password } };
    const other = `other@${domain}`;
    const refused = await graph.refused(400, "POST", path, { ...body, userPrincipalName: other, ...weak });
    assert.equal(refused.code, "Request_BadRequest");
    assert.match(refused.message, /^The specified password does not comply with password complexity requirements\./);
    await graph.refused(400, "PATCH", `${path}/${id}`, weak);
  }
  await graph.patch(`${path}/${id}`, {
    passwordPolicies: "DisablePasswordExpiration, DisableStrongPassword",
    passwordProfile: { password: "a long one without" },
  });
  await graph.patch(`${path}/${body.userPrincipalName}`, { jobTitle: "Analyst", city: null });
  assert.equal((await graph.get(`${path}/${body.userPrincipalName}`))["jobTitle"], "Analyst");
  const [manager] = [...graph.tenant.objects("users").values()];
  await graph.expect(204, "PUT", `${path}/${id}/manager/$ref`, {
    "@odata.id": `${graph.origin}/${version}/users/${manager?.id ?? ""}`,
  });
  assert.equal((await graph.get(`${path}/${id}/manager`))["id"], manager?.id);
  const expanded = await graph.get(`${path}/${id}?$expand=manager($select=id,displayName)`);
  assert.deepEqual(Object.keys(expanded["manager"] as Body), ["@odata.type", "id", "displayName"]);
  await graph.remove(`${path}/${id}/manager/$ref`);
  await graph.remove(`${path}/${id}`);
  const deleted = await graph.get(`/${version}/directory/deletedItems/${id}`);
  assert.equal(deleted["userPrincipalName"], `${id.replaceAll("-", "")}${body.userPrincipalName}`);
  const restored = await graph.expect(200, "POST", `/${version}/directory/deletedItems/${id}/restore`);
  assert.equal(restored["userPrincipalName"], body.userPrincipalName);
  const me = await graph.get(`/${version}/me`, {
    as: { scopes: ["User.Read"], objectId: id },
  });
  assert.equal(me["displayName"], "Some Body");
  const appOnly = await graph.refused(400, "GET", `/${version}/me`);
  assert.equal(appOnly.message, "/me request is only valid with delegated authentication flow.");
  await graph.remove(`${path}/${id}`);
  assert.ok((await graph.list(path)).every((item) => item["id"] !== id));
}

async function wrongInvitations(graph: Harness): Promise<void> {
  const right = { invitedUserEmailAddress: "guest@fabrikam.example", inviteRedirectUrl: "https://contoso.com" };
  await graph.refused(400, "POST", "/v1.0/invitations", { ...right, invitedUserEmailAddress: "no address" });
  await graph.refused(400, "POST", "/v1.0/invitations", { ...right, inviteRedirectUrl: "no URL" });
  const missing = await graph.refused(400, "POST", "/v1.0/invitations", { invitedUserEmailAddress: "a@b.example" });
  assert.equal(missing.message, "A value is required for property 'inviteRedirectUrl' of resource 'Invitation'.");
  const [administrator] = [...graph.tenant.objects("users").values()];
  const own = await graph.refused(400, "POST", "/v1.0/invitations", {
    ...right,
    invitedUserEmailAddress: text(administrator ?? {}, "userPrincipalName"),
  });
  assert.match(own.message, /^The invited user already exists in the directory as object ID/);
}

async function inviteDeleted(graph: Harness): Promise<void> {
  const body = { invitedUserEmailAddress: "back@fabrikam.example", inviteRedirectUrl: "https://contoso.com" };
  const invite = async (): Promise<string> =>
    text((await graph.create("/v1.0/invitations", body))["invitedUser"] as Body, "id");
  const first = await invite();
  await graph.remove(`/v1.0/users/${first}`);
  const second = await invite();
  assert.notEqual(second, first);
  const restored = await graph.refused(400, "POST", `/v1.0/directory/deletedItems/${first}/restore`);
  assert.match(restored.message, /same value for property userPrincipalName already exists/);
  await graph.remove(`/v1.0/directory/deletedItems/${first}`);
  await graph.remove(`/v1.0/users/${second}`);
}

async function resetsRedemption(graph: Harness): Promise<void> {
  const body = { invitedUserEmailAddress: "first@fabrikam.example", inviteRedirectUrl: "https://contoso.com" };
  const { invitedUser } = await graph.create("/v1.0/invitations", body);
  const id = text(invitedUser as Body, "id");
  const before = graph.tenant.objects("users").get(id);
  assert.ok(before !== undefined);
  before["externalUserState"] = "Accepted";
  const group = { displayName: "Tier", mailEnabled: false, mailNickname: "tier", securityEnabled: true };
  const groupPath = `/v1.0/groups/${text(await graph.create("/v1.0/groups", group), "id")}`;
  await graph.expect(204, "POST", `${groupPath}/members/$ref`, {
    "@odata.id": `${graph.origin}/v1.0/directoryObjects/${id}`,
  });
  const reset = {
    ...body,
    invitedUserEmailAddress: "other@adatum.example",
    invitedUser: { id },
    resetRedemption: true,
  };
  const refused = (status: number, change: object, roles: readonly string[] = ["User.ReadWrite.All"]) =>
    graph.refused(status, "POST", "/v1.0/invitations", { ...reset, ...change }, { as: { roles } });

  await refused(400, {});
  await graph.expect(204, "PATCH", `/v1.0/users/${id}`, { otherMails: ["other@adatum.example"] });
  await refused(403, {}, ["User.Invite.All"]);
  await refused(400, { invitedUser: undefined });
  await refused(404, { invitedUser: { id: randomUUID() } });
  await refused(400, { resetRedemption: false });
  const assignment = {
    principalId: id,
    roleDefinitionId: "5d6b6bb7-de71-4623-b4af-96380a352509",
    directoryScopeId: "/",
  };
  const role = await graph.create("/v1.0/roleManagement/directory/roleAssignments", assignment);
  await refused(403, {});
  await graph.remove(`/v1.0/roleManagement/directory/roleAssignments/${text(role, "id")}`);
  const { userPrincipalName } = before;
  const answer = await graph.create("/v1.0/invitations", reset);
  assert.deepEqual(answer["invitedUser"], { id });
  assert.equal(answer["status"], "PendingAcceptance");
  const user = await graph.get(`/v1.0/users/${id}?$select=userPrincipalName,mail,externalUserState`);
  assert.equal(user["externalUserState"], "PendingAcceptance");
  assert.equal(user["userPrincipalName"], userPrincipalName);
  assert.deepEqual(
    (await graph.list(`${groupPath}/members`)).map((member) => member["id"]),
    [id],
  );
  await graph.remove(groupPath);
  await graph.remove(`/v1.0/users/${id}`);
}
