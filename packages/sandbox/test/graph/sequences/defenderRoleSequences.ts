/** Defender's unified RBAC, with the calls of this project's own client. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { text, type Body, type Harness } from "../support/harness";

const definitions = "/beta/roleManagement/defender/roleDefinitions";
const assignments = "/beta/roleManagement/defender/roleAssignments";
const alerts = "microsoft.xdr/secops/securitydata/alerts/manage";
const reading = "microsoft.xdr/secops/*/read";

export function defenderRoleSequences(harness: () => Harness): void {
  it("Defender role: create, list, read, change, delete", () => definition(harness()));
  it("Defender role assignment: create, list, read, change, delete", () => assignment(harness()));
  it("Defender roles: not in v1.0; a caller without the permission is told its name", () => refusals(harness()));
}

function roleBody(allowedResourceActions: string[]): Body {
  return { displayName: "Tier 1", description: "of the test", rolePermissions: [{ allowedResourceActions }] };
}

async function definition(graph: Harness): Promise<void> {
  const created = await graph.create(definitions, roleBody([alerts, reading]));
  const path = `${definitions}/${text(created, "id")}`;
  assert.equal(created["isBuiltIn"], false);
  assert.deepEqual(await permissionsOf(graph, path), [reading, alerts].sort());
  const filter = encodeURIComponent("displayName eq 'Tier 1'");
  assert.equal((await graph.list(`${definitions}?$filter=${filter}`)).length, 1);
  const wide = "microsoft.xdr/secops/*/manage";
  await graph.patch(path, { ...roleBody([alerts, reading, wide]), displayName: "Tier one" });
  assert.deepEqual(await permissionsOf(graph, path), [wide], "what another action includes is kept");
  assert.equal((await graph.get(path))["displayName"], "Tier one");
  await graph.refused(400, "PATCH", path, roleBody(["microsoft.directory/users/read"]));
  await graph.refused(400, "PATCH", path, { isBuiltIn: true });
  await graph.refused(400, "POST", definitions, { ...roleBody([alerts]), displayName: null });
  await graph.refused(400, "POST", definitions, { displayName: "Nothing" });
  await graph.remove(path);
  await graph.refused(404, "GET", path);
  await graph.refused(404, "DELETE", path);
}

async function assignment(graph: Harness): Promise<void> {
  const roleDefinitionId = text(await graph.create(definitions, roleBody([alerts])), "id");
  const [one, two] = [await newGroup(graph), await newGroup(graph)];
  const body = {
    displayName: "Tier 1 to the analysts",
    roleDefinitionId,
    principalIds: [one],
    directoryScopeIds: ["/"],
    appScopeIds: ["/"],
  };
  const created = await graph.create(assignments, body);
  const path = `${assignments}/${text(created, "id")}`;
  assert.equal((await graph.list(assignments)).length, 1);
  const changed = await graph.expect(200, "PATCH", path, { principalIds: [one, two], appScopeIds: ["Mde"] });
  // As sets: read back in another order than they were sent.
  assert.deepEqual([changed["principalIds"], changed["appScopeIds"]], [[two, one], ["Mde"]]);
  assert.deepEqual((await graph.get(path))["principalIds"], [two, one]);
  await graph.refused(400, "POST", assignments, {
    "@odata.type": "#microsoft.graph.unifiedRoleAssignmentMultiple",
    ...body,
  });
  await graph.refused(404, "POST", assignments, { ...body, roleDefinitionId: randomUUID() });
  await graph.refused(404, "POST", assignments, { ...body, principalIds: [randomUUID()] });
  await graph.refused(400, "POST", assignments, { ...body, principalIds: [] });
  await graph.refused(400, "POST", assignments, { ...body, directoryScopeIds: [], appScopeIds: [] });
  await graph.refused(400, "PATCH", path, { roleDefinitionId: randomUUID() });
  await graph.refused(400, "DELETE", `${definitions}/${roleDefinitionId}`);
  await graph.remove(path);
  await graph.refused(404, "DELETE", path);
  await graph.remove(`${definitions}/${roleDefinitionId}`);
  for (const group of [one, two]) await graph.remove(`/v1.0/groups/${group}`);
}

async function refusals(graph: Harness): Promise<void> {
  assert.equal((await graph.call("GET", definitions.replace("/beta", "/v1.0"))).status, 404);
  const reader = { as: { roles: ["RoleManagement.Read.Defender"] } };
  await graph.get(definitions, reader);
  const refused = await graph.refused(403, "POST", definitions, roleBody([alerts]), reader);
  assert.match(refused.message, /missing permission scope RoleManagement\.ReadWrite\.Defender\.$/);
  const directory = { as: { roles: ["RoleManagement.ReadWrite.Directory", "Directory.ReadWrite.All"] } };
  const list = await graph.refused(403, "GET", assignments, undefined, directory);
  assert.match(list.message, /RoleManagement\.Read\.Defender,RoleManagement\.ReadWrite\.Defender/);
}

async function permissionsOf(graph: Harness, path: string): Promise<unknown> {
  const [permission] = (await graph.get(path))["rolePermissions"] as Body[];
  return permission?.["allowedResourceActions"];
}

async function newGroup(graph: Harness): Promise<string> {
  const name = `tier-${randomUUID().slice(0, 8)}`;
  const body = { displayName: name, mailEnabled: false, mailNickname: name, securityEnabled: true };
  return text(await graph.create("/v1.0/groups", body), "id");
}
