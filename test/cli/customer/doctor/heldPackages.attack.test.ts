/**
 * `destroy` of a stack whose access packages people hold: Graph refuses, half way. Whoever starts
 * it must know before.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { stringify } from "yaml";
import { EntitlementAccess } from "../../../../components/portalAccess/entitlementAccess";
import { MsspSecurityGroup } from "../../../../components/portalAccess/msspSecurityGroup";
import { inSession as mssp } from "../../testSession";
import { msspTenantId, resolved, startMocks, tenantId } from "../../../components/mocks";
import { requiredSettings } from "../../../settings/required";

const whatToDo =
  /Before `npx pulumi destroy` .* remove every assignment of these access packages \(Entra admin center > /;

describe("cli/customer/doctor/heldPackages: destroy with access packages that people hold", function () {
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
    const folder = newFolder();
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: defender-mssp\nruntime: nodejs\n");
    for (const [stack, model] of [
      ["contoso", { model: "entitlement", approvers: ["security.admin@contoso.com"] }],
      ["other", "rbac"],
    ] as const) {
      const settings = Object.entries({ ...requiredSettings, analysts: [], portalAccess: model });
      const config = Object.fromEntries(settings.map(([key, value]) => [`defender-mssp:${key}`, value]));
      await writeFile(path.join(folder, `Pulumi.${stack}.yaml`), stringify({ config }));
    }
    const confirm = (stack: string) => mssp(["ci", "confirm-destroy", "--stack", stack, stack], { folder });
    const [held, other] = [await confirm("contoso"), await confirm("other")];
    assert.deepEqual([held.exitCode, other.exitCode], [0, 0], held.stderr + other.stderr);
    assert.match(held.stderr, whatToDo);
    assert.doesNotMatch(other.stderr, /assignment/);
  });
});
