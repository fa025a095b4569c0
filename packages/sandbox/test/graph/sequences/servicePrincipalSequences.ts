/**
 * Service principals, app role assignments, delegated grants: the plugin's calls, and what the
 * service refuses.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { microsoftGraph, microsoftThreatProtection, windowsDefenderAtp } from "@defender-mssp/microsoft";
import { text, type Body, type Harness } from "../support/harness";

const versions = ["v1.0", "beta"] as const;

export function servicePrincipalSequences(harness: () => Harness): void {
  it("azuread_service_principal: look-up, create, patch, read, owners, delete", () =>
    servicePrincipalSequence(harness()));
  for (const version of versions) {
    it(`${version}: a service principal follows its application`, () => follows(harness(), version));
    it(`${version}: app role assignments are created and read from both sides`, () =>
      appRoleAssignments(harness(), version));
    it(`${version}: a user and a group are assigned an application, and the assignment is deleted`, () =>
      assignedPeople(harness(), version));
    it(`${version}: delegated grants are created, changed and deleted`, () => grants(harness(), version));
  }
  it("a service principal of another tenant's application requires a multitenant audience", () =>
    multitenant(harness()));
  it("Microsoft's own service principals can't be deleted", () => microsoftsOwn(harness()));
}

async function newApplication(graph: Harness, displayName: string, extra: Body = {}): Promise<Body> {
  return await graph.create("/v1.0/applications", { displayName, ...extra });
}

async function servicePrincipalSequence(graph: Harness): Promise<void> {
  const application = await newApplication(graph, "Connector");
  const appId = text(application, "appId");
  const lookUp = `/v1.0/servicePrincipals?$filter=${encodeURIComponent(`appId eq '${appId}'`)}`;
  assert.deepEqual(await graph.list(lookUp), []);
  const unknown = await graph.refused(400, "POST", "/v1.0/servicePrincipals", { appId: randomUUID() });
  assert.match(
    unknown.message,
    /^The appId '.+' of the service principal does not reference a valid application object/,
  );
  const description = `TERRAFORM_UPDATE_${randomUUID()}`;
  const created = await graph.create("/v1.0/servicePrincipals", {
    "@odata.type": "#microsoft.graph.servicePrincipal",
    accountEnabled: true,
    alternativeNames: [],
    appId,
    appRoleAssignmentRequired: false,
    description,
    loginUrl: null,
    notes: null,
    notificationEmailAddresses: [],
    "owners@odata.bind": [`${graph.origin}/v1.0/directoryObjects/${graph.automation.id}`],
    preferredSingleSignOnMode: null,
    samlSingleSignOnSettings: { "@odata.type": "#microsoft.graph.samlSingleSignOnSettings", relayState: null },
    tags: [],
  });
  const path = `servicePrincipals/${text(created, "id")}`;
  assert.equal(created["description"], description);
  await graph.patch(`/v1.0/${path}`, {
    "@odata.type": "#microsoft.graph.servicePrincipal",
    description: null,
  });
  await graph.remove(`/v1.0/${path}/owners/${graph.automation.id}/$ref`);
  assert.equal((await graph.get(`/v1.0/${path}`))["description"], null);
  const beta = await graph.get(`/beta/${path}?$select=samlMetadataUrl`);
  assert.deepEqual(beta["samlMetadataUrl"], null);
  assert.deepEqual(await graph.list(`/v1.0/${path}/owners`), []);
  const twice = await graph.refused(409, "POST", "/v1.0/servicePrincipals", { appId });
  assert.match(twice.message, new RegExp(`service principal name ${appId} is already in use`));
  await graph.remove(`/v1.0/${path}`);
  await graph.refused(404, "GET", `/v1.0/${path}`);
  await graph.remove(`/v1.0/applications/${text(application, "id")}`);
}

async function follows(graph: Harness, version: string): Promise<void> {
  const application = await newApplication(graph, "Before");
  const appId = text(application, "appId");
  const created = await graph.create(`/${version}/servicePrincipals`, { appId });
  const path = `/${version}/servicePrincipals/${text(created, "id")}`;
  await graph.patch(`/v1.0/applications/${text(application, "id")}`, {
    displayName: "After",
    identifierUris: [`api://${appId}`],
    web: { redirectUris: ["https://contoso.com/after"] },
  });
  const read = await graph.get(`/${version}/servicePrincipals(appId='${appId}')`);
  assert.deepEqual([read["displayName"], read["appDisplayName"]], ["After", "After"]);
  assert.deepEqual(read["replyUrls"], ["https://contoso.com/after"]);
  assert.deepEqual([...(read["servicePrincipalNames"] as string[])].sort(), [appId, `api://${appId}`].sort());
  await graph.patch(path, { notes: "ours" });
  const owner = { "@odata.id": `${graph.origin}/${version}/servicePrincipals/${graph.automation.id}` };
  await graph.expect(204, "POST", `${path}/owners/$ref`, owner);
  assert.equal((await graph.list(`${path}/owners`)).length, 1);
  await graph.remove(`${path}/owners/${graph.automation.id}/$ref`);
  assert.deepEqual(await graph.list(`${path}/memberOf`), []);
  assert.ok((await graph.list(`/${version}/servicePrincipals?$top=3`)).length === 3);
  await graph.remove(`/v1.0/applications/${text(application, "id")}`);
  await graph.refused(404, "GET", path);
  const again = await newApplication(graph, "Again");
  const second = await graph.create(`/${version}/servicePrincipals`, { appId: text(again, "appId") });
  await graph.remove(`/${version}/servicePrincipals/${text(second, "id")}`);
  await graph.remove(`/v1.0/applications/${text(again, "id")}`);
}

async function appRoleAssignments(graph: Harness, version: string): Promise<void> {
  const application = await newApplication(graph, "Assigned");
  const principal = await graph.create("/v1.0/servicePrincipals", { appId: text(application, "appId") });
  const principalId = text(principal, "id");
  const resource = graph.servicePrincipalOf(microsoftGraph.displayName);
  const body = {
    "@odata.type": "#microsoft.graph.appRoleAssignment",
    appRoleId: microsoftGraph.appRoles["SecurityAlert.Read.All"],
    principalId,
    resourceId: resource.id,
  };
  const to = `/${version}/servicePrincipals/${resource.id}/appRoleAssignedTo`;
  const created = await graph.create(to, body);
  const id = text(created, "id");
  assert.equal(created["principalType"], "ServicePrincipal");
  assert.equal(created["resourceDisplayName"], microsoftGraph.displayName);
  assert.equal(
    created["@odata.context"],
    `${graph.origin}/${version}/$metadata#servicePrincipals('${resource.id}')/appRoleAssignedTo/$entity`,
  );
  assert.equal((await graph.get(`${to}/${id}`))["resourceId"], resource.id);
  const twice = await graph.refused(400, "POST", to, body);
  assert.equal(twice.message, "Permission being assigned already exists on the object");
  const foreign = await graph.refused(400, "POST", to, { ...body, appRoleId: randomUUID() });
  assert.match(foreign.message, /^Permission being assigned was not found on application/);
  await graph.refused(404, "POST", to, { ...body, principalId: randomUUID() });
  await graph.refused(400, "POST", to, { ...body, resourceId: principalId });
  assert.ok((await graph.list(to)).some((item) => item["id"] === id));
  const from = `/${version}/servicePrincipals/${principalId}/appRoleAssignments`;
  assertEach(await graph.list(from), (item) => item["id"], [id]);
  await graph.get(`${from}/${id}`);
  await graph.remove(`${to}/${id}`);
  await graph.refused(404, "GET", `${to}/${id}`);
  const defender = graph.servicePrincipalOf(windowsDefenderAtp.displayName);
  const second = await graph.create(from, {
    appRoleId: windowsDefenderAtp.appRoles["Alert.Read.All"],
    principalId,
    resourceId: defender.id,
  });
  await graph.remove(`${from}/${text(second, "id")}`);
  await graph.remove(`/v1.0/applications/${text(application, "id")}`);
}

async function assignedPeople(graph: Harness, version: string): Promise<void> {
  const application = await newApplication(graph, "Assigned people");
  const resource = await graph.create("/v1.0/servicePrincipals", { appId: text(application, "appId") });
  const group = await graph.create("/v1.0/groups", {
    ...{ displayName: "Assigned", mailEnabled: false, mailNickname: "assigned", securityEnabled: true },
  });
  const user = [...graph.tenant.objects("users").values()][0]!;
  for (const [collection, principalId] of [
    ["users", user.id],
    ["groups", text(group, "id")],
  ] as const) {
    const path = `/${version}/${collection}/${principalId}/appRoleAssignments`;
    const created = await graph.create(path, {
      ...{ appRoleId: "00000000-0000-0000-0000-000000000000", principalId, resourceId: text(resource, "id") },
    });
    const id = text(created, "id");
    assertEach(await graph.list(path), (item) => item["id"], [id]);
    await graph.get(`${path}/${id}`);
    await graph.remove(`${path}/${id}`);
    assert.deepEqual(await graph.list(path), []);
  }
  await graph.remove(`/v1.0/groups/${text(group, "id")}`);
  await graph.remove(`/v1.0/applications/${text(application, "id")}`);
}

async function grants(graph: Harness, version: string): Promise<void> {
  const application = await newApplication(graph, "Granted");
  const client = await graph.create("/v1.0/servicePrincipals", { appId: text(application, "appId") });
  const resource = graph.servicePrincipalOf(windowsDefenderAtp.displayName);
  const body = {
    "@odata.type": "#microsoft.graph.oAuth2PermissionGrant",
    clientId: text(client, "id"),
    consentType: "AllPrincipals",
    resourceId: resource.id,
    scope: "Alert.Read",
    ...(version === "beta" && { startTime: "2026-01-01T00:00:00Z", expiryTime: "2027-01-01T00:00:00Z" }),
  };
  const created = await graph.create(`/${version}/oauth2PermissionGrants`, body);
  for (const name of ["startTime", "expiryTime"] as const) assert.equal(created[name], (body as Body)[name]);
  const path = `/${version}/oauth2PermissionGrants/${text(created, "id")}`;
  const twice = await graph.refused(409, "POST", `/${version}/oauth2PermissionGrants`, body);
  assert.equal(twice.message, "Permission entry already exists.");
  await graph.refused(404, "POST", `/${version}/oauth2PermissionGrants`, { ...body, resourceId: randomUUID() });
  await graph.refused(400, "POST", `/${version}/oauth2PermissionGrants`, { ...body, consentType: "Principal" });
  await graph.patch(path, {
    "@odata.type": "#microsoft.graph.oAuth2PermissionGrant",
    scope: "Alert.Read User.Read",
  });
  assert.equal((await graph.get(path))["scope"], "Alert.Read User.Read");
  const filter = encodeURIComponent(`clientId eq '${text(client, "id")}' and consentType eq 'AllPrincipals'`);
  assert.equal((await graph.list(`/${version}/oauth2PermissionGrants?$filter=${filter}`)).length, 1);
  const ofClient = `/${version}/servicePrincipals/${text(client, "id")}/oauth2PermissionGrants`;
  assert.equal((await graph.list(ofClient)).length, 1);
  await graph.remove(path);
  await graph.refused(404, "GET", path);
  const [user] = [...graph.tenant.objects("users").values()];
  const forOne = await graph.create(`/${version}/oauth2PermissionGrants`, {
    ...body,
    consentType: "Principal",
    principalId: user?.id ?? "",
  });
  await graph.remove(`/v1.0/servicePrincipals/${text(client, "id")}`);
  await graph.refused(404, "GET", `/${version}/oauth2PermissionGrants/${encodeURIComponent(text(forOne, "id"))}`);
  await graph.remove(`/v1.0/applications/${text(application, "id")}`);
}

async function multitenant(graph: Harness): Promise<void> {
  const elsewhere = { as: { roles: ["Application.ReadWrite.All"], tenantId: "22222222-2222-4222-8222-222222222222" } };
  const open = await newApplication(graph, "Open", { signInAudience: "AzureADMultipleOrgs" });
  const closed = await newApplication(graph, "Closed");
  const created = await graph.create("/v1.0/servicePrincipals", { appId: text(open, "appId") }, elsewhere);
  assert.equal(created["appOwnerOrganizationId"], graph.tenant.id);
  const [path, home] = [`/v1.0/servicePrincipals/${text(created, "id")}`, `/v1.0/applications/${text(open, "id")}`];
  const locked = await graph.refused(400, "POST", `${path}/addPassword`, {}, elsewhere);
  assert.equal(locked.code, "CannotUpdateLockedServicePrincipalProperty");
  await graph.refused(400, "PATCH", path, { tokenEncryptionKeyId: text(open, "id") }, elsewhere);
  await graph.patch(path, { notes: "x" }, elsewhere);
  await graph.patch(home, { servicePrincipalLockConfiguration: { allProperties: false, tokenEncryptionKeyId: true } });
  const { keyId } = (await graph.expect(200, "POST", `${path}/addPassword`, {}, elsewhere)) as { keyId?: string };
  await graph.patch(home, { servicePrincipalLockConfiguration: { allProperties: true } });
  await graph.expect(204, "POST", `${path}/removePassword`, { keyId: keyId ?? "" }, elsewhere);
  await graph.refused(400, "POST", "/v1.0/servicePrincipals", { appId: text(closed, "appId") }, elsewhere);
  await graph.remove(`/v1.0/servicePrincipals/${text(created, "id")}`, elsewhere);
  for (const application of [open, closed]) {
    await graph.remove(`/v1.0/applications/${text(application, "id")}`);
  }
}

async function microsoftsOwn(graph: Harness): Promise<void> {
  const { id } = graph.servicePrincipalOf(microsoftThreatProtection.displayName);
  const refused = await graph.refused(403, "DELETE", `/v1.0/servicePrincipals/${id}`);
  assert.equal(refused.code, "Authorization_RequestDenied");
}
