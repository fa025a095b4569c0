/**
 * A customer who deletes an access package of the MSSP's. azuread's read of what the package gives fails
 * then, so every refresh and `destroy` does: `mssp doctor` says the way that works.
 */
import assert from "node:assert/strict";
import { fixture } from "@defender-mssp/testkit";
import { inSession as mssp } from "../cli/testSession";
import { createProject, customer, TenantHands, tenantIdOf } from "./support";

const stack = "contoso";

describe("an access package that the customer deletes", function () {
  const project = fixture(createProject);

  before(async () => {
    project.sandbox.cloud.describedTenant({ tenantId: tenantIdOf(0x71), domain: "customer.example" });
    const portalAccess = { model: "entitlement", approvers: ["security.admin@customer.example"] };
    await project.writeSettings(stack, customer(0x71, { analysts: [], portalAccess }));
    await project.addStack(stack);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
  });

  it("fails each refresh; the commands of `mssp doctor` mend it, and `destroy` removes everything", async () => {
    const tenant = project.sandbox.cloud.tenant(tenantIdOf(0x71));
    const [accessPackage] = [...tenant.objects("accessPackages").values()];
    const hands = new TenantHands(project, tenantIdOf(0x71));
    const base = "/beta/identityGovernance/entitlementManagement";
    for (const { id, accessPackageId } of [...tenant.objects("accessPackageAssignmentPolicies").values()])
      if (accessPackageId === accessPackage!.id)
        await hands.graph("DELETE", `${base}/accessPackageAssignmentPolicies/${id}`);
    await hands.graph("DELETE", `${base}/accessPackages/${accessPackage!.id}`);

    const { exitCode, stdout } = await project.pulumi(["preview", "--refresh", "--stack", stack]);
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /Retrieving .*Role Scope/s);

    const doctor = await mssp(["doctor", "--stack", stack], project);
    assert.equal(doctor.exitCode, 1, doctor.stdout);
    const urns = [
      ...doctor.stdout.matchAll(/npx pulumi state delete '([^']+)' --target-dependents --stack \S+ --yes/g),
    ];
    assert.equal(urns.length, 1, doctor.stdout);
    const [, urn = ""] = urns[0]!;
    await project.succeed(["state", "delete", urn, "--target-dependents", "--stack", stack, "--yes"]);

    await project.succeed(["up", "--refresh", "--stack", stack, "--yes", "--skip-preview"]);
    assert.equal(tenant.objects("accessPackages").size, 3);
    assert.doesNotMatch((await mssp(["doctor", "--stack", stack], project)).stdout, /state delete/);
  });

  it("and the catalog with all packages: after the commands of `mssp doctor`, `destroy --refresh` removes the rest", async () => {
    const tenant = project.sandbox.cloud.tenant(tenantIdOf(0x71));
    const hands = new TenantHands(project, tenantIdOf(0x71));
    const base = "/beta/identityGovernance/entitlementManagement";
    for (const name of ["accessPackageAssignmentPolicies", "accessPackages", "accessPackageCatalogs"] as const)
      for (const id of [...tenant.objects(name).keys()]) await hands.graph("DELETE", `${base}/${name}/${id}`);

    const { exitCode, stdout } = await project.pulumi(["preview", "--refresh", "--stack", stack]);
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /Retrieving Access Package Resource Catalog Association: unexpected status 404/);

    const doctor = await mssp(["doctor", "--stack", stack], project);
    const urns = [...doctor.stdout.matchAll(/npx pulumi state delete '([^']+)' --target-dependents/g)];
    assert.equal(urns.length, 6, doctor.stdout);
    // What depends on an earlier one is gone with it.
    for (const [, urn = ""] of urns)
      await project.run(["state", "delete", urn, "--target-dependents", "--stack", stack, "--yes"]);
    await project.succeed(["destroy", "--refresh", "--stack", stack, "--yes", "--skip-preview"]);
    assert.equal(tenant.objects("groups").size, 0);
  });
});
