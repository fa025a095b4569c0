/**
 * A look-up in the customer's tenant that fails must end in one error for people, not in a dump of
 * the error's object.
 */
import assert from "node:assert/strict";
import { createProject, customer, tenantIdOf } from "../e2e/support";

describe("attack: a look-up that fails during `up`", function () {
  this.timeout(120_000);

  it("a failed look-up gives one error that names the object", async () => {
    const project = await createProject();
    try {
      await project.writeSettings(
        "contoso",
        customer(0x62, { analysts: [], connector: { kind: "customerApp", alertApis: ["legacySiem", "graph"] } }),
      );
      await project.addStack("contoso");
      const servicePrincipals = project.sandbox.cloud.tenant(tenantIdOf(0x62)).objects("servicePrincipals");
      for (const [id, { displayName }] of servicePrincipals) {
        if (displayName === "WindowsDefenderATP") servicePrincipals.delete(id);
      }
      const { exitCode, stdout, stderr } = await project.pulumi([
        "up",
        "--stack",
        "contoso",
        "--yes",
        "--skip-preview",
      ]);
      assert.notEqual(exitCode, 0);
      const text = `${stdout}\n${stderr}`;
      assert.match(text, /WindowsDefenderATP could not be looked up in the customer's tenant: /);
      assert.doesNotMatch(text, /<ref \*1>|\[Circular|at processTicksAndRejections/);
    } finally {
      await project.dispose();
    }
  });
});
