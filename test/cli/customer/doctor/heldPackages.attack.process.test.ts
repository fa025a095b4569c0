/**
 * `destroy` of a stack whose access packages people hold: Graph refuses, half way. Whoever starts
 * it must know before.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { type StoredObject, jsonText } from "@defender-mssp/testkit";
import { stringify } from "yaml";
import { EntitlementAccess } from "../../../../components/portalAccess/entitlementAccess";
import { MsspSecurityGroup } from "../../../../components/portalAccess/msspSecurityGroup";
import { inSession as mssp } from "../../testSession";
import { msspTenantId, resolved, startMocks, tenantId } from "../../../components/mocks";
import type { BeforeDestroyReport } from "../../../../cli/customer/doctor/beforeDestroy";
import { ana, ben, createProject, customer, objectsOf, TenantHands, tenantIdOf } from "../../../e2e/support";
import { requiredSettings } from "../../../settings/required";

const whatToDo =
  /Before `npx pulumi destroy` .* remove every assignment of these access packages \(Entra admin center > /;

describe("cli/customer/doctor/heldPackages: destroy with access packages that people hold", function () {
  this.timeout(300_000);

  it("nextSteps says what to do before the destroy", async () => {
    await startMocks();
    const group = (tier: string) => new MsspSecurityGroup(tier, { displayName: tier, msspName: "Fabrikam" });
    const access = new EntitlementAccess("access", {
      tenantId,
      customerDomain: "contoso.com",
      msspName: "Fabrikam",
      terms: {
        approvers: ["security.admin@contoso.com"],
        expiresAfterDays: 365,
        reviewEvery: "year",
        identitySource: { tenantId: msspTenantId },
      },
      approverObjectIds: ["a99f0000-0000-4000-8000-000000000001"],
      groups: { tier1: group("tier1"), tier2: group("tier2"), approvers: group("approvers") },
    });
    assert.match((await resolved(access.nextSteps)).value?.join("\n") ?? "", whatToDo);
  });

  it("confirm-destroy of a pipeline says so, for this model only", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "mssp-held-"));
    try {
      await writeFile(path.join(folder, "Pulumi.yaml"), "name: defender-mssp\nruntime: nodejs\n");
      for (const [stack, model] of [
        ["contoso", { model: "entitlement", approvers: ["security.admin@contoso.com"] }],
        ["other", "rbac"],
      ] as const) {
        const settings = Object.entries({ ...requiredSettings, analysts: [], portalAccess: model });
        const config = Object.fromEntries(settings.map(([key, value]) => [`defender-mssp:${key}`, value]));
        await writeFile(path.join(folder, `Pulumi.${stack}.yaml`), stringify({ config }));
      }
      const confirm = (stack: string) =>
        mssp(["ci", "confirm-destroy", "--stack", stack, "--typed", stack], { folder });
      const [held, other] = [await confirm("contoso"), await confirm("other")];
      assert.deepEqual([held.exitCode, other.exitCode], [0, 0], held.stderr + other.stderr);
      assert.match(held.stderr, whatToDo);
      assert.doesNotMatch(other.stderr, /assignment/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

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
