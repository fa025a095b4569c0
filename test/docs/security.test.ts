import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "..", "..");
const lines = readFileSync(path.join(root, "SECURITY.md"), "utf8").split("\n");

describe("SECURITY.md", () => {
  it("names a test for each limit, or says that it is not tested", () => {
    const limits = lines.filter((line) => /^- \*\*(limits|seen by|only from main.*|remains|writing it)\*\*/.test(line));
    assert.ok(limits.length >= 6);
    for (const line of limits) assert.match(line, /`(test|packages)\/\S+\.test\.ts`|Not tested|docs\/ci\.md/, line);
  });

  it("names only tests that exist", () => {
    const named = [...lines.join("\n").matchAll(/`((?:test|packages)\/\S+\.test\.ts)`/g)].map(([, file]) => file ?? "");
    assert.ok(named.length >= 10);
    assert.deepEqual(
      named.filter((file) => !existsSync(path.join(root, file))),
      [],
    );
  });
});
