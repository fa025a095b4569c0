import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { fixture } from "@defender-mssp/testkit";
import {
  createProject,
  customer,
  dumpOfTenant,
  objectsOf,
  single,
  TenantHands,
  tenantIdOf,
  type ObjectsById,
} from "./support";

/** A program of two Defender roles, a group that has them, and a notification rule; settings say what varies. */
const program = `
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { tierNames, tierPermissions } from "@defender-mssp/microsoft";
import { AlertNotificationRule } from "./components";
import { DefenderRoleAssignment, DefenderRoleDefinition } from "./components";

const config = new pulumi.Config();
const tenantId = config.require("tenantId");
const portalAccess = config.require("model");
const permissions = config.getObject<string[]>("permissions") ?? tierPermissions.tier1;
const provider = new azuread.Provider("customer", { tenantId });
const group = new azuread.Group("tier1-group", { displayName: tierNames.tier1, securityEnabled: true }, { provider });
const role = new DefenderRoleDefinition("tier1-role", { tenantId, displayName: tierNames.tier1, permissions: [...permissions] });
const assignment = new DefenderRoleAssignment("tier1-assignment", {
  tenantId,
  displayName: tierNames.tier1,
  roleDefinitionId: role.id,
  principalIds: [group.objectId],
  portalAccess,
});
const rule = new AlertNotificationRule("soc-rule", {
  tenantId,
  name: "SOC",
  severities: ["High", "Medium"],
  recipients: ["soc@fabrikam-security.example"],
  mode: config.get("ruleMode") === "manual" ? "manual" : "endpoint",
});
export const roleDefinitionId = role.id;
export const roleAssignmentId = assignment.id;
export const notificationRule = rule.status;
`;

const dynamicType = (name: string) => `pulumi-nodejs:dynamic/defender-mssp:${name}`;

describe("Defender roles and notification rules on the real engine", function () {
  const tenantId = tenantIdOf(40);
  const project = fixture(() => createProject({ log: (line) => requests.push(line) }));
  const hands = new TenantHands(project, tenantId);
  let asBefore: string;
  const requests: string[] = [];

  before(async () => {
    await writeFile(path.join(project.folder, "index.ts"), program);
    await settings({});
    await project.addStack("contoso");
    project.sandbox.cloud.tenant(tenantId);
    asBefore = dumpOfTenant(project, tenantId);
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
  });

  function settings(changes: Record<string, unknown>): Promise<void> {
    return project.writeSettings("contoso", customer(40, { model: "rbac", ...changes }));
  }

  const collection = (name: string): ObjectsById =>
    (objectsOf(project, tenantId) as Record<string, ObjectsById>)[name] ?? {};
  const role = () => single(collection("defenderRoleDefinitions"));
  const assignment = () => single(collection("defenderRoleAssignments"));
  const rule = () => single(collection("notificationRules"));

  /** What a preview would do, without the tenant being looked at, or after that. */
  async function steps(...flags: string[]): Promise<string[]> {
    const found = await project.changes("contoso", ...flags);
    const changing = found.filter(({ op }) => op !== "refresh" && !op.startsWith("read"));
    return [...new Set(changing.map(({ op, urn }) => `${op} ${urn.split("::")[2]!}`))].sort();
  }

  async function mend(): Promise<void> {
    await project.succeed(["up", "--stack", "contoso", "--refresh", "--yes", "--skip-preview"]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  }

  it("`up` creates role, assignment and notification rule; a second preview has no changes", async () => {
    const outputs = await project.outputs("contoso");
    const group = single(objectsOf(project, tenantId).groups);
    assert.equal(role()["displayName"], "Tier 1 Analyst");
    assert.equal(role()["description"], "(managed by defender-mssp/contoso/tier1-role)");
    assert.deepEqual(assignment()["principalIds"], [group["id"]]);
    assert.equal(assignment()["roleDefinitionId"], role()["id"]);
    assert.deepEqual(
      [outputs["roleDefinitionId"], outputs["roleAssignmentId"], outputs["notificationRule"]],
      [role()["id"], assignment()["id"], "configured"],
    );
    assert.deepEqual(
      [rule()["severities"], rule()["includeOrganizationName"], rule()["includeTenantPortalLink"]],
      [["Medium", "High"], true, true],
    );
    await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes"]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  });

  it("finds and restores manual changes in place", async () => {
    const before = [role(), assignment(), rule()];
    const url = (kind: string, id: unknown) => `/beta/roleManagement/defender/${kind}/${String(id)}`;
    await hands.graph("PATCH", url("roleDefinitions", role()["id"]), {
      rolePermissions: [{ allowedResourceActions: ["microsoft.xdr/secops/*/manage"] }],
    });
    const [administrator] = Object.keys(objectsOf(project, tenantId).users);
    const principalIds = [...(assignment()["principalIds"] as string[]), administrator];
    await hands.graph("PATCH", url("roleAssignments", assignment()["id"]), { principalIds });
    await hands.defender("PUT", "/notificationRules/SOC", {
      ...rule(),
      includeTenantPortalLink: false,
      managedBy: null,
    });

    const refused = await project.run(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
    assert.notEqual(refused.exitCode, 0, "the drift was not found");
    assert.deepEqual(await steps("--refresh"), [
      `update ${dynamicType("AlertNotificationRule")}`,
      `update ${dynamicType("DefenderRoleAssignment")}`,
      `update ${dynamicType("DefenderRoleDefinition")}`,
    ]);
    await mend();
    assert.deepEqual([role(), assignment(), rule()], before);
  });

  it("finds deleted objects and creates them again", async () => {
    await hands.graph("DELETE", `/beta/roleManagement/defender/roleAssignments/${String(assignment()["id"])}`);
    await hands.graph("DELETE", `/beta/roleManagement/defender/roleDefinitions/${String(role()["id"])}`);
    await hands.defender("DELETE", "/notificationRules/SOC");
    await mend();
    assert.equal(assignment()["roleDefinitionId"], role()["id"]);
    assert.equal(rule()["managedBy"], "defender-mssp/contoso/soc-rule");
  });

  it("permissions change in place; another spelling of them is no change", async () => {
    const { id } = role();
    const alerts = "microsoft.xdr/secops/securitydata/alerts/manage";
    await settings({ permissions: [alerts, "microsoft.xdr/secops/*/read"] });
    assert.deepEqual(await steps(), [`update ${dynamicType("DefenderRoleDefinition")}`]);
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.equal(role()["id"], id);
    await settings({
      permissions: ["microsoft.xdr/secops/*/read", "microsoft.xdr/secops/securitydata/basics/read", alerts],
    });
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
    await settings({});
    await mend();
  });

  it("another access model replaces the assignment: the old one is deleted first", async () => {
    const before = assignment()["id"];
    await settings({ model: "entitlement" });
    const found = await steps();
    assert.ok(
      found.every((step) => step.endsWith("DefenderRoleAssignment")),
      found.join(", "),
    );
    requests.length = 0;
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.notEqual(assignment()["id"], before);
    const writes = requests.filter((line) => /^(POST|PATCH|DELETE) \/beta\/roleManagement/.test(line));
    assertEach(writes, (line) => line.split(" ")[0], ["DELETE", "POST"], writes.join("\n"));
  });

  it("a change to manual mode deletes the rule on the server and reports manual", async () => {
    await settings({ model: "entitlement", ruleMode: "manual" });
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.deepEqual(collection("notificationRules"), {});
    assert.equal((await project.outputs("contoso"))["notificationRule"], "manual");
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  });

  it("`destroy` deletes the assignment before its role; the tenant is as before, byte for byte", async () => {
    requests.length = 0;
    await project.succeed(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantId), asBefore);
    const deletes = requests.filter((line) => line.startsWith("DELETE /beta/roleManagement"));
    assertEach(deletes, (line) => /role(Assignments|Definitions)/.exec(line)?.[0], [
      "roleAssignments",
      "roleDefinitions",
    ]);
  });
});
