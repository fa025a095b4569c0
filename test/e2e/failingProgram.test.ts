import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SandboxProject } from "@defender-mssp/testkit";
import { createProject, customer } from "./support";

describe("a program with a bug, on the real engine", function () {
  let project: SandboxProject;
  let file: string;
  let source: string;

  before(async () => {
    project = await createProject({ sharedRuntime: false });
    file = path.join(project.folder, "settings/index.ts");
    source = await readFile(file, "utf8");
    await project.writeSettings("contoso", customer(50));
    await project.addStack("contoso");
  });
  after(() => project.dispose());

  async function preview(changed: string): Promise<string> {
    await writeFile(file, changed);
    const { exitCode, stdout, stderr } = await project.pulumi(["preview", "--stack", "contoso"]);
    assert.notEqual(exitCode, 0);
    return stdout + stderr;
  }

  it("an error is shown with its place in the sources", async () => {
    const bug = 'throw new TypeError("a bug");';
    const lines = source.split("\n");
    const at = lines.findIndex((line) => line.includes("const secrets = new Set(secretKeys);"));
    lines[at] = `  ${bug}`;
    const said = await preview(lines.join("\n"));
    assert.match(said, /a bug/);
    assert.ok(said.includes(`settings/index.ts:${at + 1}:9`), said);
  });

  it("a program that does not compile: the place is shown without a stack trace", async () => {
    const said = await preview(source.replace("export interface Settings {", "export interface Settings ("));
    const line = source.split("\n").findIndex((text) => text === "export interface Settings {") + 1;
    assert.match(said, /does not compile; nothing was changed/);
    assert.match(said, new RegExp(`settings/index\\.ts:${line}:`));
    assert.doesNotMatch(said, /^\s+at .*:\d+/m);
  });
});
