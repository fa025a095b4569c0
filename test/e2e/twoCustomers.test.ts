import assert from "node:assert/strict";
import type { SandboxProject } from "@defender-mssp/testkit";
import { createProject, customer, dumpOfTenant, objectsOf, single, tenantIdOf } from "./support";

describe("two customers side by side", function () {
  const [first, second] = [tenantIdOf(3), tenantIdOf(4)];
  let project: SandboxProject;
  let asBefore: string;

  before(async () => {
    project = await createProject();
    await project.writeSettings("first", customer(3));
    await project.writeSettings("second", customer(4));
    for (const stack of ["first", "second"]) await project.addStack(stack);
    for (const tenantId of [first, second]) project.sandbox.cloud.tenant(tenantId);
    asBefore = dumpOfTenant(project, first);
  });
  after(() => project.dispose());

  it("two customers are onboarded at the same time, each in its own tenant", async () => {
    // Each with processes of its own: the shared runtime runs one program after another.
    const ends = await Promise.all(
      ["first", "second"].map((stack) => project.pulumi(["up", "--stack", stack, "--yes", "--skip-preview"])),
    );
    for (const { exitCode, stdout, stderr } of ends) assert.equal(exitCode, 0, stdout + stderr);
    for (const [stack, tenantId, name] of [
      ["first", first, "Contoso 3"],
      ["second", second, "Contoso 4"],
    ] as const) {
      const application = single(objectsOf(project, tenantId).applications);
      assert.equal(application["displayName"], `${name} SIEM MSSP Connector`);
      assert.equal((await project.outputs(stack))["clientId"], application["appId"]);
    }
  });

  it("`destroy` of one customer changes nothing for the other", async () => {
    const other = dumpOfTenant(project, second);
    await project.succeed(["destroy", "--stack", "first", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, first), asBefore);
    assert.equal(dumpOfTenant(project, second), other);
    await project.succeed(["preview", "--stack", "second", "--refresh", "--expect-no-changes"]);
  });
});
