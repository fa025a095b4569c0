import assert from "node:assert/strict";
import path from "node:path";
import { fixture } from "@defender-mssp/testkit";
import { inSession as mssp } from "../cli/testSession";
import { createProject, customer, dumpOfTenant, objectsOf, tenantIdOf } from "./support";

/** Two stacks that mean the same tenant: of the same name in another backend, and of another MSSP. */
describe("components/tenant/twoStacks: a second stack in a customer's tenant", function () {
  this.timeout(300_000);

  const tenantId = tenantIdOf(0x72);
  const settings = customer(0x72, {
    portalAccess: "rbac",
    notificationRules: [{ name: "MSSP SOC", severities: ["High"], recipients: ["soc@fabrikam-security.example"] }],
  });
  const project = fixture(createProject);
  let production: string;

  before(async () => {
    await project.writeSettings("contoso", settings);
    await project.addStack("contoso");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    production = dumpOfTenant(project, tenantId);
  });

  const repair = (stack: string, environment = project.environment) =>
    mssp(["doctor", "--stack", stack, "--repair", "--yes"], { folder: project.folder, environment });

  it("a stack of the same name in another backend adopts and deletes nothing", async () => {
    const backend = { PULUMI_BACKEND_URL: `file://${path.join(project.folder, "other-backend")}?metadata=skip` };
    const { mkdir } = await import("node:fs/promises");
    await mkdir(path.join(project.folder, "other-backend"));
    const run = (...args: string[]) => project.run([...args, "--stack", "contoso"], backend);
    assert.equal((await run("stack", "init")).exitCode, 0);
    const up = await run("up", "--yes", "--skip-preview");
    assert.notEqual(up.exitCode, 0, "the people are there");
    assert.match(
      up.stdout + up.stderr,
      /Nothing was changed\..*The tenant has users with the addresses of 2 new analysts/s,
    );

    const repaired = await repair("contoso", { ...project.environment, ...backend });
    assert.equal(repaired.exitCode, 1, repaired.stdout);
    assert.doesNotMatch(repaired.stdout, /^Deleted /m);
    assert.equal((await run("destroy", "--yes", "--skip-preview")).exitCode, 0);
    assert.equal(dumpOfTenant(project, tenantId), production);
  });

  it("another MSSP's `mssp doctor --repair --yes` deletes nothing", async () => {
    await project.writeSettings("other", { ...settings, msspName: "Other MSSP" });
    await project.addStack("other");
    const { exitCode, stdout } = await repair("other");
    assert.equal(exitCode, 1);
    assert.match(stdout, /^app registration "Contoso 114 SIEM MSSP Connector"$/m);
    assert.match(stdout, /^ {2}whose {5}another stack's/m);
    assert.match(stdout, /^--yes deletes only what an operation left/m);
    assert.doesNotMatch(stdout, /^Deleted /m);
    assert.equal(dumpOfTenant(project, tenantId), production);
  });

  it("each object's mark names project, stack, the stack's ID and the MSSP's tenant", () => {
    const { groups, applications } = objectsOf(project, tenantId);
    const descriptions = [...Object.values(groups), ...Object.values(applications)].map((one) =>
      String(one["description"] ?? one["notes"]),
    );
    const [, id = ""] = /#([0-9a-f]{16})/.exec(production)!;
    for (const text of descriptions)
      assert.match(
        text,
        new RegExp(`\\(defender-mssp/contoso#${id}, MSSP tenant 5ec0de00-5ea1-4000-8000-000000000001\\)`),
      );
    assert.equal(new Set([...production.matchAll(/#([0-9a-f]{16})/g)].map(([, one]) => one)).size, 1);
  });
});
