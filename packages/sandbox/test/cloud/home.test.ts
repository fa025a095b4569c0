import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { setAsideSandbox } from "@defender-mssp/sandbox";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { prepareHome } from "../../src/cloud/home";

describe("packages/sandbox/cloud/home: a home that another version wrote", () => {
  let home: string;

  beforeEach(async () => {
    home = path.join(newFolder(), ".sandbox");
    await mkdir(home);
    await writeFile(path.join(home, "sandbox.json"), '{"format":1,"what":"sandbox of defender-mssp"}\n');
  });

  it("is refused by its format, with what to do, and left as it is", async () => {
    await assert.rejects(prepareHome(home), (error: Error) => {
      assert.ok(error instanceof VisibleError);
      assert.match(error.message, /has the format 1, and this program reads format 2.*npx mssp start.*sandbox reset/);
      return true;
    });
    assert.deepEqual(await readdir(home), ["sandbox.json"]);
  });

  it("with a damaged marker is refused, too", async () => {
    for (const text of ["", "{", "[]", '{"format":"2"}']) {
      await writeFile(path.join(home, "sandbox.json"), text);
      await assert.rejects(prepareHome(home), /has the format .*this program reads format 2/);
      assert.equal(await readFile(path.join(home, "sandbox.json"), "utf8"), text);
    }
  });

  it("is set aside by a name that is free, and the next one begins anew", async () => {
    await mkdir(`${home}.format-1`);
    assert.equal(await setAsideSandbox(home), `${home}.format-1-2`);
    assert.deepEqual(await readdir(`${home}.format-1-2`), ["sandbox.json"]);
    await prepareHome(home);
    assert.equal(await setAsideSandbox(home), undefined);
    assert.deepEqual((await readdir(home)).sort(), ["cloud", "keys", "sandbox.json"]);
  });

  it("is for this user alone where it is made, and a folder that was there keeps its mode", async () => {
    const modeOf = async (folder: string) => (await stat(folder)).mode & 0o777;
    const made = path.join(newFolder(), "sandbox");
    const { cloud, keys } = await prepareHome(made);
    for (const folder of [made, cloud, keys]) assert.equal(await modeOf(folder), 0o700, folder);
    const shared = newFolder();
    await chmod(shared, 0o755);
    await prepareHome(shared);
    assert.equal(await modeOf(shared), 0o755);
    assert.equal(await modeOf(path.join(shared, "cloud")), 0o700);
  });

  it("where nothing is, nothing is set aside", async () =>
    assert.equal(await setAsideSandbox(path.join(home, "none")), undefined));
});
