import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { untestedPromises } from "../../dev/docs/checks/security";

const root = path.resolve(__dirname, "..", "..");
const page = readFileSync(path.join(root, "SECURITY.md"), "utf8");

describe("SECURITY.md", () => {
  it("names an existing test for each paragraph, or says that it is not tested", () => {
    assert.deepEqual(untestedPromises(root, page), []);
  });

  const within = (body: string) =>
    untestedPromises(
      root,
      `# Security\n\n## What is at stake\n\nIntroduction.\n\n### State\n\n${body}\n\n## Other\n\nFree.\n`,
    );

  it("a paragraph or a list item without a test is found, with its line", () => {
    assert.deepEqual(within("Nothing is lost.\nIn no case."), [
      'SECURITY.md:9: names no test, and does not say "Not tested": Nothing is lost. In no case.…',
    ]);
    const items = "- **limits**: none (`test/docs/security.test.ts`).\n- **then**: wait.\n- `--debug`: an enumeration.";
    assert.deepEqual(within(items), [
      'SECURITY.md:10: names no test, and does not say "Not tested": - **then**: wait.…',
    ]);
    assert.deepEqual(within("It holds. Not tested."), []);
    assert.deepEqual(within("It holds. Not\ntested."), []);
  });

  it("a test that does not exist is found", () => {
    assert.deepEqual(within("It holds (`test/attacks/gone.test.ts`)."), [
      "SECURITY.md: test/attacks/gone.test.ts: no such test",
    ]);
  });
});
