import assert from "node:assert/strict";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { fixture } from "@defender-mssp/testkit";
import { ana, ben, createProject, customer, dumpOfTenant, objectsOf, single, TenantHands, tenantIdOf } from "./support";

describe("the engine is killed with -9 in the middle of `up`", function () {
  let killAt: { readonly request: Pick<RegExp, "test">; readonly kill: () => void } | undefined;

  const project = fixture(() =>
    createProject({
      log: (line) => {
        if (killAt?.request.test(line) !== true) return;
        killAt.kill();
        killAt = undefined;
      },
    }),
  );

  /**
   * A new customer whose first `up` is killed when the sandbox has answered that request. Answers
   * the tenant as it was before.
   */
  async function killedAt(number: number, stack: string, request: RegExp): Promise<string> {
    await project.writeSettings(stack, customer(number));
    await project.addStack(stack);
    project.sandbox.cloud.tenant(tenantIdOf(number));
    const before = dumpOfTenant(project, tenantIdOf(number));
    // One at a time: then exactly one create is under way when the engine dies.
    const up = project.start(["up", "--stack", stack, "--yes", "--skip-preview", "--parallel", "1"]);
    killAt = { request, kill: () => up.kill("SIGKILL") };
    assert.equal((await up).signal, "SIGKILL");
    return before;
  }

  function guestsIn(number: number): string[] {
    const users = Object.entries(objectsOf(project, tenantIdOf(number)).users);
    return users.filter(([, { userType }]) => userType === "Guest").map(([id]) => id);
  }

  /** The lock of the dead engine is in the way, and the message says how to take it away. */
  async function unlock(stack: string): Promise<void> {
    const refused = await project.run(["up", "--stack", stack, "--yes", "--skip-preview"]);
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stderr, /currently locked by 1 lock/);
    assert.match(refused.stderr, /pulumi cancel/);
    await project.succeed(["cancel", "--stack", stack, "--yes"]);
  }

  async function converged(stack: string, number: number, before: string): Promise<void> {
    await project.succeed(["preview", "--stack", stack, "--refresh", "--expect-no-changes"]);
    await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantIdOf(number)), before);
  }

  it("killed while the application was authorized: the next `up` recognizes its own authorization", async () => {
    const before = await killedAt(20, "authorization", /^PUT \/siemAuthorizations\//);
    const [authorization] = Object.values(objectsOf(project, tenantIdOf(20)).siemAuthorizations);
    assert.ok(authorization !== undefined, "the server has done it, the engine doesn't know");
    await unlock("authorization");
    const again = await project.succeed(["up", "--stack", "authorization", "--yes", "--skip-preview"]);
    assert.match(again, /customer-siem-authorization, interrupted while creating/);
    assert.deepEqual(single(objectsOf(project, tenantIdOf(20)).siemAuthorizations), authorization);
    await converged("authorization", 20, before);
  });

  // PULUMI_SKIP_CHECKPOINTS: the engine writes the state once, at its end. docs/portal-access.md
  // offers it for many analysts.
  it("analysts added without checkpoints: the next `up` stops at every guest that the state does not have, and takes it by its object ID", async () => {
    const [number, stack] = [25, "unwritten"];
    await project.writeSettings(stack, customer(number, { analysts: [ana] }));
    await project.addStack(stack);
    project.sandbox.cloud.tenant(tenantIdOf(number));
    const before = dumpOfTenant(project, tenantIdOf(number));
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    const many = Array.from({ length: 6 }, (_, index) => ({
      email: `analyst.${index}@fabrikam-security.example`,
      displayName: `Analyst ${index}`,
    }));
    await project.writeSettings(stack, customer(number, { analysts: [ana, ...many] }));
    const command = ["up", "--stack", stack, "--yes", "--skip-preview", "--parallel", "1"];
    const up = project.start(command, { PULUMI_SKIP_CHECKPOINTS: "true" });
    let invited = 0;
    killAt = {
      request: { test: (line) => /^POST \/v1\.0\/invitations 201/.test(line) && ++invited === 4 },
      kill: () => up.kill("SIGKILL"),
    };
    assert.equal((await up).signal, "SIGKILL");
    const guests = guestsIn(number);
    assert.equal(guests.length, 5);
    const state = await project.succeed(["stack", "export", "--stack", stack]);
    assert.equal(guests.filter((id) => state.includes(id)).length, 1, "the state has only the first analyst's guest");

    await project.succeed(["cancel", "--stack", stack, "--yes"]);
    const again = ["up", "--stack", stack, "--refresh", "--yes", "--skip-preview"];
    const { exitCode, stdout } = await project.run(again);
    assert.notEqual(exitCode, 0);
    const lines = many.map(({ email, displayName }) => {
      const objectId = new RegExp(`- \\{ email: ${email}, .*objectId: (\\S+) \\}`).exec(stdout)?.[1];
      return { email, displayName, ...(objectId === undefined ? {} : { objectId }) };
    });
    assert.equal(lines.filter(({ objectId }) => guests.includes(String(objectId))).length, 4);
    await project.writeSettings(stack, customer(number, { analysts: [ana, ...lines] }));
    await project.succeed(again);
    assert.equal(guestsIn(number).length, 7);
    assertNone(guests, (id) => !guestsIn(number).includes(id));
    await converged(stack, number, before);
  });

  // Graph has made the guest; or has marked it, too. Either way the engine doesn't know.
  for (const [number, stack, what, request] of [
    [21, "guest", "invited", /^POST \/v1\.0\/invitations 201/],
    [24, "marked-guest", "marked", /^PATCH \/v1\.0\/users\/\S+ 204/],
  ] as const) {
    it(`while a guest was ${what}: the next \`up\` recognises its own guest, and \`destroy\` takes it away`, async () => {
      const before = await killedAt(number, stack, request);
      const [invited] = guestsIn(number);
      assert.ok(invited !== undefined);
      await unlock(stack);
      await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
      assert.equal(guestsIn(number).length, 2);
      assert.ok(guestsIn(number).includes(invited));
      const { displayName } = objectsOf(project, tenantIdOf(number)).users[invited]!;
      assert.ok([ana.displayName, ben.displayName].includes(String(displayName)), String(displayName));
      await converged(stack, number, before);
    });
  }

  it("killed while the application was registered: the next `up` refuses a second one and names the existing one", async () => {
    const before = await killedAt(22, "application", /^POST \/v1\.0\/applications 201/);
    const orphan = single(objectsOf(project, tenantIdOf(22)).applications);
    await unlock("application");
    const refused = await project.run(["up", "--stack", "application", "--yes", "--skip-preview"]);
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout, /customer-siem-application, interrupted while creating/);
    assert.ok(refused.stdout.includes(`object ID ${String(orphan["id"])}`), refused.stdout);
    assert.equal(single(objectsOf(project, tenantIdOf(22)).applications)["id"], orphan["id"]);
    await new TenantHands(project, tenantIdOf(22)).graph("DELETE", `/v1.0/applications/${String(orphan["id"])}`);
    await project.succeed(["up", "--stack", "application", "--yes", "--skip-preview"]);
    await converged("application", 22, before);
  });

  it("killed while the group was created: the next `up` refuses a second one and names the existing one", async () => {
    const before = await killedAt(23, "group", /^POST \/beta\/groups 201/);
    const orphan = single(objectsOf(project, tenantIdOf(23)).groups);
    await unlock("group");
    const refused = await project.run(["up", "--stack", "group", "--yes", "--skip-preview"]);
    assert.notEqual(refused.exitCode, 0);
    assert.match(
      refused.stdout,
      new RegExp(`existing "azuread_group" with name .* \\(ID: "${String(orphan["id"])}"\\) was found`),
    );
    await new TenantHands(project, tenantIdOf(23)).graph("DELETE", `/v1.0/groups/${String(orphan["id"])}`);
    await project.succeed(["up", "--stack", "group", "--yes", "--skip-preview"]);
    await converged("group", 23, before);
  });
});
