/**
 * A stack's outputs after runs that are not whole: a program that never ends, `--target`, a switch that fails,
 * `--replace`. They name what is live in the tenant, and nothing that was handed to somebody is lost.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { dayMs as day } from "@defender-mssp/errors/time";
import { fixture } from "@defender-mssp/testkit";
import { ana, ben, createProject, customer, dumpOfTenant, objectsOf, single, tenantIdOf } from "./support";

const stack = ["--stack", "contoso"];
const up = ["up", ...stack, "--yes", "--skip-preview"];
const tenantId = tenantIdOf(0x91);

describe("components/liveOutputs: outputs of an incomplete run", function () {
  this.timeout(300_000);

  const project = fixture(createProject);

  before(async () => {
    await settings();
    await project.addStack("contoso");
    await project.succeed(up);
  });

  function settings(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
    return project.writeSettings("contoso", customer(0x91, { portalAccess: "rbac", ...changes }));
  }

  async function extension(text: string): Promise<void> {
    await writeFile(path.join(project.folder, "extensions", "attack.ts"), text);
  }

  async function hasNoDrift(): Promise<void> {
    await project.succeed(["preview", ...stack, "--refresh", "--expect-no-changes"]);
  }

  const urn = (type: string, name: string) => `urn:pulumi:contoso::defender-mssp::**${type}::${name}`;

  it("a program whose extension never settles fails and deletes nothing", async () => {
    const file = 'import { RandomId } from "@pulumi/random";\n';
    await extension(`${file}export const extend = () => void new RandomId("made-by-extension", { byteLength: 4 });\n`);
    await settings({ extension: "attack" });
    await project.succeed(up);
    const [outputs, tenant] = [await project.outputs("contoso"), dumpOfTenant(project, tenantId)];
    for (const never of ["new Promise(() => {})", 'new RandomId("x", { byteLength: new Promise(() => {}) })']) {
      await extension(`${file}export const extend = (): unknown => ${never};\n`);
      const { exitCode, stdout, stderr } = await project.pulumi(up);
      assert.notEqual(exitCode, 0, stdout);
      assert.match(stdout + stderr, /promise/);
      assert.deepEqual(await project.outputs("contoso"), outputs);
      assert.equal(dumpOfTenant(project, tenantId), tenant);
      assert.match(await project.succeed(["stack", "export", ...stack]), /made-by-extension/);
    }
    await settings();
    await project.succeed(up);
  });

  it("--target removes no output and adds none of an object that was not created", async () => {
    const before = await project.outputs("contoso");
    const dueNow = { MSSP_CLOCK: new Date(project.sandbox.cloud.clock.now().getTime() + 340 * day).toISOString() };
    for (const overlapDays of [7, 0]) {
      const credential = { type: "secret", days: 365, rotateBeforeDays: 30, overlapDays };
      const cleo = { email: "cleo.martin@fabrikam-security.example", displayName: "Cleo Martin" };
      await settings({ analysts: [ana, ben, cleo], connector: { alertApis: ["legacySiem", "graph"], credential } });
      const target = urn("ApplicationRedirectUris", "customer-siem-redirect-redirect-uris");
      await project.succeed([...up, "--target", target], dueNow);
      assert.deepEqual(await project.outputs("contoso"), before);
    }
    await settings();
  });

  it("a failed switch of the connector keeps the outputs of the live connector", async () => {
    const before = await project.outputs("contoso");
    await settings({
      connector: { kind: "msspApp", applicationId: "f00dcafe-0000-4000-8000-00000000dead", credential: "certificate" },
    });
    const { exitCode, stdout } = await project.run(up);
    assert.notEqual(exitCode, 0, stdout);
    assert.deepEqual(await project.outputs("contoso"), before);
    assert.equal(single(objectsOf(project, tenantId).applications)["appId"], before["clientId"]);
    await settings();
    await project.succeed([...up, "--refresh"]);
    await hasNoDrift();
  });

  it("--replace of the connector's application or service principal leaves one of each", async () => {
    for (const [type, name] of [
      ["ServicePrincipal", "customer-siem-service-principal"],
      ["ApplicationRegistration", "customer-siem-application"],
    ] as const) {
      await project.succeed([...up, "--replace", urn(type, name)]);
      const { clientId } = await project.outputs("contoso");
      const { applications, servicePrincipals } = objectsOf(project, tenantId);
      assert.equal(single(applications)["appId"], clientId);
      assert.equal(Object.values(servicePrincipals).filter((one) => one["appId"] === clientId).length, 1);
      await hasNoDrift();
    }
  });
});
