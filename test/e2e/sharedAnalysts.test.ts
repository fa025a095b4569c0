/** `analystsFrom` on the real engine: the launched program, a fleet's threads and the policy pack read the file. */
import assert from "node:assert/strict";
import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import { stringify } from "yaml";
import { mssp } from "../cli/mssp";
import { ana, ben, createProject, customer } from "./support";

describe("analysts of many customers in one file", () => {
  let project: SandboxProject;
  const stacks = ["contoso", "tailspin"];

  before(async () => {
    project = await createProject();
    await shared([ben]);
    for (const [index, stack] of stacks.entries())
      await project.writeSettings(stack, customer(index + 1, { analysts: [ana], analystsFrom: "analysts.yaml" }));
    await project.verifyDomains();
  });
  after(() => project.dispose());

  const shared = (analysts: readonly object[]) =>
    writeFile(path.join(project.folder, "analysts.yaml"), stringify(analysts));
  const fleet = (...args: readonly string[]) =>
    mssp(["fleet", ...args], { folder: project.folder, environment: project.environment });

  it("a fleet's up invites them everywhere, and the policy pack knows them", async () => {
    const { exitCode, stdout } = await fleet("up", "--init", "--yes", "--policy-pack", "policy");
    assert.equal(exitCode, 0, stdout);
    for (const stack of stacks) {
      const { guests } = (await project.outputs(stack)) as { guests: Record<string, string> };
      assert.deepEqual(Object.keys(guests).sort(), [ana.email, ben.email]);
    }
  });

  it("pulumi preview reads the same file, and names its line in an error", async () => {
    await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes", "--policy-pack", "policy"]);
    await shared([ben, { ...ana, email: ana.email.toUpperCase() }]);
    const twice = await project.run(["preview", "--stack", "contoso"]);
    assert.notEqual(twice.exitCode, 0);
    assert.match(twice.stdout + twice.stderr, /analysts\.yaml:3:3 analysts\[2\]\.email: .*\n.*each analyst once/);
    await shared([]);
    const deleted = (await project.changes("contoso")).filter(({ op }) => op === "delete");
    assert.ok(deleted.length > 0 && deleted.every(({ urn }) => urn.includes(ben.email)));
  });

  it("pulumi preview refuses a file outside of the repository", async () => {
    await symlink("/etc", path.join(project.folder, "linked"));
    await project.writeSettings("contoso", customer(1, { analysts: [ana], analystsFrom: "linked/team.yaml" }));
    const { exitCode, stdout, stderr } = await project.run(["preview", "--stack", "contoso"]);
    assert.notEqual(exitCode, 0);
    assert.match(
      stdout + stderr,
      /analystsFrom: linked\/team\.yaml: there is no such file|leads out of the project's folder/,
    );
  });
});
