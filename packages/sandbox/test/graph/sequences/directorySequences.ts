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
  const invitation = await graph.create("/v1.0/invitations", {
    invitedUserEmailAddress: address,
    inviteRedirectUrl: "https://contoso.com",
  });
  return text(invitation["invitedUser"] as Body, "id");
}

async function directoryRole(graph: Harness, version: string): Promise<void> {
  const templates = await graph.list(`/${version}/directoryRoleTemplates`);
  const name = version === "v1.0" ? "Security Reader" : "Security Operator";
  const template = templates.find(({ displayName }) => displayName === name);
  const roleTemplateId = text(template ?? {}, "id");
  await graph.get(`/${version}/directoryRoleTemplates/${roleTemplateId}`);
  const lookUp = `/${version}/directoryRoles?$filter=${encodeURIComponent(`roleTemplateId eq '${roleTemplateId}'`)}`;
  assert.deepEqual(await graph.list(lookUp), []);
  const body = { "@odata.type": "#microsoft.graph.directoryRole", roleTemplateId };
  const role = await graph.create(`/${version}/directoryRoles`, body);
  const twice = await graph.refused(400, "POST", `/${version}/directoryRoles`, body);
  assert.match(twice.message, /^A conflicting object/);
  await graph.refused(404, "POST", `/${version}/directoryRoles`, { roleTemplateId: randomUUID() });
  const path = `/${version}/directoryRoles/${text(role, "id")}`;
  assert.equal((await graph.get(path))["displayName"], name);
  const guest = await newGuest(graph, "role@fabrikam.example");
  await graph.expect(204, "POST", `${path}/members/$ref`, {
    "@odata.id": `${graph.origin}/${version}/directoryObjects/${guest}`,
  });
  assert.equal((await graph.list(`${path}/members`)).length, 1);
  const filter = encodeURIComponent(`principalId eq '${guest}'`);
  const assignments = `/${version}/roleManagement/directory/roleAssignments?$filter=${filter}`;
  assert.equal((await graph.list(assignments))[0]?.["roleDefinitionId"], roleTemplateId);
  await graph.remove(`${path}/members/${guest}/$ref`);
  assert.deepEqual(await graph.list(assignments), []);
  await graph.remove(`/v1.0/users/${guest}`);
}

async function roleAssignment(graph: Harness, version: string): Promise<void> {
  const root = `/${version}/roleManagement/directory`;
  const roleDefinitionId = directoryRoleTemplates["Global Administrator"];
  const definition = await graph.get(`${root}/roleDefinitions/${roleDefinitionId}`);
  assert.equal(definition["displayName"], "Global Administrator");
  const byName = encodeURIComponent("displayName eq 'Security Administrator'");
  assert.equal((await graph.list(`${root}/roleDefinitions?$filter=${byName}`)).length, 1);
  const guest = await newGuest(graph, "assigned@fabrikam.example");
  const body = {
    "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
    directoryScopeId: "/",
    principalId: guest,
    roleDefinitionId,
  };
  const created = await graph.create(`${root}/roleAssignments`, body);
  assert.match(text(created, "id"), /-1$/);
  const twice = await graph.refused(400, "POST", `${root}/roleAssignments`, body);
  assert.match(twice.message, /^A conflicting object with one or more of the specified property values/);
  await graph.refused(404, "POST", `${root}/roleAssignments`, { ...body, principalId: randomUUID() });
  await graph.refused(400, "POST", `${root}/roleAssignments`, { principalId: guest, roleDefinitionId });
  const path = `${root}/roleAssignments/${text(created, "id")}`;
  assert.equal((await graph.get(path))["principalId"], guest);
  const { principal, roleDefinition } = await graph.get(`${path}?$expand=principal,roleDefinition($select=id)`);
  assert.deepEqual([(principal as Body)["id"], roleDefinition], [guest, { id: roleDefinitionId }]);
  const role = `/${version}/directoryRoles(roleTemplateId='${roleDefinitionId}')`;
  assert.equal((await graph.get(role))["roleTemplateId"], roleDefinitionId);
  const memberships = await graph.list(`/${version}/users/${guest}/memberOf`);
  assert.equal(memberships[0]?.["@odata.type"], "#microsoft.graph.directoryRole");
  await graph.remove(path);
  await graph.refused(404, "GET", path);
  const group = await graph.create("/v1.0/groups", {
    displayName: "Not assignable",
    mailEnabled: false,
    mailNickname: "plain",
    securityEnabled: true,
  });
  await graph.refused(400, "POST", `${root}/roleAssignments`, { ...body, principalId: text(group, "id") });
  await graph.remove(`/v1.0/groups/${text(group, "id")}`);
  await graph.remove(`/v1.0/users/${guest}`);
}

async function deleted(graph: Harness, version: string): Promise<void> {
  const application = await graph.create("/v1.0/applications", { displayName: "Deleted" });
  const applicationId = text(application, "id");
  const servicePrincipal = await graph.create("/v1.0/servicePrincipals", {
    appId: text(application, "appId"),
  });
  const group = await graph.create("/v1.0/groups", {
    displayName: "Deleted",
    mailEnabled: false,
    mailNickname: "deleted",
    "members@odata.bind": [`${graph.origin}/v1.0/servicePrincipals/${text(servicePrincipal, "id")}`],
    securityEnabled: true,
  });
  const guest = await newGuest(graph, "deleted@fabrikam.example");
  const credentials = `/v1.0/applications/${applicationId}/federatedIdentityCredentials`;
  const audiences = ["api://AzureADTokenExchange"];
  await graph.create(credentials, {
    name: "kept",
    issuer: "https://issuer.example",
    subject: "s",
    audiences,
  });
  const before = await graph.get(`/v1.0/applications/${applicationId}`);
  await graph.remove(`/v1.0/users/${guest}`);
  await graph.remove(`/v1.0/applications/${applicationId}`);
  await graph.refused(404, "GET", `/v1.0/servicePrincipals/${text(servicePrincipal, "id")}`);
  assert.equal(graph.tenant.objects("federatedIdentityCredentials").size, 0);
  assert.deepEqual(await graph.list(`/v1.0/groups/${text(group, "id")}/members`), []);
  await graph.remove(`/v1.0/groups/${text(group, "id")}`);
  const path = `/${version}/directory/deletedItems`;
  for (const [type, id] of [
    ["application", applicationId],
    ["servicePrincipal", text(servicePrincipal, "id")],
    ["group", text(group, "id")],
    ["user", guest],
  ] as const) {
    const listed = await graph.list(`${path}/microsoft.graph.${type}?$select=id,displayName`);
    assert.ok(
      listed.some((item) => item["id"] === id),
      `no deleted ${type}`,
    );
    const read = await graph.get(`${path}/${id}`);
    assert.equal(read["@odata.type"], `#microsoft.graph.${type}`);
  }
  await graph.expect(200, "POST", `${path}/${text(group, "id")}/restore`);
  await graph.expect(200, "POST", `${path}/${applicationId}/restore`);
  assert.deepEqual(await graph.get(`/v1.0/applications/${applicationId}`), before);
  assert.equal((await graph.list(credentials))[0]?.["name"], "kept");
  await graph.expect(200, "POST", `${path}/${text(servicePrincipal, "id")}/restore`);
  assert.equal((await graph.list(`/v1.0/groups/${text(group, "id")}/members`)).length, 1);
  await graph.remove(`/v1.0/applications/${applicationId}`);
  await graph.remove(`/v1.0/groups/${text(group, "id")}`);
  for (const id of [applicationId, text(servicePrincipal, "id"), text(group, "id"), guest]) {
    await graph.remove(`${path}/${id}`);
    await graph.refused(404, "GET", `${path}/${id}`);
  }
}

async function byId(graph: Harness, version: string): Promise<void> {
  const one = await graph.get(`/${version}/directoryObjects/${graph.automation.id}`);
  assert.equal(one["@odata.type"], "#microsoft.graph.servicePrincipal");
  const [administrator] = [...graph.tenant.objects("users").keys()];
  const found = await graph.expect(200, "POST", `/${version}/directoryObjects/getByIds`, {
    ids: [graph.automation.id, administrator ?? "", randomUUID()],
    types: ["user", "group"],
  });
  assertEach(items(found), (item) => item["id"], [administrator]);
  const [organization] = await graph.list(`/${version}/organization`);
  assert.equal(organization?.["id"], graph.tenant.id);
  await graph.get(`/${version}/organization/${graph.tenant.id}`);
  const domains = await graph.list(`/${version}/domains`);
  assert.equal(domains.filter((domain) => domain["isInitial"] === true).length, 1);
  await graph.get(`/${version}/domains/${text(domains[0] ?? {}, "id")}`);
}
