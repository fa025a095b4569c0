/**
 * Groups, their members and owners, and what members are in: the plugin's calls, and what the
 * service refuses.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { items, text, type Body, type Harness } from "../support/harness";

const versions = ["v1.0", "beta"] as const;

export function groupSequences(harness: () => Harness): void {
  it("azuread_group: create with an owner and members, patch twice, read, update, delete", () =>
    groupSequence(harness()));
  it("azuread_group_member: one member is added and removed", () => groupMember(harness()));
  for (const version of versions) {
    it(`${version}: members, owners and nested groups`, () => nesting(harness(), version));
    it(`${version}: allowed and refused kinds of groups`, () => kinds(harness(), version));
  }
  it("group: a create with an unknown member or owner leaves no group", () => unknownOwner(harness()));
}

function groupBody(graph: Harness, displayName: string, extra: Body = {}): Body {
  return {
    "@odata.type": "#microsoft.graph.group",
    description: null,
    displayName,
    groupTypes: [],
    isAssignableToRole: false,
    mailEnabled: false,
    mailNickname: "0c5a3b1e",
    membershipRule: null,
    "owners@odata.bind": [`${graph.origin}/beta/directoryObjects/${graph.automation.id}`],
    resourceBehaviorOptions: [],
    resourceProvisioningOptions: [],
    securityEnabled: true,
    ...extra,
  };
}

function reference(graph: Harness, id: string): Body {
  return { "@odata.id": `${graph.origin}/beta/directoryObjects/${id}` };
}

async function newGuest(graph: Harness, address: string): Promise<string> {
  const invitation = await graph.create("/v1.0/invitations", {
    invitedUserEmailAddress: address,
    inviteRedirectUrl: "https://security.microsoft.com/",
  });
  return text(invitation["invitedUser"] as Body, "id");
}

async function groupSequence(graph: Harness): Promise<void> {
  const name = "MSSP Analysts";
  const lookUp = `/beta/groups?$filter=${encodeURIComponent(`displayName eq '${name}'`)}`;
  assert.deepEqual(await graph.list(lookUp), []);
  const created = await graph.create("/beta/groups", groupBody(graph, name));
  const path = `/beta/groups/${text(created, "id")}`;
  for (const displayName of [`TERRAFORM_UPDATE_${randomUUID()}`, name]) {
    await graph.patch(path, { "@odata.type": "#microsoft.graph.group", displayName });
  }
  assert.equal((await graph.get(path))["displayName"], name);
  const analysts = [await newGuest(graph, "one@fabrikam.example"), await newGuest(graph, "two@fabrikam.example")];
  for (const id of analysts) await graph.expect(204, "POST", `${path}/members/$ref`, reference(graph, id));
  const members = await graph.list(`${path}/members`);
  assert.deepEqual(
    members.map((member) => [member["@odata.type"], member["id"]]),
    analysts.map((id) => ["#microsoft.graph.user", id]),
  );
  const owners = await graph.list(`${path}/owners`);
  assertEach(owners, ({ id }) => id, [graph.automation.id]);
  assert.deepEqual(await graph.list(`${path}/memberOf`), []);
  const selected = "allowExternalSenders,autoSubscribeNewMembers,hideFromAddressLists,hideFromOutlookClients";
  await graph.get(`${path}?$select=${selected}`);
  await graph.patch(path, {
    "@odata.type": "#microsoft.graph.group",
    description: "Analysts",
    displayName: name,
  });
  await graph.remove(`${path}/members/${analysts[1] ?? ""}/$ref`);
  assert.equal((await graph.list(`${path}/members`)).length, 1);
  await graph.remove(path);
  await graph.refused(404, "GET", path);
  for (const id of analysts) await graph.remove(`/v1.0/users/${id}`);
}

async function groupMember(graph: Harness): Promise<void> {
  const group = text(await graph.create("/beta/groups", groupBody(graph, "Members")), "id");
  const member = await newGuest(graph, "member@fabrikam.example");
  const filtered = `/beta/groups/${group}/members?$filter=${encodeURIComponent(`id eq '${member}'`)}`;
  assert.deepEqual(await graph.list(`/beta/groups/${group}/members`), []);
  await graph.expect(204, "POST", `/beta/groups/${group}/members/$ref`, reference(graph, member));
  const twice = await graph.refused(400, "POST", `/beta/groups/${group}/members/$ref`, reference(graph, member));
  assert.equal(
    twice.message,
    "One or more added object references already exist for the following modified properties: 'members'.",
  );
  assert.equal((await graph.list(filtered)).length, 1);
  await graph.remove(`/beta/groups/${group}/members/${member}/$ref`);
  assert.deepEqual(await graph.list(filtered), []);
  const unread = await graph.refused(400, "GET", "/beta/groups/not-a-guid/members");
  assert.equal(unread.message, "Invalid object identifier 'not-a-guid'.");
  const absent = await graph.refused(404, "DELETE", `/beta/groups/${group}/members/${member}/$ref`);
  assert.ok(absent.message.startsWith(`Resource '${group}' does not exist`), "the service names the group");
  await graph.remove(`/beta/groups/${group}`);
  await graph.remove(`/v1.0/users/${member}`);
}

async function nesting(graph: Harness, version: string): Promise<void> {
  const make = async (name: string): Promise<string> =>
    text(await graph.create(`/${version}/groups`, groupBody(graph, name)), "id");
  const [outer, middle, inner] = [await make("Outer"), await make("Middle"), await make("Inner")];
  const guest = await newGuest(graph, "nested@fabrikam.example");
  for (const [group, member] of [
    [outer, middle],
    [middle, inner],
    [inner, guest],
    [inner, graph.automation.id],
  ]) {
    await graph.expect(204, "POST", `/${version}/groups/${group ?? ""}/members/$ref`, reference(graph, member ?? ""));
  }
  await graph.refused(400, "POST", `/${version}/groups/${outer}/members/$ref`, reference(graph, outer));
  const ids = (body: Body): unknown[] => items(body).map(({ id }) => id);
  assert.deepEqual(ids(await graph.get(`/${version}/groups/${outer}/members`)), [middle]);
  const all = ids(await graph.get(`/${version}/groups/${outer}/transitiveMembers`));
  assert.deepEqual(new Set(all), new Set([middle, inner, guest, graph.automation.id]));
  assert.deepEqual(ids(await graph.get(`/${version}/groups/${inner}/memberOf`)), [middle]);
  assert.deepEqual(ids(await graph.get(`/${version}/users/${guest}/memberOf`)), [inner]);
  for (const path of [`users/${guest}`, `servicePrincipals/${graph.automation.id}`, `directoryObjects/${guest}`]) {
    const own = await graph.expect(200, "POST", `/${version}/${path}/getMemberGroups`, { securityEnabledOnly: true });
    assert.deepEqual(new Set(own["value"] as string[]), new Set([inner, middle, outer]));
    const checked = await graph.expect(200, "POST", `/${version}/${path}/checkMemberGroups`, {
      groupIds: [outer, randomUUID()],
    });
    assert.deepEqual(checked["value"], [outer]);
  }
  for (const path of [`users/${guest}`, `servicePrincipals/${graph.automation.id}`]) {
    const found = ids(await graph.get(`/${version}/${path}/transitiveMemberOf`));
    assert.deepEqual(new Set(found), new Set([inner, middle, outer]));
  }
  assert.equal(ids(await graph.get(`/${version}/groups/${inner}/transitiveMemberOf`)).length, 2);
  await graph.expect(200, "POST", `/${version}/groups/${inner}/getMemberGroups`, { securityEnabledOnly: false });
  const groupIds = [outer];
  await graph.expect(200, "POST", `/${version}/groups/${inner}/checkMemberGroups`, { groupIds });
  await graph.refused(400, "POST", `/${version}/groups/${inner}/checkMemberGroups`, {});
  await graph.refused(400, "POST", `/${version}/groups/${inner}/getMemberGroups`, { securityEnabledOnly: "yes" });
  await graph.patch(`/${version}/groups/${outer}`, { description: "Outermost" });
  assert.equal((await graph.get(`/${version}/groups/${outer}`))["description"], "Outermost");
  const filter = encodeURIComponent("displayName eq 'Outer'");
  assert.deepEqual(ids(await graph.get(`/${version}/groups?$filter=${filter}`)), [outer]);
  const owner = { "@odata.id": `${graph.origin}/${version}/users/${guest}` };
  await graph.expect(204, "POST", `/${version}/groups/${outer}/owners/$ref`, owner);
  assert.equal(ids(await graph.get(`/${version}/groups/${outer}/owners`)).length, 2);
  await graph.remove(`/${version}/groups/${outer}/owners/${guest}/$ref`);
  const last = await graph.refused(400, "DELETE", `/${version}/groups/${outer}/owners/${graph.automation.id}/$ref`);
  assert.match(last.message, /^The group must have at least one owner/);
  await graph.remove(`/${version}/groups/${inner}/members/${guest}/$ref`);
  for (const id of [outer, middle, inner]) await graph.remove(`/${version}/groups/${id}`);
  assert.deepEqual(ids(await graph.get(`/${version}/users/${guest}/memberOf`)), []);
  await graph.remove(`/v1.0/users/${guest}`);
}

async function kinds(graph: Harness, version: string): Promise<void> {
  const path = `/${version}/groups`;
  const mail = await graph.refused(400, "POST", path, groupBody(graph, "Mail", { mailEnabled: true }));
  assert.match(mail.message, /^The service does not currently support writes of mail-enabled groups/);
  await graph.refused(400, "POST", path, groupBody(graph, "Neither", { securityEnabled: false }));
  const nickname = await graph.refused(400, "POST", path, groupBody(graph, "Nickname", { mailNickname: "with space" }));
  assert.equal(nickname.message, "Invalid value specified for property 'mailNickname' of resource 'Group'.");
  const unified = await graph.create(
    path,
    groupBody(graph, "Unified", { groupTypes: ["Unified"], mailEnabled: true, securityEnabled: false }),
  );
  assert.equal(unified["visibility"], "Public");
  const assignable = await graph.create(path, groupBody(graph, "Assignable", { isAssignableToRole: true }));
  assert.equal(assignable["visibility"], "Private");
  const fixed = await graph.refused(400, "PATCH", `${path}/${text(assignable, "id")}`, { isAssignableToRole: false });
  assert.match(fixed.message, /read-only/);
  const rule = { groupTypes: ["DynamicMembership"], membershipRule: "user.userType eq 'Guest'" };
  const dynamic = await graph.create(
    path,
    groupBody(graph, "Dynamic", { ...rule, membershipRuleProcessingState: "On" }),
  );
  await graph.refused(
    400,
    "POST",
    `${path}/${text(dynamic, "id")}/members/$ref`,
    reference(graph, graph.automation.id),
  );
  for (const group of [unified, assignable, dynamic]) await graph.remove(`${path}/${text(group, "id")}`);
}

async function unknownOwner(graph: Harness): Promise<void> {
  const before = graph.tenant.objects("groups").size;
  const owner = `${graph.origin}/v1.0/directoryObjects/${randomUUID()}`;
  await graph.refused(404, "POST", "/v1.0/groups", groupBody(graph, "Orphan", { "owners@odata.bind": [owner] }));
  const automation = `${graph.origin}/v1.0/directoryObjects/${graph.automation.id}`;
  const doubled = await graph.refused(
    400,
    "POST",
    "/v1.0/groups",
    groupBody(graph, "Doubled", { "owners@odata.bind": [automation, automation] }),
  );
  assert.equal(doubled.message, "Request contains a property with duplicate values.");
  assert.equal(graph.tenant.objects("groups").size, before);
}
