/** A look-up in the customer's tenant that fails, and whose result a resource needs. */
import assert from "node:assert/strict";
import { fixture } from "@defender-mssp/testkit";
import { mssp } from "../cli/mssp";
import { createProject, customer, tenantIdOf } from "./support";

describe("components/tenant/failedLookUp: a look-up that fails during `up`", function () {
  const reason = /WindowsDefenderATP could not be looked up in the customer's tenant: /g;
  const settings = { analysts: [], connector: { kind: "customerApp", alertApis: ["legacySiem", "graph"] } };
  const project = fixture(createProject);

  before(async () => {
    for (const [stack, number] of [
      ["contoso", 0x62],
      ["woodgrove", 0x63],
    ] as const) {
      await project.writeSettings(stack, customer(number, settings));
      await project.addStack(stack);
      project.sandbox.cloud.tenant(tenantIdOf(number));
    }
    const servicePrincipals = project.sandbox.cloud.tenant(tenantIdOf(0x62)).objects("servicePrincipals");
    for (const [id, { displayName }] of servicePrincipals) {
      if (displayName === "WindowsDefenderATP") servicePrincipals.delete(id);
    }
  });

  it("gives one error, which names the object", async () => {
    const { exitCode, stdout, stderr } = await project.pulumi(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.notEqual(exitCode, 0);
    const text = `${stdout}\n${stderr}`;
    const [, diagnostics = ""] = text.split("Diagnostics:");
    assert.equal(diagnostics.match(reason)?.length, 1, text);
    assert.equal(diagnostics.match(/^ +error: /gm)?.length, 1, text);
    assert.doesNotMatch(text, /<ref \*1>|\[Circular|at processTicksAndRejections/);
  });

  it("fails that customer of a fleet run, which goes on with the next", async () => {
    const { exitCode, stdout, stderr } = await mssp(["fleet", "up", "--yes", "--parallel", "1"], {
      folder: project.folder,
      environment: project.environment,
    });
    assert.equal(exitCode, 1, stdout + stderr);
    assert.match(stdout, /^contoso +failed: .*WindowsDefenderATP could not be looked up/m);
    assert.match(stdout, /^woodgrove +changed/m);
    await project.succeed(["preview", "--stack", "woodgrove", "--refresh", "--expect-no-changes"]);
    // The engine has ended properly: no lock is left, and a `destroy` finds what was created.
    await project.succeed(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
  });
});
