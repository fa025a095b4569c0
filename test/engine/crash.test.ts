import assert from "node:assert/strict";
import type { SandboxProject } from "../../tools/sandbox/sandboxProject";
import { createProject, customer, dumpOfTenant, objectsOf, single, tenantIdOf } from "./support";

describe("the engine is killed with -9 in the middle of `up`", function () {
  this.timeout(180_000);

  let project: SandboxProject;
  let killAt: { readonly request: RegExp; readonly kill: () => void } | undefined;

  before(async () => {
    project = await createProject({
      log: (line) => {
        if (killAt?.request.test(line) !== true) return;
        killAt.kill();
        killAt = undefined;
      },
    });
  });
  after(() => project.dispose());

  /** A new customer whose first `up` is killed when the sandbox has answered that request. Answers the tenant as it was before. */
  async function killedAt(number: number, stack: string, request: RegExp): Promise<string> {
    await project.writeSettings(stack, customer(number));
    await project.succeed(["stack", "init", stack]);
    project.sandbox.cloud.tenant(tenantIdOf(number));
    const before = dumpOfTenant(project, tenantIdOf(number));
    const up = project.start(["up", "--stack", stack, "--yes", "--skip-preview"]);
    killAt = { request, kill: () => up.kill("SIGKILL") };
    assert.equal((await up).signal, "SIGKILL");
    return before;
  }

  /** The lock of the dead engine is in the way, and the message says how to take it away. */
  async function unlock(stack: string): Promise<void> {
    const refused = await project.pulumi(["up", "--stack", stack, "--yes", "--skip-preview"]);
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

  it("while the application was authorized: the next `up` recognises its own authorization", async () => {
    const before = await killedAt(20, "authorization", /^PUT \/siemAuthorizations\//);
    const [authorization] = Object.values(objectsOf(project, tenantIdOf(20)).siemAuthorizations);
    assert.ok(authorization !== undefined, "the server has done it, the engine doesn't know");
    await unlock("authorization");
    const again = await project.succeed(["up", "--stack", "authorization", "--yes", "--skip-preview"]);
    assert.match(again, /customer-siem-authorization, interrupted while creating/);
    assert.deepEqual(single(objectsOf(project, tenantIdOf(20)).siemAuthorizations), authorization);
    await converged("authorization", 20, before);
  });

  it("while a guest was invited: the next `up` gets the same guest", async () => {
    const before = await killedAt(21, "guest", /^POST \/v1\.0\/invitations 201/);
    await unlock("guest");
    const users = Object.keys(objectsOf(project, tenantIdOf(21)).users).length;
    await project.succeed(["up", "--stack", "guest", "--yes", "--skip-preview"]);
    assert.ok(Object.keys(objectsOf(project, tenantIdOf(21)).users).length <= Math.max(users, 4));
    await converged("guest", 21, before);
  });

  it("while the application was registered: the user is told, and can hand the orphan to the stack", async () => {
    const before = await killedAt(22, "application", /^POST \/v1\.0\/applications 201/);
    const orphan = single(objectsOf(project, tenantIdOf(22)).applications);
    await unlock("application");
    const told = await project.succeed(["preview", "--stack", "application"]);
    const [urn] = /urn:\S+::customer-siem-application/.exec(told) ?? [];
    assert.ok(urn !== undefined, told);
    assert.match(told, /interrupted while creating/);
    assert.match(told, /pulumi refresh/);

    const guests = Object.values(objectsOf(project, tenantIdOf(22)).users).filter(
      ({ userType }) => userType === "Guest",
    );
    const { deployment } = JSON.parse(await project.succeed(["stack", "export", "--stack", "application"])) as {
      deployment: { pending_operations?: { resource: { urn: string; inputs?: { userEmailAddress?: string } } }[] };
    };
    const pendingIds = (deployment.pending_operations ?? []).flatMap(({ resource }) => {
      if (resource.urn === urn) return [resource.urn, `/applications/${String(orphan["id"])}`];
      return [];
    });
    assert.ok(guests.length <= 2);
    await project.succeed([
      "refresh",
      "--stack",
      "application",
      "--yes",
      "--skip-preview",
      "--import-pending-creates",
      pendingIds.join(","),
    ]);
    await project.succeed(["up", "--stack", "application", "--yes", "--skip-preview"]);
    assert.equal(single(objectsOf(project, tenantIdOf(22)).applications)["id"], orphan["id"]);
    await converged("application", 22, before);
  });

  it("while the group was made: no second one of that name is made, and the message says which is there", async () => {
    await killedAt(23, "group", /^POST \/beta\/groups 201/);
    const orphan = single(objectsOf(project, tenantIdOf(23)).groups);
    await unlock("group");
    const refused = await project.pulumi(["up", "--stack", "group", "--yes", "--skip-preview"]);
    assert.notEqual(refused.exitCode, 0);
    assert.ok(refused.stdout.includes(String(orphan["id"])), refused.stdout);
    assert.equal(single(objectsOf(project, tenantIdOf(23)).groups)["id"], orphan["id"]);
  });
});
