import assert from "node:assert/strict";
import { verifyDomain, fixture } from "@defender-mssp/testkit";
import { inSession } from "../cli/testSession";
import { createProject, customer, dumpOfTenant, tenantIdOf } from "./support";

/** A copied settings file in which the tenant or the domain was forgotten. */
describe("components: requireCustomerDomain, on the engine", function () {
  this.timeout(240_000);

  const number = 0x62;
  const tenantId = tenantIdOf(number);
  const foreign = { customerName: "Copied", customerDomain: "wingtip.example" };
  const problem =
    /The setting customerDomain is wingtip\.example, which is no verified domain of the tenant c0570500-\S+62\. The tenant's verified domains: \S+\.onmicrosoft\.com, tenant-c0570500\.example\. Correct the setting tenantId/;
  const requests: string[] = [];
  const project = fixture(() => createProject({ verifiesDomains: false, log: (line) => requests.push(line) }));
  before(async () => {
    await project.writeSettings("copy", customer(number, foreign));
    await project.addStack("copy");
  });

  const doctor = async (...args: string[]) => {
    const { exitCode, stdout } = await inSession(["doctor", "--stack", "copy", ...args], project);
    return { exitCode, text: stdout.replaceAll(/\s+/g, " ") };
  };

  it("preview and up of a new stack are refused before the first change; doctor's check fails", async () => {
    project.sandbox.cloud.tenant(tenantId);
    const before = dumpOfTenant(project, tenantId);
    for (const command of ["preview", "up"]) {
      const { exitCode, stdout, stderr } = await project.run([
        command,
        "--stack",
        "copy",
        ...(command === "up" ? ["--yes", "--skip-preview"] : []),
      ]);
      const text = `${stdout}\n${stderr}`.replaceAll(/\s+/g, " ");
      assert.notEqual(exitCode, 0);
      assert.match(text, problem);
      assert.match(text, /Nothing was created\./);
      assert.doesNotMatch(text, /^\s+at /m);
    }
    assert.equal(dumpOfTenant(project, tenantId), before);
    const { exitCode, text } = await doctor();
    assert.equal(exitCode, 1);
    assert.match(text, /✗ customer's domain The setting customerDomain is wingtip\.example/);
    assert.match(text, problem);
  });

  it("a stack that is deployed gets a warning, of doctor as well, and keeps running", async () => {
    await project.writeSettings("copy", customer(number));
    verifyDomain(project.sandbox.cloud.tenant(tenantId), `contoso${number}.example`);
    await project.succeed(["up", "--stack", "copy", "--yes", "--skip-preview"]);
    assert.match((await doctor()).text, /✓ customer's domain/);
    await project.writeSettings("copy", customer(number, foreign));
    const preview = (await project.succeed(["preview", "--stack", "copy"])).replaceAll(/\s+/g, " ");
    assert.match(preview, /warning: The setting customerDomain is wingtip\.example/);
    assert.match(preview, /This stack is deployed, so its operations continue\./);
    const { exitCode, text } = await doctor();
    assert.equal(exitCode, 0);
    assert.match(text, /The setting customerDomain is wingtip\.example/);
  });

  it("a preview of a deployed stack makes one request more, without a token", async () => {
    await project.writeSettings("copy", customer(number));
    requests.splice(0);
    const text = await project.succeed(["preview", "--stack", "copy"]);
    assert.doesNotMatch(text, /customerDomain/);
    const asked = requests.filter((line) => /openid-configuration|\/organization/.test(line));
    assert.equal(asked.length, 1, asked.join("\n"));
    assert.match(
      asked.join(),
      new RegExp(`^GET /contoso${number}\\.example/v2\\.0/\\.well-known/openid-configuration 200 `),
    );
  });
});
