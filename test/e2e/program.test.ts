import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fixture } from "@defender-mssp/testkit";
import { checkout, createProject, customer } from "./support";

describe("the program's own processes on the real engine", function () {
  const project = fixture(() => createProject({ sharedRuntime: false }));
  let file: string;
  let source: string;

  before(async () => {
    file = path.join(project.folder, "settings/index.ts");
    source = await readFile(file, "utf8");
    await project.writeSettings("contoso", customer(50));
    await project.addStack("contoso");
  });

  async function preview(changed: string): Promise<string> {
    await writeFile(file, changed);
    const { exitCode, stdout, stderr } = await project.pulumi(["preview", "--stack", "contoso"]);
    assert.notEqual(exitCode, 0);
    return stdout + stderr;
  }

  /** What a preview says, and the number of the line that `text` takes the place of. */
  async function previewWith(text: string): Promise<{ said: string; line: number }> {
    const lines = source.split("\n");
    const at = lines.indexOf("  const secrets = new Set(secretKeys);");
    lines[at] = text;
    return { said: await preview(lines.join("\n")), line: at + 1 };
  }

  it("an error is shown with its place in the sources", async () => {
    const { said, line } = await previewWith('  throw new TypeError("a bug");');
    assert.match(said, /a bug/);
    assert.ok(said.includes(`settings/index.ts:${line}:9`), said);
  });

  it("a program that does not compile: the place is shown without a stack trace", async () => {
    const { said, line } = await previewWith("  const secrets = (;");
    assert.match(said, /does not compile; nothing was changed/);
    assert.match(said, new RegExp(`settings/index\\.ts:${line}:`));
    assert.doesNotMatch(said, /^\s+at .*:\d+/m);
  });

  describe("without shortcuts into the SDK (MSSP_SDK_SHORTCUTS=off)", () => {
    before(async () => {
      await writeFile(file, source);
      project.environment["MSSP_SDK_SHORTCUTS"] = "off";
      // Each process that takes the shortcuts would fail: the variable reaches all of them.
      const shortcuts = path.join(project.folder, "program/sdk/shortcuts.js");
      const guard = 'if (process.env.MSSP_SDK_SHORTCUTS !== "off") throw new Error("the shortcuts are on");';
      const text = await readFile(shortcuts, "utf8");
      await writeFile(shortcuts, text.replace('"use strict";', `"use strict";\n${guard}`));
      await cp(path.join(checkout, "Pulumi.dev.yaml"), path.join(project.folder, "Pulumi.dev.yaml"));
      await project.addStack("dev");
    });

    for (const args of [
      ["up", "--yes", "--policy-pack", "policy"],
      ["preview", "--refresh", "--expect-no-changes"],
      ["destroy", "--yes", "--skip-preview", "--refresh"],
    ]) {
      it(`pulumi ${args.filter((arg) => arg !== "--yes" && arg !== "--skip-preview").join(" ")} succeeds`, async () => {
        const { exitCode, stdout, stderr } = await project.pulumi([...args, "--stack", "dev"]);
        assert.equal(exitCode, 0, stdout + stderr);
      });
    }
  });
});
