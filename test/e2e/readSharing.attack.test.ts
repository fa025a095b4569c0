import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fixture } from "@defender-mssp/testkit";
import { mssp } from "../cli/mssp";
import { inSession } from "../cli/testSession";
import { createProject, customer, tenantIdOf } from "./support";

/** A copied settings file in which the tenant was forgotten. */
describe("settings/readSharing: two settings files with one tenant", function () {
  this.timeout(240_000);

  const tenantId = tenantIdOf(0x61);
  const warning = new RegExp(`The stacks copy, original have one tenantId, ${tenantId}\\.`);
  const project = fixture(() => createProject({ sharedRuntime: false }));
  before(async () => {
    // The program's own process: an inline program does not know the project's folder.

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

  interface Ended {
    readonly exitCode?: number;
    readonly stdout: string;
    readonly stderr: string;
  }

  const lists: readonly (readonly [string, () => Promise<Ended>])[] = [
    ["status --show customers", () => command("status", "--show", "customers")],
    ["status --show customers --stack copy", () => command("status", "--show", "customers", "--stack", "copy")],
  ];
  const refusals: readonly (readonly [string, () => Promise<Ended>])[] = [
    ["preview", () => project.run(["preview", "--stack", "copy"])],
    // In a process of its own: a fleet's run changes the working folder.
    ["fleet preview --stack copy", () => mssp(["fleet", "preview", "--stack", "copy"], place())],
    ["permissions", () => command("permissions", "--stack", "copy", "--json")],
    ["ci matrix --all", () => command("ci", "matrix", "--all")],
  ];

  const place = () => ({ folder: project.folder, environment: project.environment });
  const command = (...args: string[]) => inSession(args, place());
  const shown = ({ stdout, stderr }: Ended) => `${stdout}\n${stderr}`.replaceAll(/\s+/g, " ");

  for (const [title, run, exitCode] of [
    ...lists.map(([title, run]) => [`${title} warns`, run, 0] as const),
    ...refusals.map(([title, run]) => [`${title} is refused`, run, 1] as const),
  ]) {
    it(`${title}, and no longer if each names the other`, async () => {
      const sharing = async () => {
        const ended = await run();
        assert.match(shown(ended), warning);
        assert.equal(ended.exitCode === 0 ? 0 : 1, exitCode, shown(ended));
      };
      await project.writeSettings("original", customer(0x61, { customerName: "original" }));
      await sharing();
      await project.writeSettings("original", customer(0x61, { customerName: "o", sharedTenantWith: ["copy"] }));
      // The copy does not name the other.
      await sharing();
      await project.writeSettings("copy", customer(0x61, { customerName: "c", sharedTenantWith: ["original"] }));
      const ended = await run();
      assert.doesNotMatch(shown(ended), /have one tenantId/);
      assert.equal(ended.exitCode, 0, shown(ended));
      await project.writeSettings("copy", customer(0x61, { customerName: "copy" }));
    });
  }
});
