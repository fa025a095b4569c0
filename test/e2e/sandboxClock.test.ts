/** A person moves the sandbox's clock: Pulumi and the commands there have its time. */
import assert from "node:assert/strict";
import { commandEnvironment } from "@defender-mssp/sandbox";
import type { SandboxProject } from "@defender-mssp/testkit";
import { inSession } from "../cli/testSession";
import { clockFrom } from "@defender-mssp/microsoft";
import { createProject, customer } from "./support";

const day = 24 * 60 * 60 * 1000;

describe("the clock of the sandbox", function () {
  this.timeout(300_000);

  let project: SandboxProject;
  before(async () => {
    project = await createProject();
    await project.writeSettings("contoso", customer(0x1c, { connector: { alertApis: ["graph"] } }));
    await project.addStack("contoso");
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
  });
  after(() => project.dispose());

  async function moved(): Promise<NodeJS.ProcessEnv> {
    return commandEnvironment(await project.sandbox.environment({ user: project.environment }), project.environment);
  }

  async function preview(environment: NodeJS.ProcessEnv): Promise<string> {
    const clock = { MSSP_CLOCK: environment["MSSP_CLOCK"] ?? "" };
    return project.succeed(["preview", "--stack", "contoso", "--json"], clock);
  }

  async function secrets(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
    const { stdout } = await inSession(["secrets", "--stack", "contoso", "--json"], {
      folder: project.folder,
      environment,
      now: clockFrom(environment),
    });
    return (JSON.parse(stdout) as { stacks: { state?: string }[] }).stacks[0]?.state;
  }

  it("renews a secret in a preview, and reports it in `mssp secrets`, after `sandbox clock --advance 350d`", async () => {
    const before = await moved();
    assert.equal(before["MSSP_CLOCK"], undefined);
    assert.equal(await secrets(before), "passed");
    project.sandbox.cloud.clock.move(350 * day);
    const after = await moved();
    assert.equal(after["MSSP_CLOCK"], `+${(350 * day) / 1000}s`);
    assert.match(await preview(after), /"op": ?"create",\s+"urn": ?"[^"]*ApplicationPassword/);
    assert.equal(await secrets(after), "failed");
  });

  it("keeps a moment that the user has set for one command", async () => {
    const own = { ...project.environment, MSSP_CLOCK: "2030-01-01T00:00:00Z" };
    const { variables, removed } = await project.sandbox.environment({ user: own });
    assert.deepEqual([variables["MSSP_CLOCK"], removed.includes("MSSP_CLOCK")], [undefined, false]);
  });
});
