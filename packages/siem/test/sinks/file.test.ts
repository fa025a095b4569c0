import assert from "node:assert/strict";
import { renameSync, writeSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { rotatedFile } from "../../src/sinks/file";
import { DestinationError } from "../../src/sinks/sink";
import { recordsOf } from "./records";

describe("siem/sinks: a file with rotation", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = newFolder();
    file = path.join(folder, "alerts.jsonl");
  });

  const idsIn = async (name: string) =>
    (await readFile(path.join(folder, name), "utf8"))
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { id: string }).id);

  it("begins a new file at its size, keeps so many, and divides no delivery", async () => {
    const sink = rotatedFile({ file, size: 300, count: 2 });
    for (let first = 0; first < 20; first += 5) await sink.deliver(recordsOf(5, 20, first));
    await sink.flush?.();
    assert.deepEqual((await readdir(folder)).sort(), ["alerts.jsonl", "alerts.jsonl.1", "alerts.jsonl.2"]);
    assert.deepEqual(await idsIn("alerts.jsonl.2"), ["id 5", "id 6", "id 7", "id 8", "id 9"]);
    assert.deepEqual((await idsIn("alerts.jsonl"))[0], "id 15");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("loses no earlier file where a kill has left a gap in the numbers", async () => {
    await writeFile(file, "");
    await writeFile(`${file}.2`, '{"id":"old"}\n');
    const sink = rotatedFile({ file, size: 1, count: 3 });
    await sink.deliver(recordsOf(1));
    await sink.deliver(recordsOf(1, 10, 1));
    assert.deepEqual(await idsIn("alerts.jsonl.2"), ["old"]);
    assert.deepEqual(await idsIn("alerts.jsonl.1"), ["id 0"]);
  });

  it("opens the file again after another program has renamed it", async () => {
    const sink = rotatedFile({ file, size: 1_000_000, count: 1 });
    await sink.deliver(recordsOf(1));
    renameSync(file, `${file}-20261101`);
    await sink.deliver(recordsOf(1, 10, 1));
    assert.deepEqual(await idsIn("alerts.jsonl-20261101"), ["id 0"]);
    assert.deepEqual(await idsIn("alerts.jsonl"), ["id 1"]);
  });

  it("ends an incomplete last line first", async () => {
    await writeFile(file, '{"id":"hal');
    await rotatedFile({ file, size: 1_000_000, count: 1 }).deliver(recordsOf(1));
    assert.equal((await readFile(file, "utf8")).split("\n")[1], recordsOf(1)[0]?.text);
  });

  it("is a passing failure on a full disk, and names the file", async () => {
    const write = (() => {
      throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    }) as unknown as typeof writeSync;
    const failing = rotatedFile({ file, size: 1_000_000, count: 1, write }).deliver(recordsOf(1));
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof DestinationError && error.isPassing);
      assert.match(error.message, /alerts\.jsonl can't be written: ENOSPC/);
      return true;
    });
  });

  it("refuses a folder, and a file in a folder that does not exist", async () => {
    await mkdir(file);
    assert.throws(
      () => rotatedFile({ file, size: 1, count: 1 }),
      /alerts\.jsonl can't be written: it is not a regular/,
    );
    assert.throws(() => rotatedFile({ file: path.join(folder, "no", "a"), size: 1, count: 1 }), /ENOENT/);
  });
});
