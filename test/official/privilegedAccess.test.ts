/**
 * azuread's own two types of Privileged Identity Management for Groups against the sandbox, and the
 * two faults for which the program does not use them (ADR 43).
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type StoredObject, fixture } from "@defender-mssp/testkit";
import { createProject, TenantHands, tenantIdOf } from "../e2e/support";
import { officialPlugin, whereItWasLookedFor, withOfficialPlugin } from "./officialPlugins";

const user = withOfficialPlugin();

const program = `
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { customerTenant } from "./components/tenant/customerTenant";

export = async () => {
  const config = new pulumi.Config();
  const provider = await customerTenant("customer", config.require("tenantId"), "public");
  const group = new azuread.Group("group", { displayName: "Just in time", securityEnabled: true }, { provider });
  const policy = new azuread.GroupRoleManagementPolicy(
    "policy",
    {
      groupId: group.objectId,
      roleId: "member",
      eligibleAssignmentRules: { expirationRequired: false, expireAfter: "P365D" },
      activationRules: {
        maximumDuration: "PT2H",
        requireMultifactorAuthentication: true,
        requireJustification: true,
        requireApproval: true,
        approvalStage: { primaryApprovers: [{ objectId: config.require("guest"), type: "singleUser" }] },
      },
    },
    { provider },
  );
  new azuread.PrivilegedAccessGroupEligibilitySchedule(
    "schedule",
    { groupId: group.objectId, principalId: config.require("guest"), assignmentType: "member", permanentAssignment: true },
    { provider, dependsOn: [policy] },
  );
};
`;

describe(`${officialPlugin}: Privileged Identity Management for Groups`, function () {
  if (user === undefined) {
    it(whereItWasLookedFor);
    return;
  }
  this.timeout(10 * 60_000);
  const tenantId = tenantIdOf(0xef);
  const project = fixture(() => createProject({ plugins: "official", user, sharedRuntime: false }));

  before(async () => {
    await writeFile(path.join(project.folder, "index.ts"), program);
    const [guest] = [...project.sandbox.cloud.tenant(tenantId).objects("users").keys()];
    await project.writeSettings("contoso", { tenantId, guest });
    await project.addStack("contoso");
  });

  const preview = ["preview", "--stack", "contoso", "--expect-no-changes"];
  const objects = (name: string): StoredObject[] => [...project.sandbox.cloud.tenant(tenantId).objects(name).values()];

  it("sets the policy and assigns the eligibility, and finds no change afterwards", async () => {
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    const [schedule, ...others] = objects("eligibilitySchedules");
    assert.deepEqual(others, []);
    assert.match(JSON.stringify(schedule), /"type":"noExpiration"/);
    const policies = JSON.stringify(objects("roleManagementPolicies"));
    assert.match(policies, /"maximumDuration":"PT2H"/);
    assert.match(policies, /"enabledRules":\["MultiFactorAuthentication","Justification"\]/);
    assert.match(policies, /"isApprovalRequired":true/);
    await project.succeed(preview);
    await project.succeed([...preview, "--refresh"]);
    assert.deepEqual(project.sandbox.undocumentedRequests, []);
  });

  it("does not see that another party has removed the eligibility", async () => {
    const [schedule] = objects("eligibilitySchedules");
    assert.ok(schedule);
    schedule["createdDateTime"] = "2024-01-01T00:00:00Z";
    const { groupId, principalId } = schedule;
    const route = "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests";
    const removal = { accessId: "member", action: "adminRemove", groupId, principalId };
    await new TenantHands(project, tenantId).graph("POST", route, removal);
    assert.deepEqual(objects("eligibilitySchedules"), []);
    await project.succeed([...preview, "--refresh"]);
  });

  it("cannot refresh after the group was deleted", async () => {
    const [group] = objects("groups").filter(({ displayName }) => displayName === "Just in time");
    await new TenantHands(project, tenantId).graph("DELETE", `/v1.0/groups/${group?.id ?? ""}`);
    const { exitCode, stdout } = await project.run(["preview", "--stack", "contoso", "--refresh"]);
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /policy/);
  });
});
