import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import { inSession as mssp } from "../../testSession";
import { createProject, customer, dumpOfTenant, objectsOf, single, tenantIdOf } from "../../../e2e/support";

/**
 * A restored backup of the state doesn't know what was made since: the secret that the SIEM uses
 * looks like one that nobody has.
 */
describe("cli/customer/doctor/restoredState: the repair after an older state was restored", function () {
  this.timeout(240_000);

  const tenantId = tenantIdOf(0x74);
  let project: SandboxProject;
  before(async () => {
    project = await createProject();
  });
  after(() => project.dispose());

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
