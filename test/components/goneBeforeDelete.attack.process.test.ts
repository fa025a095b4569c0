/**
 * An object that is gone before `destroy`, because the answer to its deletion was lost or somebody
 * deleted it: the azuread provider refuses to delete it, so every command after a failure needs
 * `--refresh`. The stand-in must refuse too, or the sandbox hides it.
 */
import assert from "node:assert/strict";
import type { SandboxProject } from "@defender-mssp/testkit";
import { ana, createProject, customer, dumpOfTenant, objectsOf, TenantHands, tenantIdOf } from "../e2e/support";

describe("components/goneBeforeDelete: an object that is deleted before `destroy`", function () {
  this.timeout(300_000);

  const tenantId = tenantIdOf(61);
  let project: SandboxProject;
  let untouched = "";
  before(async () => {
    project = await createProject();
    await project.writeSettings("contoso", customer(61, { analysts: [ana], connector: { kind: "customerApp" } }));
    await project.addStack("contoso");
    project.sandbox.cloud.tenant(tenantId);
    untouched = dumpOfTenant(project, tenantId);
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
  });
  after(() => project.dispose());

  it("a plain `destroy` fails; `destroy --refresh` succeeds", async () => {
    const [group = ""] = Object.keys(objectsOf(project, tenantId).groups);
    await new TenantHands(project, tenantId).graph("DELETE", `/v1.0/groups/${group}`);

    const destroy = ["destroy", "--stack", "contoso", "--yes", "--skip-preview"];
    const plain = await project.run(destroy);
    assert.notEqual(plain.exitCode, 0, plain.stdout);
    assert.match(plain.stdout + plain.stderr, /answered 404: |group was not found/);

    await project.succeed([...destroy, "--refresh"]);
    assert.equal(dumpOfTenant(project, tenantId), untouched);
  });
});
