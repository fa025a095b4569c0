import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { temporaryFolder } from "../src/testing/support";
import { endProcess, keepProcess, takeProcess } from "../src/keptProcesses";

/** Answers as the real ones do, or ends when it is to forget its sandbox. */
const script = `
  process.on("disconnect", () => process.exit());
  process.on("message", () => (process.argv[2] === "ends" ? process.exit() : process.send({ released: true })));
`;

describe("processes that serve one sandbox after another", () => {
  let file: string;
  let remove: () => Promise<void>;
  const started: ChildProcess[] = [];

  before(async () => {
    const place = await temporaryFolder();
    ({ remove } = place);
    file = path.join(place.folder, "child.js");
    await writeFile(file, script);
  });
  after(async () => {
    await Promise.all(started.map(endProcess));
    await remove();
  });

  function take(startedWith: string, how = "serves"): ChildProcess {
    return takeProcess(startedWith, () => {
      const child = fork(file, [how], { execArgv: [] });
      started.push(child);
      return child;
    });
  }

  it("the next sandbox with the same certificate gets the process, without listeners of the one before", async () => {
    const first = take("one");
    first.on("message", () => undefined);
    void once(first, "exit");
    await keepProcess("one", first);
    assert.notEqual(take("other").pid, first.pid);
    const next = take("one");
    assert.equal(next.pid, first.pid);
    assert.deepEqual(
      ["message", "exit", "error"].map((event) => next.listenerCount(event)),
      [0, 0, 0],
    );
    assert.notEqual(take("one").pid, first.pid, "it serves one sandbox at a time");
  });

  it("a process that ends while it is released is not used again", async () => {
    const first = take("ending", "ends");
    await keepProcess("ending", first);
    assert.notEqual(take("ending").pid, first.pid);
  });

  it("a process that ends later is not used again", async () => {
    const first = take("ended");
    await keepProcess("ended", first);
    await endProcess(first);
    assert.notEqual(take("ended").pid, first.pid);
  });

  it("a process is replaced after 20 sandboxes", async () => {
    const first = take("many");
    for (let sandbox = 1; sandbox < 20; sandbox++) {
      await keepProcess("many", first);
      assert.equal(take("many").pid, first.pid);
    }
    await keepProcess("many", first);
    assert.notEqual(first.signalCode, null);
    assert.notEqual(take("many").pid, first.pid);
  });
});
