/**
 * What the official plugin sends for application registrations and what hangs on them, call by
 * call.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { matchesSecret } from "../../../src/cloud/secrets";
import { everything, text, type Body, type Harness } from "../support/harness";
import { provenKey, testCertificate } from "../support/certificate";

const versions = ["v1.0", "beta"] as const;

export function applicationSequences(harness: () => Harness): void {
  it("azuread_application: create, patch twice, read, owners, update, delete", () => applicationSequence(harness()));
  for (const version of versions) {
    it(`${version}: an app registration from create to delete, with owners and a logo`, () =>
      registration(harness(), version));
    it(`${version}: passwords of applications and service principals are added and removed`, () =>
      passwords(harness(), version));
    it(`${version}: keys are added and removed with the proof of one that is there`, () =>
      rolledKeys(harness(), version));
    it(`${version}: federated identity credentials are created, changed and deleted`, () =>
      federatedIdentityCredentials(harness(), version));
  }
  it("azuread_application_redirect_uris: set for each platform in turn", () => redirectUris(harness()));
  it("azuread_application_api_access: two APIs are added, then removed one by one", () => apiAccess(harness()));
  it("certificates: the key is returned only with $select", () => certificates(harness()));
  it("app roles and scopes: enabled ones can be neither deleted nor changed", () => enabledRoles(harness()));
}

/** The body as the plugin's Graph client writes it: types everywhere, empty strings as null. */
function createBody(graph: Harness, displayName: string): Body {
  return {
    "@odata.type": "#microsoft.graph.application",
    api: {
      "@odata.type": "#microsoft.graph.apiApplication",
      acceptMappedClaims: null,
      knownClientApplications: [],
      oauth2PermissionScopes: [],
      requestedAccessTokenVersion: 1,
    },
    appRoles: [],
    description: null,
    displayName,
    groupMembershipClaims: null,
    identifierUris: [],
    info: {
      "@odata.type": "#microsoft.graph.informationalUrl",
      marketingUrl: null,
      privacyStatementUrl: null,
      supportUrl: null,
      termsOfServiceUrl: null,
    },
    isDeviceOnlyAuthSupported: false,
    isFallbackPublicClient: false,
    notes: null,
    optionalClaims: null,
    "owners@odata.bind": [`${graph.origin}/v1.0/directoryObjects/${graph.automation.id}`],
    publicClient: { "@odata.type": "#microsoft.graph.publicClientApplication", redirectUris: [] },
    requiredResourceAccess: [],
    serviceManagementReference: null,
    signInAudience: "AzureADMyOrg",
    spa: { "@odata.type": "#microsoft.graph.spaApplication", redirectUris: [] },
    tags: [],
    web: {
      "@odata.type": "#microsoft.graph.webApplication",
      homePageUrl: null,
      implicitGrantSettings: {
        "@odata.type": "#microsoft.graph.implicitGrantSettings",
        enableAccessTokenIssuance: false,
        enableIdTokenIssuance: false,
      },
      logoutUrl: null,
      redirectUris: [],
    },
  };
}

async function applicationSequence(graph: Harness): Promise<void> {
  const name = "Contoso SIEM MSSP Connector";
  await graph.get(`/v1.0/applications?$filter=${encodeURIComponent(`displayName eq '${name}'`)}`);
  const created = await graph.create("/v1.0/applications", createBody(graph, name));
  const id = text(created, "id");
  for (const displayName of [`TERRAFORM_UPDATE_${randomUUID()}`, name]) {
    await graph.patch(`/v1.0/applications/${id}`, {
      "@odata.type": "#microsoft.graph.application",
      displayName,
    });
  }
  await graph.patch(`/beta/applications/${id}`, {
    "@odata.type": "#microsoft.graph.application",
    oauth2RequirePostResponse: true,
  });
  await graph.remove(`/v1.0/applications/${id}/owners/${graph.automation.id}/$ref`);
  const read = await graph.get(`/v1.0/applications/${id}`);
  assert.equal(read["displayName"], name);
  assert.equal((read["web"] as Body)["homePageUrl"], null);
  const beta = await graph.get(`/beta/applications/${id}?$select=oauth2RequirePostResponse`);
  assert.deepEqual(Object.keys(beta), ["@odata.context", "oauth2RequirePostResponse"]);
  assert.equal(beta["oauth2RequirePostResponse"], true);
  assert.deepEqual(await graph.list(`/v1.0/applications/${id}/owners`), []);
  await graph.remove(`/v1.0/applications/${id}`);
  const gone = await graph.refused(404, "GET", `/v1.0/applications/${id}`);
  assert.equal(gone.code, "Request_ResourceNotFound");
}

async function registration(graph: Harness, version: string): Promise<void> {
  const created = await graph.create(`/${version}/applications`, {
    "@odata.type": "#microsoft.graph.application",
    displayName: "Registration",
    signInAudience: "AzureADMyOrg",
  });
  const id = text(created, "id");
  assert.match(text(created, "createdDateTime"), /\.\d{7}Z$/);
  const byAppId = await graph.get(`/${version}/applications(appId='${text(created, "appId")}')`);
  assert.equal(byAppId["id"], id);
  assert.match(text(byAppId, "createdDateTime"), /:\d\dZ$/);
  await graph.patch(`/${version}/applications/${id}`, { description: null, notes: "kept by us" });
  const owner = { "@odata.id": `${graph.origin}/${version}/directoryObjects/${graph.automation.id}` };
  await graph.expect(204, "POST", `/${version}/applications/${id}/owners/$ref`, owner);
  const owners = await graph.list(`/${version}/applications/${id}/owners`);
  assert.equal(owners[0]?.["@odata.type"], "#microsoft.graph.servicePrincipal");
  const again = await graph.refused(400, "POST", `/${version}/applications/${id}/owners/$ref`, owner);
  assert.match(again.message, /modified properties: 'owners'\.$/);
  await graph.expect(204, "PUT", `/${version}/applications/${id}/logo`, undefined, {
    body: Buffer.from("not looked at"),
    headers: { "content-type": "image/png" },
  });
  const listed = await graph.list(`/${version}/applications?$expand=owners`);
  assert.equal((listed.find((item) => item["id"] === id)?.["owners"] as Body[]).length, 1);
  await graph.remove(`/${version}/applications/${id}/owners/${graph.automation.id}/$ref`);
  await graph.remove(`/${version}/applications/${id}`);
}

async function passwords(graph: Harness, version: string): Promise<void> {
  const application = await graph.create(`/${version}/applications`, { displayName: "Passwords" });
  const servicePrincipal = await graph.create(`/${version}/servicePrincipals`, {
    appId: text(application, "appId"),
  });
  for (const [owner, id] of [
    ["applications", text(application, "id")],
    ["servicePrincipals", text(servicePrincipal, "id")],
  ] as const) {
    const path = `/${version}/${owner}/${id}`;
    const made = await graph.call("POST", `${path}/addPassword`, {
      body: {
        passwordCredential: {
          "@odata.type": "#microsoft.graph.passwordCredential",
          displayName: "SIEM",
          endDateTime: "2030-01-02T03:04:05Z",
        },
      },
    });
    assert.equal(made.status, 200);
    assert.equal(made.headers["location"], graph.origin);
    const secret = text(made.body, "secretText");
    assert.equal(secret.length, 40);
    assert.equal(made.body["hint"], owner === "applications" ? secret.slice(0, 3) : null);
    const keyId = text(made.body, "keyId");
    assert.ok(matchesSecret(secret, graph.tenant.secretHashes.get(keyId) ?? ""));
    const kept = (await graph.get(path))["passwordCredentials"] as Body[];
    assertEach(kept, (credential) => [credential["keyId"], credential["secretText"]], [[keyId, null]]);
    await graph.patch(path, { passwordCredentials: kept });
    const invented = await graph.refused(400, "PATCH", path, {
      passwordCredentials: [...kept, { displayName: "own", keyId: randomUUID() }],
    });
    assert.equal(invented.message, "New password credentials must be generated using service actions.");
    await graph.expect(204, "POST", `${path}/removePassword`, { keyId });
    assert.deepEqual((await graph.get(path))["passwordCredentials"], []);
    assert.ok(!graph.tenant.secretHashes.has(keyId));
    await graph.refused(400, "POST", `${path}/removePassword`, { keyId });
  }
  const byDefault = await graph.expect(200, "POST", `/${version}/applications/${text(application, "id")}/addPassword`);
  const [start, end] = [text(byDefault, "startDateTime"), text(byDefault, "endDateTime")];
  assert.equal(Number(end.slice(0, 4)) - Number(start.slice(0, 4)), 2);
  await graph.remove(`/${version}/applications/${text(application, "id")}`);
}

async function federatedIdentityCredentials(graph: Harness, version: string): Promise<void> {
  const application = await graph.create(`/${version}/applications`, { displayName: "Federated" });
  const path = `/${version}/applications/${text(application, "id")}/federatedIdentityCredentials`;
  const body = {
    "@odata.type": "#microsoft.graph.federatedIdentityCredential",
    audiences: ["api://AzureADTokenExchange"],
    description: null,
    issuer: "https://token.actions.githubusercontent.com",
    name: "deploy",
    subject: "repo:octo-org/octo-repo:ref:refs/heads/main",
  };
  const created = await graph.create(path, body);
  const twice = await graph.refused(409, "POST", path, { ...body, subject: "another" });
  assert.equal(twice.code, "Request_MultipleObjectsWithSameKeyValue");
  await graph.refused(409, "POST", path, { ...body, name: "another" });
  // The plugin sends a description that isn't given as an empty text, unlike elsewhere.
  const bare = await graph.create(path, { ...body, name: "bare", subject: "bare", description: "" });
  assert.equal(bare["description"], "");
  await graph.refused(400, "POST", path, { ...body, name: "none", subject: "none", issuer: "" });
  await graph.remove(`${path}/${text(bare, "id")}`);
  await graph.patch(`${path}/${text(created, "id")}`, { description: "main branch" });
  assert.equal((await graph.get(`${path}/deploy`))["description"], "main branch");
  // The official plugin's update sends all of it, the name that can't change included.
  const whole = { ...body, id: text(created, "id"), subject: "repo:octo-org/octo-repo:environment:production" };
  await graph.patch(`${path}/${text(created, "id")}`, whole);
  assert.equal((await graph.get(`${path}/deploy`))["subject"], whole.subject);
  await graph.refused(400, "PATCH", `${path}/${text(created, "id")}`, { ...whole, name: "another" });
  assert.equal((await graph.list(path)).length, 1);
  await graph.remove(`${path}/${text(created, "id")}`);
  assert.deepEqual(await graph.list(path), []);
  await graph.remove(`/${version}/applications/${text(application, "id")}`);
}

async function redirectUris(graph: Harness): Promise<void> {
  const application = await graph.create("/v1.0/applications", {
    "@odata.type": "#microsoft.graph.application",
    displayName: "Redirects",
  });
  const path = `/v1.0/applications/${text(application, "id")}`;
  const urisOf = async (client: string): Promise<unknown> => ((await graph.get(path))[client] as Body)["redirectUris"];
  for (const client of ["web", "spa", "publicClient"]) {
    const uri = `https://contoso.com/${client}`;
    await graph.patch(path, { [client]: { redirectUris: [uri] } });
    assert.deepEqual(await urisOf(client), [uri]);
  }
  const twice = await graph.refused(400, "PATCH", path, { spa: { redirectUris: ["https://contoso.com/web"] } });
  assert.equal(twice.message, "Redirect URIs must have distinct values.");
  await graph.refused(400, "PATCH", path, { web: { redirectUris: ["http://contoso.com/plain"] } });
  await graph.patch(path, { web: { homePageUrl: "https://contoso.com/" } });
  assert.deepEqual(await urisOf("web"), ["https://contoso.com/web"]);
  await graph.patch(path, { web: { redirectUris: ["https://contoso.com/1", "https://contoso.com/2"] } });
  assert.deepEqual(await urisOf("web"), ["https://contoso.com/2", "https://contoso.com/1"], "clients get a set");
  await graph.patch(path, { web: { redirectUris: [] } });
  assert.deepEqual(await urisOf("web"), []);
  assert.deepEqual(await urisOf("spa"), ["https://contoso.com/spa"]);
  await graph.remove(path);
}

async function apiAccess(graph: Harness): Promise<void> {
  const application = await graph.create("/v1.0/applications", { displayName: "API access" });
  const id = text(application, "id");
  const access = (resourceAppId: string, type: string): Body => ({
    "@odata.type": "#microsoft.graph.requiredResourceAccess",
    resourceAccess: [{ "@odata.type": "#microsoft.graph.resourceAccess", id: randomUUID(), type }],
    resourceAppId,
  });
  const defender = access("fc780465-2017-40d4-a0c5-307022471b92", "Scope");
  const microsoftGraph = access("00000003-0000-0000-c000-000000000000", "Role");
  for (const requiredResourceAccess of [[defender], [defender, microsoftGraph], [microsoftGraph], []]) {
    await graph.patch(`/v1.0/applications/${id}`, { id, requiredResourceAccess });
    const read = (await graph.get(`/v1.0/applications/${id}`))["requiredResourceAccess"] as Body[];
    assert.deepEqual(
      read.map(({ resourceAppId }) => resourceAppId).sort(),
      requiredResourceAccess.map(({ resourceAppId }) => resourceAppId).sort(),
    );
  }
  await graph.refused(400, "PATCH", `/v1.0/applications/${id}`, {
    requiredResourceAccess: [{ resourceAppId: randomUUID(), resourceAccess: [{ id: "no GUID", type: "Role" }] }],
  });
  await graph.remove(`/v1.0/applications/${id}`);
}

async function certificates(graph: Harness): Promise<void> {
  const { base64, thumbprint } = await testCertificate("CN=Contoso SIEM, O=Contoso");
  const credential = {
    "@odata.type": "#microsoft.graph.keyCredential",
    endDateTime: "2027-01-02T03:04:05Z",
    key: base64,
    type: "AsymmetricX509Cert",
    usage: "Verify",
  };
  const application = await graph.create("/v1.0/applications", {
    displayName: "Certificates",
    keyCredentials: [credential],
  });
  const path = `/v1.0/applications/${text(application, "id")}`;
  const [kept] = (await graph.get(path))["keyCredentials"] as Body[];
  assert.equal(kept?.["customKeyIdentifier"], thumbprint);
  assert.equal(kept["key"], null);
  const [selected] = (await graph.get(`${path}?$select=keyCredentials`))["keyCredentials"] as Body[];
  assert.equal(selected?.["key"], base64);
  await graph.patch(path, { keyCredentials: [kept] });
  await graph.refused(400, "PATCH", path, { keyCredentials: [{ ...credential, key: "bm8gY2VydGlmaWNhdGU=" }] });
  const late = await graph.refused(400, "PATCH", path, {
    keyCredentials: [{ ...credential, endDateTime: "2199-01-02T03:04:05Z" }],
  });
  assert.equal(late.code, "KeyCredentialsInvalidEndDate");
  await graph.patch(path, { keyCredentials: [] });
  await graph.remove(path);
}

async function rolledKeys(graph: Harness, version: string): Promise<void> {
  const application = await graph.create(`/${version}/applications`, { displayName: "Rolled" });
  const appId = text(application, "appId");
  const principal = await graph.create(`/${version}/servicePrincipals`, { appId });
  for (const [set, id] of [
    ["applications", text(application, "id")],
    ["servicePrincipals", text(principal, "id")],
  ] as const) {
    const path = `/${version}/${set}/${id}`;
    const object = graph.tenant.objects(set).get(id);
    const now = Math.floor(graph.cloud.now().getTime() / 1000);
    for (const claims of [
      { aud: "00000003-0000-0000-c000-000000000000" },
      { iss: appId },
      { exp: now + 900 },
      { nbf: now - 1300, exp: now - 700 },
      { exp: undefined },
    ]) {
      const { body } = await provenKey(graph, object, claims);
      const refused = await graph.refused(401, "POST", `${path}/addKey`, body);
      assert.equal(refused.code, "Authentication_MissingOrMalformed", JSON.stringify(claims));
    }
    const { body: foreign } = await provenKey(graph, object);
    const { body, keyId } = await provenKey(graph, object);
    await graph.refused(401, "POST", `${path}/addKey`, { ...body, proof: foreign["proof"] ?? null });
    await graph.refused(400, "POST", `${path}/addKey`, { ...body, keyCredential: { type: "X509CertAndPassword" } });
    const nobody = { as: { roles: [] } };
    await graph.refused(403, "POST", `${path}/addKey`, body, nobody);
    // An application needs no permission for its own keys.
    const own = { as: { roles: [], applicationId: appId, objectId: text(principal, "id") } };
    const added = await graph.expect(200, "POST", `${path}/addKey`, body, own);
    const keys = async () => (await graph.get(`${path}?$select=keyCredentials`))["keyCredentials"] as Body[];
    assert.deepEqual((await keys()).map((key) => key["keyId"]).sort(), [keyId, text(added, "keyId")].sort());
    await graph.refused(400, "POST", `${path}/removeKey`, { ...body, keyId: randomUUID() }, own);
    await graph.expect(204, "POST", `${path}/removeKey`, { ...body, keyId }, own);
    assertEach(await keys(), (key) => key["keyId"], [text(added, "keyId")]);
    const gone = await graph.refused(401, "POST", `${path}/addKey`, body);
    assert.equal(gone.message, "Access Token missing or malformed.");
  }
  await graph.remove(`/${version}/applications/${text(application, "id")}`);
}

async function enabledRoles(graph: Harness): Promise<void> {
  const role = {
    allowedMemberTypes: ["User"],
    displayName: "Reader",
    id: randomUUID(),
    isEnabled: true,
    value: "Reader",
  };
  const application = await graph.create("/v1.0/applications", { displayName: "Roles", appRoles: [role] });
  const path = `/v1.0/applications/${text(application, "id")}`;
  const refused = await graph.refused(400, "PATCH", path, { appRoles: [] });
  assert.match(refused.message, /^Permission \(scope or role\) cannot be deleted or updated unless disabled first/);
  await graph.refused(400, "PATCH", path, { appRoles: [{ ...role, value: "Other" }] });
  await graph.patch(path, { appRoles: [{ ...role, isEnabled: false }] });
  await graph.patch(path, { appRoles: [] }, { as: everything });
  await graph.remove(path);
}
