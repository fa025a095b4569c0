import assert from "node:assert/strict";
import { chown, lchown, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { writeWholeFile } from "../src/wholeFile";

describe("writeWholeFile", function () {
  it("a disk that accepts part of a write: the file keeps its old text, and nothing stays beside it", async function () {
    if (process.platform === "win32") this.skip();
    const folder = newFolder();
    const file = path.join(folder, "file");
    await writeFile(file, "old");
    const script = path.join(folder, "write.ts");
    const module = JSON.stringify(path.resolve(__dirname, "../src/wholeFile.ts"));
    await writeFile(script, `require(${module}).writeWholeFile(${JSON.stringify(file)}, "x".repeat(100_000));`);
    // The limit of a file's size, in kibibytes, makes real short writes.
    const node = `"$0" --conditions=source --require @defender-mssp/testkit/mocha/compile "$1"`;
    const { exitCode, stderr } = await execa("bash", ["-c", `ulimit -f 32; exec ${node}`, process.execPath, script], {
      cwd: path.resolve(__dirname, "../../.."),
      reject: false,
    });
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, /file can't be written: EFBIG/);
    assert.equal(await readFile(file, "utf8"), "old");
    assert.deepEqual((await readdir(folder)).sort(), ["file", "write.ts"]);
  });

  it("does not follow a link that another user has put into a shared folder", async function () {
    if (process.geteuid?.() !== 0) return this.skip(); // Only root can give a link away.
    const folder = newFolder();
    const [file, link] = [path.join(folder, "own"), path.join(folder, "link")];
    await writeFile(file, "old");
    await symlink(file, link);
    await writeWholeFile(link, "new");
    await lchown(link, 4711, 4711);
    await assert.rejects(
      writeWholeFile(link, "foreign"),
      /link can't be written: it is a link of another user \(ID 4711\)/,
    );
    assert.equal(await readFile(file, "utf8"), "new");
    await chown(folder, 4711, 4711);
    await writeWholeFile(link, "of the folder's owner");
    assert.equal(await readFile(file, "utf8"), "of the folder's owner");
  });
});
