/** `mssp doctor` on the real engine, before a destroy and after an older state was restored. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { jsonText, type StoredObject, fixture } from "@defender-mssp/testkit";
import type { BeforeDestroyReport } from "../../cli/access/inventory/beforeDestroy";
import { inSession as mssp } from "../cli/testSession";
import { ana, ben, createProject, customer, dumpOfTenant, objectsOf, single, TenantHands, tenantIdOf } from "./support";

/**
 * A restored backup of the state doesn't know what was made since: the secret that the SIEM uses
 * looks like one that nobody has.
 */
describe("cli/customer/doctor/restoredState: the repair after an older state was restored", function () {
  this.timeout(240_000);

  const tenantId = tenantIdOf(0x74);
  const project = fixture(createProject);

  it("--yes deletes neither the secret in use nor another object", async () => {
    const connector = (days: number) => ({
      credential: { type: "secret", days, rotateBeforeDays: 30, overlapDays: 0 },
    });
    await project.writeSettings("contoso", customer(0x74, { connector: connector(365) }));
    await project.addStack("contoso");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    const backup = path.join(project.folder, "backup.json");
    await writeFile(backup, await project.succeed(["stack", "export", "--stack", "contoso"]));

    await project.writeSettings("contoso", customer(0x74, { connector: connector(90) }));
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    await project.succeed(["stack", "import", "--stack", "contoso", "--file", backup]);
    const inUse = dumpOfTenant(project, tenantId);

    const options = { folder: project.folder, environment: project.environment };
    const { exitCode, stdout } = await mssp(["doctor", "--stack", "contoso", "--repair", "--yes"], options);
    assert.match(stdout, /^client secret "MSSP SIEM, managed by Pulumi"$/m);
    assert.doesNotMatch(stdout, /^Deleted /m);
    assert.equal(exitCode, 1);
    assert.equal(dumpOfTenant(project, tenantId), inUse);
    const { passwordCredentials } = single(objectsOf(project, tenantId).applications) as {
      passwordCredentials: object[];
    };
    assert.ok(passwordCredentials.length > 0);
  });
});

/** `destroy` of a stack whose access packages people hold: Graph refuses, half way. */
describe("cli/customer/doctor/heldPackages: destroy with access packages that people hold, on the engine", function () {
  this.timeout(300_000);

  it("doctor --before-destroy names who holds which package, and the steps that it prints clear the way", async () => {
    const project = await createProject();
    const options = { folder: project.folder, environment: project.environment };
    const doctor = (...args: string[]) => mssp(["doctor", "--stack", "held", "--before-destroy", ...args], options);
    try {
      const [number, stack] = [62, "held"];
      const { cloud } = project.sandbox;
      cloud.describedTenant({ tenantId: tenantIdOf(number), domain: "customer.example" });
      const portalAccess = { model: "entitlement", approvers: ["security.admin@customer.example"] };
      await project.writeSettings(stack, customer(number, { portalAccess, analysts: [] }));
      await project.addStack(stack);
      assert.match((await doctor()).stdout, /has no access packages/);
      await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
      const free = await doctor();
      assert.equal(free.exitCode, 0, free.stderr);
      assert.match(free.stdout, /^Nobody holds an access package of stack held\./);

      const hands = new TenantHands(project, tenantIdOf(number));
      const objects = objectsOf(project, tenantIdOf(number)) as unknown as Record<string, Record<string, StoredObject>>;
      const [tier1, tier2] = Object.values(objects["accessPackages"] ?? {});
      await hold(hands, objects, ana.email, tier1);
      await hold(hands, objects, ben.email, tier2);

      const held = await doctor("--json");
      assert.equal(held.exitCode, 1, held.stderr);
      const { state, holders } = JSON.parse(held.stdout) as BeforeDestroyReport;
      assert.equal(state, "failed");
      const named = holders.map(({ address, accessPackage }) => `${address}: ${accessPackage}`).sort();
      const nameOf = (one: StoredObject | undefined) => jsonText(one?.["displayName"]);
      assert.deepEqual(named, [`${ana.email}: ${nameOf(tier1)}`, `${ben.email}: ${nameOf(tier2)}`].sort());
      const { stdout } = await doctor();
      for (const text of [ana.email, ben.email, nameOf(tier1), nameOf(tier2), "would fail halfway", "az rest"])
        assert.ok(stdout.includes(text), `${text} is not in\n${stdout}`);
      // What it says is so.
      const destroy = ["destroy", "--stack", stack, "--refresh", "--yes", "--skip-preview"];
      assert.notEqual((await project.run(destroy)).exitCode, 0);

      for (const { step } of holders) await hands.carryOut(step);
      assert.equal((await doctor()).exitCode, 0);
      await project.succeed(destroy);

      await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
      const roles = cloud.tenant(tenantIdOf(number)).objects("appRoleAssignments");
      const isOfEntitlements = ({ appRoleId }: StoredObject) =>
        appRoleId === microsoftGraph.appRoles["EntitlementManagement.ReadWrite.All"];
      for (const one of [...roles.values()].filter(isOfEntitlements)) roles.delete(one.id);
      const refused = await doctor();
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, /Can't read who holds .*: not permitted: requires EntitlementManagement\.Read\.All/);
    } finally {
      await project.dispose();
    }
  });

  /** An administrator of the tenant gives the package to a guest. */
  async function hold(
    hands: TenantHands,
    objects: Record<string, Record<string, StoredObject>>,
    email: string,
    accessPackage: StoredObject | undefined,
  ): Promise<void> {
    const { invitedUser } = await hands.graph<{ invitedUser: { id: string } }>("POST", "/v1.0/invitations", {
      invitedUserEmailAddress: email,
      inviteRedirectUrl: "https://contoso.com",
    });
    const policies = Object.values(objects["accessPackageAssignmentPolicies"] ?? {});
    const policy = policies.find(({ accessPackageId }) => accessPackageId === accessPackage?.id);
    await hands.graph("POST", "/beta/identityGovernance/entitlementManagement/accessPackageAssignmentRequests", {
      requestType: "AdminAdd",
      accessPackageAssignment: {
        accessPackageId: accessPackage?.id,
        assignmentPolicyId: policy?.id,
        targetId: invitedUser.id,
      },
    });
  }
});
