/** Privileged Identity Management for Groups, with the calls of this project's own client and azuread's. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { items, text, type Body, type Harness, type Options } from "../support/harness";

const group = "/v1.0/identityGovernance/privilegedAccess/group";
const requests = `${group}/eligibilityScheduleRequests`;
const schedules = `${group}/eligibilitySchedules`;
const policies = "/v1.0/policies/roleManagementPolicies";

export function privilegedAccessSequences(harness: () => Harness): void {
  it("eligible member: assigned, listed, changed, removed after five minutes", () => eligibility(harness()));
  it("eligibility: the group's policy and the service's own rules refuse", () => refusals(harness()));
  it("policy of a group: another ID after onboarding; rules are changed one by one and together", () =>
    policy(harness()));
  it("activation: by the eligible person alone, as long as the policy allows; it ends by itself or by the person", () =>
    activation(harness()));
  it("activation with approval: pending until an approver decides, with a justification", () => approval(harness()));
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
  const request = await graph.create(requests, memberOf(made, "adminAssign", until(graph, 30 * day)));
  assert.equal(request["status"], "Provisioned");
  const id = text(request, "targetScheduleId");
  assert.match(id, new RegExp(`^${made.groupId}_member_[0-9a-f-]{36}$`));
  const filter = encodeURIComponent(`groupId eq '${made.groupId}'`);
  const [schedule, ...others] = await graph.list(`${schedules}?$filter=${filter}`);
  assert.deepEqual([schedule?.["id"], schedule?.["principalId"], others], [id, made.principalId, []]);
  assert.equal((await graph.list(`/v1.0/groups/${made.groupId}/members`)).length, 0);
  const twice = await graph.refused(400, "POST", requests, memberOf(made, "adminAssign", until(graph, day)));
  assert.equal(twice.code, "RoleAssignmentExists");
  const changed = await graph.create(requests, memberOf(made, "adminUpdate", until(graph, 60 * day)));
  assert.equal(changed["targetScheduleId"], id);
  assert.equal((await graph.get(`${schedules}/${id}`))["status"], "Provisioned");
  assert.equal(
    (await graph.refused(400, "POST", requests, memberOf(made, "adminRemove"))).code,
    "ActiveDurationTooShort",
  );
  graph.clock.advance(6 * minute);
  const ofSchedule = encodeURIComponent(`groupId eq '${made.groupId}' and targetScheduleId eq '${id}'`);
  const ordered = `${ofSchedule}&$orderby=${encodeURIComponent("createdDateTime desc")}`;
  const latest = await graph.list(`${requests}?$filter=${ordered}`);
  assert.equal(latest.length, 2, "azuread looks for the latest request");
  await graph.get(`${requests}/${text(latest[0] ?? {}, "id")}`);
  assert.equal((await graph.create(requests, memberOf(made, "adminRemove")))["status"], "Revoked");
  await graph.refused(404, "GET", `${schedules}/${id}`);
  assert.equal((await graph.list(`${requests}?$filter=${filter}`)).length, 3, "requests stay");
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
  await graph.create(requests, memberOf(made, "adminAssign", { type: "afterDuration", duration: "P1D" }));
  graph.clock.advance(2 * day);
  const filter = encodeURIComponent(`principalId eq '${made.principalId}'`);
  assert.deepEqual(await graph.list(`${schedules}?$filter=${filter}`), [], "it has ended");
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
  await graph.patch(`${policies}/${before}/rules/Expiration_EndUser_Assignment`, hours);
  const after = await policyId(graph, made);
  assert.notEqual(after, before);
  await graph.refused(404, "GET", `${policies}/${before}`);
  const permanent = { "@odata.type": `${ruleType}ExpirationRule`, isExpirationRequired: false };
  const rules = [{ ...permanent, id: "Expiration_Admin_Eligibility" }];
  await graph.patch(`${policies}/${after}`, {
    id: after,
    scopeId: made.groupId,
    scopeType: "Group",
    displayName: "",
    description: "",
    rules,
  });
  assert.equal(await policyId(graph, made), after);
  const found = await graph.list(`${policies}/${after}/rules`);
  assert.equal(found.length, 17);
  assert.equal(found.find(({ id }) => id === "Expiration_EndUser_Assignment")?.["maximumDuration"], "PT2H");
  const expanded = await graph.get(`${policies}/${after}?$expand=*`);
  assert.deepEqual(expanded["rules"], found);
  await graph.create(requests, memberOf(made, "adminAssign", { type: "noExpiration" }));
  const approval = {
    "@odata.type": `${ruleType}ApprovalRule`,
    setting: { isApprovalRequired: true, approvalStages: [] },
  };
  await graph.refused(400, "PATCH", `${policies}/${after}/rules/Approval_EndUser_Assignment`, approval);
  await remove(graph, made);
}

const activationRequests = `${group}/assignmentScheduleRequests`;
const activations = `${group}/assignmentSchedules`;
const hour = 60 * minute;
const permission = "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup";
const person = (objectId: string, ...methods: string[]): Options => ({
  as: { scopes: [permission], objectId, methods: methods.length === 0 ? ["pwd", "mfa"] : methods },
});

async function members(graph: Harness, { groupId }: Made): Promise<unknown[]> {
  return (await graph.list(`/v1.0/groups/${groupId}/members`)).map(({ id }) => id);
}

const activate = (made: Made, duration: string, justification = "Incident 42"): Body => ({
  ...memberOf(made, "selfActivate", { type: "afterDuration", duration }),
  justification,
});

/** A group whose policy asks for MFA and a justification, for two hours at most. */
async function eligibleOf(graph: Harness, ...rules: Body[]): Promise<Made> {
  const made = await groupAndUser(graph);
  await graph.create(requests, memberOf(made, "adminAssign", until(graph, 10 * hour)));
  await graph.patch(`${policies}/${await policyId(graph, made)}`, {
    rules: [
      { "@odata.type": `${ruleType}ExpirationRule`, id: "Expiration_EndUser_Assignment", maximumDuration: "PT2H" },
      {
        "@odata.type": `${ruleType}EnablementRule`,
        id: "Enablement_EndUser_Assignment",
        enabledRules: ["MultiFactorAuthentication", "Justification", "Ticketing"],
      },
      ...rules,
    ],
  });
  return made;
}

const ticket = { ticketInfo: { ticketNumber: "42", ticketSystem: "SOC" } };

async function activation(graph: Harness): Promise<void> {
  const made = await eligibleOf(graph);
  const self = person(made.principalId);
  const failed = async (body: Body, as: Options = self) =>
    (await graph.refused(400, "POST", activationRequests, body, as)).message;
  assert.match(await failed({ ...activate(made, "PT3H"), ...ticket }), /\["ExpirationRule"\]/);
  assert.match(await failed({ ...activate(made, "PT2H", " "), ...ticket }), /\["JustificationRule"\]/);
  assert.match(await failed({ ...activate(made, "PT2H"), ...ticket }, person(made.principalId, "pwd")), /"MfaRule"/);
  assert.match(await failed(activate(made, "PT2H")), /\["TicketingRule"\]/);
  assert.match(await failed({ ...activate(made, "PT4M"), ...ticket }), /too short/);
  const forEver = { ...memberOf(made, "selfActivate", { type: "noExpiration" }), justification: "x", ...ticket };
  assert.match(await failed(forEver), /ExpirationRule/);
  const body = { ...activate(made, "PT1H30M"), ...ticket };
  await graph.refused(403, "POST", activationRequests, body, person(graph.automation.id));
  const application = { as: { roles: [permission] } };
  await graph.refused(403, "POST", activationRequests, body, application);
  const without = { as: { scopes: ["User.Read"], objectId: made.principalId } };
  const missing = await graph.refused(403, "POST", activationRequests, body, without);
  assert.match(missing.message, /missing permission scope PrivilegedAssignmentSchedule\.ReadWrite\.AzureADGroup\.$/);
  const other = await groupAndUser(graph);
  const stranger = { ...body, principalId: other.principalId };
  const refused = await graph.refused(400, "POST", activationRequests, stranger, person(other.principalId));
  assert.equal(refused.code, "RoleAssignmentDoesNotExist");
  assert.deepEqual(await members(graph, made), []);

  const request = await graph.create(activationRequests, body, self);
  assert.equal(request["status"], "Provisioned");
  assert.deepEqual(await members(graph, made), [made.principalId]);
  assert.equal((await graph.refused(400, "POST", activationRequests, body, self)).code, "RoleAssignmentExists");
  const id = text(request, "targetScheduleId");
  const schedule = await graph.get(`${activations}/${id}`, self);
  assert.equal(schedule["assignmentType"], "activated");
  await graph.get(`${activationRequests}/${text(request, "id")}`, self);
  const filter = `?$filter=${encodeURIComponent(`principalId eq '${made.principalId}'`)}`;
  assert.equal((await graph.list(`${activations}${filter}`, self)).length, 1);
  assert.equal((await graph.list(`${activationRequests}${filter}`, self)).length, 1);
  await graph.refused(400, "GET", activations, undefined, self);

  graph.clock.advance(89 * minute);
  assert.deepEqual(await members(graph, made), [made.principalId]);
  graph.clock.advance(2 * minute);
  assert.deepEqual(await members(graph, made), [], "it has ended");
  await graph.refused(404, "GET", `${activations}/${id}`, undefined, self);

  await graph.create(activationRequests, body, self);
  const end = memberOf(made, "selfDeactivate");
  assert.equal((await graph.refused(400, "POST", activationRequests, end, self)).code, "ActiveDurationTooShort");
  await graph.refused(403, "POST", activationRequests, end, person(other.principalId));
  const ended = await graph.create(activationRequests, memberOf(made, "adminRemove"), application);
  assert.equal(ended["status"], "Revoked");
  await graph.create(activationRequests, body, self);
  graph.clock.advance(6 * minute);
  await graph.create(activationRequests, end, self);
  assert.deepEqual(await members(graph, made), []);
  assert.equal((await graph.refused(400, "POST", activationRequests, end, self)).code, "RoleAssignmentDoesNotExist");

  graph.clock.advance(7 * hour);
  await graph.create(activationRequests, { ...body, ...activate(made, "PT2H") }, self);
  graph.clock.advance(90 * minute);
  assert.deepEqual(await members(graph, made), [], "the eligibility has ended, and with it the activation");
  assert.equal((await graph.refused(400, "POST", activationRequests, body, self)).code, "RoleAssignmentDoesNotExist");
  graph.clock.advance(-(89 + 2 + 6 + 90) * minute - 7 * hour);
  await remove(graph, made);
  await remove(graph, other);
}

async function approval(graph: Harness): Promise<void> {
  const approvers = await groupAndUser(graph);
  await graph.expect(204, "POST", `/v1.0/groups/${approvers.groupId}/members/$ref`, {
    "@odata.id": `${graph.origin}/v1.0/directoryObjects/${approvers.principalId}`,
  });
  const made = await eligibleOf(graph, {
    "@odata.type": `${ruleType}ApprovalRule`,
    id: "Approval_EndUser_Assignment",
    setting: {
      isApprovalRequired: true,
      isApprovalRequiredForExtension: false,
      isRequestorJustificationRequired: true,
      approvalMode: "SingleStage",
      approvalStages: [
        {
          approvalStageTimeOutInDays: 1,
          isApproverJustificationRequired: true,
          isEscalationEnabled: false,
          escalationTimeInMinutes: 0,
          primaryApprovers: [{ "@odata.type": "#microsoft.graph.groupMembers", groupId: approvers.groupId }],
          escalationApprovers: [],
        },
      ],
    },
  });
  const self = person(made.principalId);
  const approver = person(approvers.principalId);
  const body = { ...activate(made, "PT2H"), ...ticket };
  const ask = async (): Promise<{ id: string; stage: string }> => {
    const request = await graph.create(activationRequests, body, self);
    assert.equal(request["status"], "PendingApproval");
    const id = text(request, "approvalId");
    assert.equal(id, request["id"]);
    assert.deepEqual(await members(graph, made), []);
    const found = await graph.get(`${group}/assignmentApprovals/${id}`, approver);
    const [stage] = found["stages"] as Body[];
    assert.deepEqual([stage?.["assignedToMe"], stage?.["status"]], [true, "InProgress"]);
    const stages = await graph.get(`${group}/assignmentApprovals/${id}/stages`, self);
    assert.equal(items(stages)[0]?.["assignedToMe"], false);
    return { id, stage: `${group}/assignmentApprovals/${id}/stages/${text(stage ?? {}, "id")}` };
  };
  const state = async (id: string) => (await graph.get(`${activationRequests}/${id}`, self))["status"];

  const first = await ask();
  const pending = await graph.refused(400, "POST", activationRequests, body, self);
  assert.equal(pending.code, "PendingRoleAssignmentRequest");
  const yes = { reviewResult: "Approve", justification: "Incident 42" };
  await graph.refused(403, "PATCH", first.stage, yes, self);
  await graph.refused(403, "PATCH", first.stage, yes, { as: { roles: [permission] } });
  await graph.refused(400, "PATCH", first.stage, { reviewResult: "Approve" }, approver);
  await graph.refused(400, "PATCH", first.stage, { ...yes, reviewResult: "Perhaps" }, approver);
  await graph.refused(404, "PATCH", `${first.stage}0`, yes, approver);
  graph.clock.advance(30 * minute);
  await graph.patch(first.stage, yes, approver);
  assert.equal(await state(first.id), "Provisioned");
  assert.deepEqual(await members(graph, made), [made.principalId]);
  await graph.refused(409, "PATCH", first.stage, yes, approver);
  graph.clock.advance(119 * minute);
  assert.deepEqual(await members(graph, made), [made.principalId], "the time counts from the approval");
  graph.clock.advance(2 * minute);
  assert.deepEqual(await members(graph, made), []);

  const second = await ask();
  await graph.patch(second.stage, { ...yes, reviewResult: "Deny" }, approver);
  assert.equal(await state(second.id), "Denied");
  const third = await ask();
  await graph.refused(403, "POST", `${activationRequests}/${third.id}/cancel`, undefined, approver);
  await graph.expect(204, "POST", `${activationRequests}/${third.id}/cancel`, undefined, self);
  assert.equal(await state(third.id), "Canceled");
  await graph.refused(400, "POST", `${activationRequests}/${third.id}/cancel`, undefined, self);
  const fourth = await ask();
  graph.clock.advance(day);
  assert.equal(await state(fourth.id), "TimedOut");
  await graph.refused(409, "PATCH", fourth.stage, yes, approver);
  assert.deepEqual(await members(graph, made), []);
  graph.clock.advance(-(30 + 119 + 2) * minute - day);
  await remove(graph, made);
  await remove(graph, approvers);
}

async function goneWithGroup(graph: Harness): Promise<void> {
  const made = await groupAndUser(graph);
  await graph.create(requests, memberOf(made, "adminAssign", until(graph, day)));
  const id = await policyId(graph, made);
  await graph.remove(`/v1.0/groups/${made.groupId}`);
  await graph.refused(404, "GET", `${policies}/${id}`);
  const filter = encodeURIComponent(`groupId eq '${made.groupId}'`);
  assert.deepEqual(await graph.list(`${schedules}?$filter=${filter}`), []);
  await graph.remove(`/v1.0/users/${made.principalId}`);
}

const ruleType = "#microsoft.graph.unifiedRoleManagementPolicy";

async function policyId(graph: Harness, { groupId }: Made): Promise<string> {
  const filter = encodeURIComponent(
    `scopeType eq 'Group' and scopeId eq '${groupId}' and roleDefinitionId eq 'member'`,
  );
  const path = `/v1.0/policies/roleManagementPolicyAssignments?$filter=${filter}`;
  const [found, ...others] = await graph.list(path);
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
    groupId: text(await graph.create("/v1.0/groups", newGroup), "id"),
    principalId: text(await graph.create("/v1.0/users", newUser), "id"),
  };
}

async function remove(graph: Harness, { groupId, principalId }: Made): Promise<void> {
  await graph.remove(`/v1.0/groups/${groupId}`);
  await graph.remove(`/v1.0/users/${principalId}`);
}
