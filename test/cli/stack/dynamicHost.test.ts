import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { dynamicHostNote } from "../../../cli/stack/dynamicHost";
import { checkout } from "../mssp";

describe("cli/stack/dynamicHost", () => {
  const folder = newFolder();

  before(async () => {
    await mkdir(path.join(folder, "node_modules"));
    await symlink(checkout, path.join(folder, "node_modules", "defender-mssp"));
  });

  async function note(plugins: string): Promise<string | undefined> {
    await writeFile(path.join(folder, "Pulumi.yaml"), `name: customers\nruntime: nodejs\n${plugins}`);
    return dynamicHostNote(folder);
  }

  it("has nothing to say of a project that names the host, as this repository does", async () => {
    assert.equal(await dynamicHostNote(checkout), undefined);
    const named = "{ name: pulumi-nodejs, path: node_modules/defender-mssp/program/dynamicHost }";
    assert.equal(await note(`plugins: { providers: [${named}] }\n`), undefined);
  });

  it("says which lines to add where Pulumi.yaml names none, another plugin or another folder", async () => {
    const lines = /"providers": \{ name: pulumi-nodejs, path: node_modules\/defender-mssp\/program\/dynamicHost \}/;
    assert.match((await note(""))!, lines);
    assert.match((await note("plugins: { providers: [{ name: azuread, path: elsewhere }] }\n"))!, lines);
    assert.match((await note("plugins: { providers: [{ name: pulumi-nodejs, path: elsewhere }] }\n"))!, lines);
    assert.match((await note("plugins: broken\n"))!, lines);
  });
});
