/** Directory roles, role assignments, deleted items, objects by ID, the tenant itself. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { directoryRoleTemplates } from "@defender-mssp/microsoft";
import { items, text, type Body, type Harness } from "../support/harness";

const versions = ["v1.0", "beta"] as const;

export function directorySequences(harness: () => Harness): void {
  for (const version of versions) {
    it(`${version}: azuread_directory_role: template, look-up, activation, read, members`, () =>
      directoryRole(harness(), version));
    it(`${version}: azuread_directory_role_assignment: assign, read, delete`, () => roleAssignment(harness(), version));
    it(`${version}: deleted items are listed, restored with their links, and purged`, () =>
      deleted(harness(), version));
    it(`${version}: objects by ID, organization and domains are read`, () => byId(harness(), version));
  }
}

async function newGuest(graph: Harness, address: string): Promise<string> {
  const invitation = await graph.expect(201, "POST", "/v1.0/invitations", {
    invitedUserEmailAddress: address,
    inviteRedirectUrl: "https://contoso.com",
  });
  return text(invitation["invitedUser"] as Body, "id");
}

async function directoryRole(graph: Harness, version: string): Promise<void> {
  const templates = items(await graph.expect(200, "GET", `/${version}/directoryRoleTemplates`));
  const name = version === "v1.0" ? "Security Reader" : "Security Operator";
  const template = templates.find(({ displayName }) => displayName === name);
  const roleTemplateId = text(template ?? {}, "id");
  await graph.expect(200, "GET", `/${version}/directoryRoleTemplates/${roleTemplateId}`);
  const lookUp = `/${version}/directoryRoles?$filter=${encodeURIComponent(`roleTemplateId eq '${roleTemplateId}'`)}`;
  assert.deepEqual(items(await graph.expect(200, "GET", lookUp)), []);
  const body = { "@odata.type": "#microsoft.graph.directoryRole", roleTemplateId };
  const role = await graph.expect(201, "POST", `/${version}/directoryRoles`, body);
  const twice = await graph.refused(400, "POST", `/${version}/directoryRoles`, body);
  assert.match(twice.message, /^A conflicting object/);
  await graph.refused(404, "POST", `/${version}/directoryRoles`, { roleTemplateId: randomUUID() });
  const path = `/${version}/directoryRoles/${text(role, "id")}`;
  assert.equal((await graph.expect(200, "GET", path))["displayName"], name);
  const guest = await newGuest(graph, "role@fabrikam.example");
  await graph.expect(204, "POST", `${path}/members/$ref`, {
    "@odata.id": `${graph.origin}/${version}/directoryObjects/${guest}`,
  });
  assert.equal(items(await graph.expect(200, "GET", `${path}/members`)).length, 1);
  const filter = encodeURIComponent(`principalId eq '${guest}'`);
  const assignments = `/${version}/roleManagement/directory/roleAssignments?$filter=${filter}`;
  assert.equal(items(await graph.expect(200, "GET", assignments))[0]?.["roleDefinitionId"], roleTemplateId);
  await graph.expect(204, "DELETE", `${path}/members/${guest}/$ref`);
  assert.deepEqual(items(await graph.expect(200, "GET", assignments)), []);
  await graph.expect(204, "DELETE", `/v1.0/users/${guest}`);
}

async function roleAssignment(graph: Harness, version: string): Promise<void> {
  const root = `/${version}/roleManagement/directory`;
  const roleDefinitionId = directoryRoleTemplates["Global Administrator"];
  const definition = await graph.expect(200, "GET", `${root}/roleDefinitions/${roleDefinitionId}`);
  assert.equal(definition["displayName"], "Global Administrator");
  const byName = encodeURIComponent("displayName eq 'Security Administrator'");
  assert.equal(items(await graph.expect(200, "GET", `${root}/roleDefinitions?$filter=${byName}`)).length, 1);
  const guest = await newGuest(graph, "assigned@fabrikam.example");
  const body = {
    "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
    directoryScopeId: "/",
    principalId: guest,
    roleDefinitionId,
  };
  const created = await graph.expect(201, "POST", `${root}/roleAssignments`, body);
  assert.match(text(created, "id"), /-1$/);
  const twice = await graph.refused(400, "POST", `${root}/roleAssignments`, body);
  assert.match(twice.message, /^A conflicting object with one or more of the specified property values/);
  await graph.refused(404, "POST", `${root}/roleAssignments`, { ...body, principalId: randomUUID() });
  await graph.refused(400, "POST", `${root}/roleAssignments`, { principalId: guest, roleDefinitionId });
  const path = `${root}/roleAssignments/${text(created, "id")}`;
  assert.equal((await graph.expect(200, "GET", path))["principalId"], guest);
  const role = `/${version}/directoryRoles(roleTemplateId='${roleDefinitionId}')`;
  assert.equal((await graph.expect(200, "GET", role))["roleTemplateId"], roleDefinitionId);
  const memberships = items(await graph.expect(200, "GET", `/${version}/users/${guest}/memberOf`));
  assert.equal(memberships[0]?.["@odata.type"], "#microsoft.graph.directoryRole");
  await graph.expect(204, "DELETE", path);
  await graph.refused(404, "GET", path);
  const group = await graph.expect(201, "POST", "/v1.0/groups", {
    displayName: "Not assignable",
    mailEnabled: false,
    mailNickname: "plain",
    securityEnabled: true,
  });
  await graph.refused(400, "POST", `${root}/roleAssignments`, { ...body, principalId: text(group, "id") });
  await graph.expect(204, "DELETE", `/v1.0/groups/${text(group, "id")}`);
  await graph.expect(204, "DELETE", `/v1.0/users/${guest}`);
}

async function deleted(graph: Harness, version: string): Promise<void> {
  const application = await graph.expect(201, "POST", "/v1.0/applications", { displayName: "Deleted" });
  const applicationId = text(application, "id");
  const servicePrincipal = await graph.expect(201, "POST", "/v1.0/servicePrincipals", {
    appId: text(application, "appId"),
  });
  const group = await graph.expect(201, "POST", "/v1.0/groups", {
    displayName: "Deleted",
    mailEnabled: false,
    mailNickname: "deleted",
    "members@odata.bind": [`${graph.origin}/v1.0/servicePrincipals/${text(servicePrincipal, "id")}`],
    securityEnabled: true,
  });
  const guest = await newGuest(graph, "deleted@fabrikam.example");
  const credentials = `/v1.0/applications/${applicationId}/federatedIdentityCredentials`;
  const audiences = ["api://AzureADTokenExchange"];
  await graph.expect(201, "POST", credentials, {
    name: "kept",
    issuer: "https://issuer.example",
    subject: "s",
    audiences,
  });
  const before = await graph.expect(200, "GET", `/v1.0/applications/${applicationId}`);
  await graph.expect(204, "DELETE", `/v1.0/users/${guest}`);
  await graph.expect(204, "DELETE", `/v1.0/applications/${applicationId}`);
  await graph.refused(404, "GET", `/v1.0/servicePrincipals/${text(servicePrincipal, "id")}`);
  assert.equal(graph.tenant.objects("federatedIdentityCredentials").size, 0);
  assert.deepEqual(items(await graph.expect(200, "GET", `/v1.0/groups/${text(group, "id")}/members`)), []);
  await graph.expect(204, "DELETE", `/v1.0/groups/${text(group, "id")}`);
  const path = `/${version}/directory/deletedItems`;
  for (const [type, id] of [
    ["application", applicationId],
    ["servicePrincipal", text(servicePrincipal, "id")],
    ["group", text(group, "id")],
    ["user", guest],
  ] as const) {
    const listed = items(await graph.expect(200, "GET", `${path}/microsoft.graph.${type}?$select=id,displayName`));
    assert.ok(
      listed.some((item) => item["id"] === id),
      `no deleted ${type}`,
    );
    const read = await graph.expect(200, "GET", `${path}/${id}`);
    assert.equal(read["@odata.type"], `#microsoft.graph.${type}`);
  }
  await graph.expect(200, "POST", `${path}/${text(group, "id")}/restore`);
  await graph.expect(200, "POST", `${path}/${applicationId}/restore`);
  assert.deepEqual(await graph.expect(200, "GET", `/v1.0/applications/${applicationId}`), before);
  assert.equal(items(await graph.expect(200, "GET", credentials))[0]?.["name"], "kept");
  await graph.expect(200, "POST", `${path}/${text(servicePrincipal, "id")}/restore`);
  assert.equal(items(await graph.expect(200, "GET", `/v1.0/groups/${text(group, "id")}/members`)).length, 1);
  await graph.expect(204, "DELETE", `/v1.0/applications/${applicationId}`);
  await graph.expect(204, "DELETE", `/v1.0/groups/${text(group, "id")}`);
  for (const id of [applicationId, text(servicePrincipal, "id"), text(group, "id"), guest]) {
    await graph.expect(204, "DELETE", `${path}/${id}`);
    await graph.refused(404, "GET", `${path}/${id}`);
  }
}

async function byId(graph: Harness, version: string): Promise<void> {
  const one = await graph.expect(200, "GET", `/${version}/directoryObjects/${graph.automation.id}`);
  assert.equal(one["@odata.type"], "#microsoft.graph.servicePrincipal");
  const [administrator] = [...graph.tenant.objects("users").keys()];
  const found = await graph.expect(200, "POST", `/${version}/directoryObjects/getByIds`, {
    ids: [graph.automation.id, administrator ?? "", randomUUID()],
    types: ["user", "group"],
  });
  assertEach(items(found), (item) => item["id"], [administrator]);
  const [organization] = items(await graph.expect(200, "GET", `/${version}/organization`));
  assert.equal(organization?.["id"], graph.tenant.id);
  await graph.expect(200, "GET", `/${version}/organization/${graph.tenant.id}`);
  const domains = items(await graph.expect(200, "GET", `/${version}/domains`));
  assert.equal(domains.filter((domain) => domain["isInitial"] === true).length, 1);
  await graph.expect(200, "GET", `/${version}/domains/${text(domains[0] ?? {}, "id")}`);
}
