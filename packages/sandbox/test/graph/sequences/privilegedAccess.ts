/** Privileged Identity Management for Groups, with the calls of this project's own client and azuread's. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { items, text, type Body, type Harness } from "../support/harness";

const group = "/v1.0/identityGovernance/privilegedAccess/group";
const requests = `${group}/eligibilityScheduleRequests`;
const schedules = `${group}/eligibilitySchedules`;
const policies = "/v1.0/policies/roleManagementPolicies";

export function privilegedAccessSequences(harness: () => Harness): void {
  it("eligible member: assigned, listed, changed, removed after five minutes", () => eligibility(harness()));
  it("eligibility: the group's policy and the service's own rules refuse", () => refusals(harness()));
  it("policy of a group: another ID after onboarding; rules are changed one by one and together", () =>
    policy(harness()));
  it("eligibility and policy: gone with the group", () => goneWithGroup(harness()));
}

interface Made {
  readonly groupId: string;
  readonly principalId: string;
}

const memberOf = ({ groupId, principalId }: Made, action: string, expiration?: Body): Body => ({
  accessId: "member",
  action,
  groupId,
  principalId,
  ...(expiration === undefined ? {} : { scheduleInfo: { expiration } }),
});
const until = (graph: Harness, milliseconds: number): Body => ({
  type: "afterDateTime",
  endDateTime: new Date(graph.cloud.now().getTime() + milliseconds).toISOString(),
});
const minute = 60_000;
const day = 24 * 60 * minute;

async function eligibility(graph: Harness): Promise<void> {
  const made = await groupAndUser(graph);
  const request = await graph.expect(201, "POST", requests, memberOf(made, "adminAssign", until(graph, 30 * day)));
  assert.equal(request["status"], "Provisioned");
  const id = text(request, "targetScheduleId");
  assert.match(id, new RegExp(`^${made.groupId}_member_[0-9a-f-]{36}$`));
  const filter = encodeURIComponent(`groupId eq '${made.groupId}'`);
  const [schedule, ...others] = items(await graph.expect(200, "GET", `${schedules}?$filter=${filter}`));
  assert.deepEqual([schedule?.["id"], schedule?.["principalId"], others], [id, made.principalId, []]);
  assert.equal(items(await graph.expect(200, "GET", `/v1.0/groups/${made.groupId}/members`)).length, 0);
  const twice = await graph.refused(400, "POST", requests, memberOf(made, "adminAssign", until(graph, day)));
  assert.equal(twice.code, "RoleAssignmentExists");
  const changed = await graph.expect(201, "POST", requests, memberOf(made, "adminUpdate", until(graph, 60 * day)));
  assert.equal(changed["targetScheduleId"], id);
  assert.equal((await graph.expect(200, "GET", `${schedules}/${id}`))["status"], "Provisioned");
  assert.equal(
    (await graph.refused(400, "POST", requests, memberOf(made, "adminRemove"))).code,
    "ActiveDurationTooShort",
  );
  graph.clock.advance(6 * minute);
  const ordered = `${filter}&$orderby=${encodeURIComponent("createdDateTime desc")}`;
  const latest = items(await graph.expect(200, "GET", `${requests}?$filter=${ordered}`));
  assert.equal(latest.length, 2, "azuread looks for the latest request");
  assert.equal((await graph.expect(201, "POST", requests, memberOf(made, "adminRemove")))["status"], "Revoked");
  await graph.refused(404, "GET", `${schedules}/${id}`);
  assert.equal(items(await graph.expect(200, "GET", `${requests}?$filter=${filter}`)).length, 3, "requests stay");
  const again = await graph.refused(400, "POST", requests, memberOf(made, "adminRemove"));
  assert.equal(again.code, "RoleAssignmentDoesNotExist");
  graph.clock.advance(-6 * minute);
  await remove(graph, made);
}

async function refusals(graph: Harness): Promise<void> {
  const made = await groupAndUser(graph);
  const assign = (expiration: Body) => graph.refused(400, "POST", requests, memberOf(made, "adminAssign", expiration));
  const forEver = await assign({ type: "noExpiration" });
  assert.equal(forEver.code, "RoleAssignmentRequestPolicyValidationFailed");
  assert.match(forEver.message, /\["ExpirationRule"\]/);
  assert.equal((await assign({ type: "afterDuration", duration: "P366D" })).code, forEver.code);
  assert.equal((await assign(until(graph, minute))).code, "ActiveDurationTooShort");
  await graph.refused(400, "GET", schedules);
  const reader = { as: { roles: ["PrivilegedEligibilitySchedule.Read.AzureADGroup"] } };
  const refused = await graph.refused(403, "POST", requests, memberOf(made, "adminAssign", until(graph, day)), reader);
  assert.match(refused.message, /missing permission scope PrivilegedEligibilitySchedule\.ReadWrite\.AzureADGroup\.$/);
  await graph.expect(201, "POST", requests, memberOf(made, "adminAssign", { type: "afterDuration", duration: "P1D" }));
  graph.clock.advance(2 * day);
  const filter = encodeURIComponent(`principalId eq '${made.principalId}'`);
  assert.deepEqual(items(await graph.expect(200, "GET", `${schedules}?$filter=${filter}`)), [], "it has ended");
  graph.clock.advance(-2 * day);
  await remove(graph, made);
}

async function policy(graph: Harness): Promise<void> {
  const made = await groupAndUser(graph);
  const before = await policyId(graph, made);
  const hours = { "@odata.type": `${ruleType}ExpirationRule`, maximumDuration: "PT2H" };
  await graph.refused(400, "PATCH", `${policies}/${before}/rules/Expiration_EndUser_Assignment`, {
    maximumDuration: "PT2H",
  });
  await graph.expect(204, "PATCH", `${policies}/${before}/rules/Expiration_EndUser_Assignment`, hours);
  const after = await policyId(graph, made);
  assert.notEqual(after, before);
  await graph.refused(404, "GET", `${policies}/${before}`);
  const permanent = { "@odata.type": `${ruleType}ExpirationRule`, isExpirationRequired: false };
  const rules = [{ ...permanent, id: "Expiration_Admin_Eligibility" }];
  await graph.expect(204, "PATCH", `${policies}/${after}`, {
    id: after,
    scopeId: made.groupId,
    scopeType: "Group",
    displayName: "",
    description: "",
    rules,
  });
  assert.equal(await policyId(graph, made), after);
  const found = items(await graph.expect(200, "GET", `${policies}/${after}/rules`));
  assert.equal(found.length, 17);
  assert.equal(found.find(({ id }) => id === "Expiration_EndUser_Assignment")?.["maximumDuration"], "PT2H");
  const expanded = await graph.expect(200, "GET", `${policies}/${after}?$expand=*`);
  assert.deepEqual(expanded["rules"], found);
  await graph.expect(201, "POST", requests, memberOf(made, "adminAssign", { type: "noExpiration" }));
  const approval = {
    "@odata.type": `${ruleType}ApprovalRule`,
    setting: { isApprovalRequired: true, approvalStages: [] },
  };
  await graph.refused(400, "PATCH", `${policies}/${after}/rules/Approval_EndUser_Assignment`, approval);
  await remove(graph, made);
}

async function goneWithGroup(graph: Harness): Promise<void> {
  const made = await groupAndUser(graph);
  await graph.expect(201, "POST", requests, memberOf(made, "adminAssign", until(graph, day)));
  const id = await policyId(graph, made);
  await graph.expect(204, "DELETE", `/v1.0/groups/${made.groupId}`);
  await graph.refused(404, "GET", `${policies}/${id}`);
  const filter = encodeURIComponent(`groupId eq '${made.groupId}'`);
  assert.deepEqual(items(await graph.expect(200, "GET", `${schedules}?$filter=${filter}`)), []);
  await graph.expect(204, "DELETE", `/v1.0/users/${made.principalId}`);
}

const ruleType = "#microsoft.graph.unifiedRoleManagementPolicy";

async function policyId(graph: Harness, { groupId }: Made): Promise<string> {
  const filter = encodeURIComponent(
    `scopeType eq 'Group' and scopeId eq '${groupId}' and roleDefinitionId eq 'member'`,
  );
  const path = `/v1.0/policies/roleManagementPolicyAssignments?$filter=${filter}`;
  const [found, ...others] = items(await graph.expect(200, "GET", path));
  assert.deepEqual(others, []);
  return text(found ?? {}, "policyId");
}

async function groupAndUser(graph: Harness): Promise<Made> {
  const name = `pim-${randomUUID().slice(0, 8)}`;
  const newGroup = { displayName: name, mailEnabled: false, mailNickname: name, securityEnabled: true };
  const newUser = {
    accountEnabled: true,
    displayName: name,
    mailNickname: name,
    userPrincipalName: `${name}@${[...graph.tenant.objects("domains").keys()][0] ?? ""}`,
    passwordProfile: { password: randomUUID() },
  };
  return {
    groupId: text(await graph.expect(201, "POST", "/v1.0/groups", newGroup), "id"),
    principalId: text(await graph.expect(201, "POST", "/v1.0/users", newUser), "id"),
  };
}

async function remove(graph: Harness, { groupId, principalId }: Made): Promise<void> {
  await graph.expect(204, "DELETE", `/v1.0/groups/${groupId}`);
  await graph.expect(204, "DELETE", `/v1.0/users/${principalId}`);
}
