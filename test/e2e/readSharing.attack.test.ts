import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { SandboxProject } from "@defender-mssp/testkit";
import { mssp } from "../cli/mssp";
import { inSession } from "../cli/testSession";
import { createProject, customer, tenantIdOf } from "./support";

/** A copied settings file in which the tenant was forgotten. */
describe("settings/readSharing: two settings files with one tenant", function () {
  this.timeout(240_000);

  const tenantId = tenantIdOf(0x61);
  const warning = new RegExp(`The stacks copy, original have one tenantId, ${tenantId}\\.`);
  let project: SandboxProject;
  before(async () => {
    // The program's own process: an inline program does not know the project's folder.
    project = await createProject({ sharedRuntime: false });
    // `ci matrix` reads the files of a commit.
    const commit = [
      "-c",
      "user.name=a",
      "-c",
      "user.email=a@mssp.example",
      "commit",
      "--quiet",
      "--allow-empty",
      "-m",
      "a",
    ];
    for (const args of [["init", "--quiet"], commit]) execFileSync("git", args, { cwd: project.folder });
    for (const stack of ["original", "copy"]) {
      await project.writeSettings(stack, customer(0x61, { customerName: stack }));
      await project.addStack(stack);
    }
  });
  after(() => project.dispose());

  const runs: readonly (readonly [string, () => Promise<string>])[] = [
    ["preview", () => project.succeed(["preview", "--stack", "copy"])],
    ["status --show customers", () => command("status", "--show", "customers")],
    ["status --show customers --stack copy", () => command("status", "--show", "customers", "--stack", "copy")],
    ["fleet preview --stack copy", fleetPreview],
    ["permissions", () => command("permissions", "--stack", "copy", "--json")],
    ["ci matrix --all", () => command("ci", "matrix", "--all")],
  ];

  async function command(...args: string[]): Promise<string> {
    const { stdout, stderr } = await inSession(args, { folder: project.folder, environment: project.environment });
    return `${stdout}\n${stderr}`.replaceAll(/\s+/g, " ");
  }

  /** In a process of its own: a fleet's run changes the working folder. */
  async function fleetPreview(): Promise<string> {
    const { stdout, stderr } = await mssp(["fleet", "preview", "--stack", "copy"], {
      folder: project.folder,
      environment: project.environment,
    });
    return `${stdout}\n${stderr}`.replaceAll(/\s+/g, " ");
  }

  for (const [title, run] of runs) {
    it(`${title} warns, and no longer if each names the other`, async () => {
      await project.writeSettings("original", customer(0x61, { customerName: "original" }));
      assert.match(await run(), warning);
      await project.writeSettings("original", customer(0x61, { customerName: "o", sharedTenantWith: ["copy"] }));
      assert.match(await run(), warning, "the copy does not name the other");
      await project.writeSettings("copy", customer(0x61, { customerName: "c", sharedTenantWith: ["original"] }));
      assert.doesNotMatch(await run(), /have one tenantId/);
      await project.writeSettings("copy", customer(0x61, { customerName: "copy" }));
    });
  }
});
