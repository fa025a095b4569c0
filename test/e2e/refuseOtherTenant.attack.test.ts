import assert from "node:assert/strict";
import { msspTenantId, fixture } from "@defender-mssp/testkit";
import { createProject, customer, dumpOfTenant, tenantIdOf } from "./support";
import { mssp } from "../cli/mssp";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import { inSession } from "../cli/testSession";

/**
 * A settings file with another tenant than the stack's: `destroy` works by the state, and every
 * look-up by the settings. An off-boarding would certify the other tenant.
 */
describe("cli/stack/refuseOtherTenant: the settings name another tenant than the state", function () {
  this.timeout(240_000);

  const stack = "contoso";
  const [ofState, ofSettings] = [tenantIdOf(0x41), tenantIdOf(0x42)];
  const requests: string[] = [];
  const project = fixture(() => createProject({ log: (line) => requests.push(line) }));
  let tenants: readonly string[] = [];

  const dumps = () => [ofState, ofSettings].map((tenantId) => dumpOfTenant(project, tenantId));

  before(async () => {
    const changes = { portalAccess: "rbac", connector: { alertApis: ["graph"] } };
    await project.writeSettings(stack, customer(0x41, changes));
    await project.addStack(stack);
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    await project.writeSettings(stack, customer(0x42, changes));
    project.sandbox.cloud.tenant(ofSettings);
    tenants = dumps();
    requests.length = 0;
  });

  const day = new Date().toISOString().slice(0, 10);
  const commands: readonly (readonly string[])[] = [
    ["offboard", "--stack", stack, "--yes", "--out", "out"],
    ["evidence", "--stack", stack, "--since", day, "--until", day, "--out", "evidence"],
    ["doctor", "--stack", stack],
    ["doctor", "--stack", stack, "--repair", "--yes"],
    ["doctor", "--stack", stack, "--before-destroy"],
    ["verify", "--stack", stack],
    ["report", "--stack", stack],
    ["report", "--stack", stack, "--live"],
    ["status", "--show", "onboarding", "--stack", stack],
    ["status", "--show", "onboarding"],
    ["permissions", "--stack", stack],
    ["governance", "status", "--stack", stack],
    ["governance", "terminate", "--stack", stack, "--as", "customer", "--yes"],
    ["token", "--stack", stack],
    ["alerts", "--stack", stack],
    ["incidents", "--stack", stack],
    ["connection", "--stack", stack, "--out", "connection.json"],
    ["siem-config", "splunk", "--stack", stack, "--out", "siem"],
    ["status", "--show", "secrets", "--stack", stack],
    ["ci", "check-state", "--stack", stack],
    ["ci", "preview", "--stack", stack],
    ["ci", "preview", "--stack", stack, "--drift"],
    ["fleet", "preview", "--stack", stack],
    ["fleet", "refresh", "--stack", stack, "--yes"],
    ["fleet", "destroy", "--stack", stack, "--yes"],
  ];

  for (const args of commands) {
    it(`mssp ${args.join(" ")} names both tenants, calls neither, and fails`, async () => {
      requests.length = 0;
      const { folder, environment } = project;
      // The threads of a fleet need the compiled command.
      const run = args[0] === "fleet" ? mssp : inSession;
      const { exitCode, stdout, stderr } = await run(args, { folder, environment });
      const text = `${stdout}\n${stderr}`.replaceAll(/\s+/g, " ");
      assert.match(
        text,
        new RegExp(`resources are in tenant ${ofState}, but its setting tenantId is now ${ofSettings}`),
        text,
      );
      assert.match(text, /Restore the setting/);
      assert.notEqual(exitCode, 0, text);
      assert.deepEqual(dumps(), tenants);
      // The program of `preview` signs in before the engine compares its provider with the state's.
      if (args[1] !== "preview" || args[0] !== "fleet") assert.deepEqual(requests, [], text);
    });
  }

  describe("another tenant of the MSSP", () => {
    const other = tenantIdOf(0x43);
    const run = (args: readonly string[]) =>
      inSession([...args, "--stack", stack], { folder: project.folder, environment: project.environment });

    before(() =>
      project.writeSettings(stack, {
        ...customer(0x41, { portalAccess: "rbac", connector: { alertApis: ["graph"] } }),
        msspTenantId: other,
      }),
    );

    it("preview refuses it, and names both", async () => {
      const { stdout, stderr, exitCode } = await project.run(["preview", "--stack", stack]);
      assert.match(`${stdout}${stderr}`, new RegExp(`resources name tenant ${msspTenantId} as the MSSP's.*${other}`));
      assert.notEqual(exitCode, 0);
    });

    it("verify and offboard go on, search for both, and say which one the state has", async () => {
      const names = new RegExp(`tenant is ${msspTenantId} by the state, and ${other} by the settings`);
      assert.match((await run(["verify"])).stdout.replaceAll(/\s+/g, " "), names);
      const { stdout } = await run(["offboard", "--yes", "--without", "evidence", "--out", "out", "--json"]);
      const { state, toConfirm } = JSON.parse(stdout) as Certificate;
      const kinds = toConfirm.flatMap((staying) => staying.kinds ?? []);
      assert.ok(kinds.includes("automationConsent"), stdout);
      assert.match(toConfirm.find(({ what }) => what === "the MSSP's tenant")?.why ?? "", names);
      assert.equal(state, "toConfirm");
    });
  });
});
