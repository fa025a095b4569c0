import assert from "node:assert/strict";
import { azureRoles, type AzureRoleAssignment, type AzureRoleName } from "@defender-mssp/microsoft";
import { judgeAssignments } from "../../../../cli/access/examination/sentinelFeature";
import { conditionBicep, conditionCommand } from "../../../../cli/customer/permissions/conditionCommand";
import { sentinelCondition } from "../../../../domain/sentinelCondition";

const roles = { tier1: ["Microsoft Sentinel Reader" as const], tier2: ["Microsoft Sentinel Responder" as const] };
const sentinelAccess = { subscriptionId: "s", resourceGroup: "sentinel", workspaceName: "soc", roles };
const scope = "/subscriptions/s/resourceGroups/sentinel";
const condition = sentinelCondition(roles);

function assignment(role: AzureRoleName, changes: object = {}): AzureRoleAssignment {
  const properties = { principalId: "ME", roleDefinitionId: `/x/${azureRoles[role]}`, scope, ...changes };
  return { id: "a", name: "a", properties };
}
const judge = (...all: AzureRoleAssignment[]) => judgeAssignments(sentinelAccess, all, "me");
const administrator = "Role Based Access Control Administrator";

describe("mssp doctor: the right to assign roles on a workspace", () => {
  it("passes the condition that mssp permissions prints, whatever its blanks", () => {
    const { state, reason } = judge(assignment(administrator, { condition: condition.replace(/\s+/g, "  ") }));
    assert.deepEqual([state, reason], ["passed", "with the condition that npx mssp permissions prints"]);
  });

  it("says that an unlimited role allows every role, also from above", () => {
    for (const one of [
      assignment(administrator, { condition: null }),
      assignment("Owner", { scope: "/subscriptions/s" }),
    ]) {
      const { state, reason = "" } = judge(one);
      assert.equal(state, "passed");
      assert.match(reason, /may assign every role at .*: limit it by the condition/);
    }
  });

  it("does not judge another condition, and fails without a role", () => {
    assert.equal(judge(assignment(administrator, { condition: `${condition} AND x` })).state, "notChecked");
    for (const none of [
      [],
      [assignment("Contributor")],
      [assignment(administrator, { principalId: "other", condition })],
      [assignment(administrator, { scope: `${scope}2`, condition })],
    ])
      assert.equal(judge(...none).state, "failed");
  });

  it("prints the condition for the Azure CLI and Bicep", () => {
    const role = { stack: "contoso", scope, application: "automation", role: administrator, condition } as const;
    const command = conditionCommand(role, undefined);
    assert.ok(command.includes(`<<'EOF'\n${condition}\nEOF\n`));
    assert.match(
      command,
      /--role f58310d9-.*\n.*--scope \/subscriptions\/s\/resourceGroups\/sentinel .*\n.*--condition-version 2\.0/,
    );
    assert.ok(conditionBicep(role).includes(`condition: '''\n${condition}\n'''`));
  });
});
