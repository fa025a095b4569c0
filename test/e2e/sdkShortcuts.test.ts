import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import { checkout, createProject } from "./support";

describe("without shortcuts into the SDK (MSSP_SDK_SHORTCUTS=off)", function () {
  let project: SandboxProject;

  before(async () => {
    project = await createProject({ sharedRuntime: false });
    project.environment["MSSP_SDK_SHORTCUTS"] = "off";
    // Each process that takes the shortcuts would fail: the variable reaches all of them.
    const file = path.join(project.folder, "program/sdk/shortcuts.js");
    const source = await readFile(file, "utf8");
    const guard = 'if (process.env.MSSP_SDK_SHORTCUTS !== "off") throw new Error("the shortcuts are on");';
    await writeFile(file, source.replace('"use strict";', `"use strict";\n${guard}`));
    await cp(path.join(checkout, "Pulumi.dev.yaml"), path.join(project.folder, "Pulumi.dev.yaml"));
    await project.addStack("dev");
  });
  after(() => project.dispose());

  for (const args of [
    ["preview", "--policy-pack", "policy"],
    ["up", "--yes", "--skip-preview", "--policy-pack", "policy"],
    ["preview", "--refresh", "--expect-no-changes"],
    ["destroy", "--yes", "--skip-preview", "--refresh"],
  ]) {
    it(`pulumi ${args.filter((arg) => arg !== "--yes" && arg !== "--skip-preview").join(" ")} succeeds`, async () => {
      const { exitCode, stdout, stderr } = await project.pulumi([...args, "--stack", "dev"]);
      assert.equal(exitCode, 0, stdout + stderr);
    });
  }
});
