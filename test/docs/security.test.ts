import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { untestedPromises } from "../../dev/docs/checks/security";

const root = path.resolve(__dirname, "..", "..");
const page = readFileSync(path.join(root, "SECURITY.md"), "utf8");

describe("SECURITY.md", () => {
  it("each item of a claim names an existing test, or says that it is not tested", () =>
    assert.deepEqual(untestedPromises(root, page), []));

  const within = (body: string) =>
    untestedPromises(
      root,
      `# Security\n\n## What is at stake\n\nNothing here.\n\n### State\n\n${body}\n\n## Other\n\nNever.\n`,
    );
  const test = "`test/docs/security.test.ts`";

  it("a promise outside of the claims is found, with its line", () => {
    for (const [word, prose] of [
      ["never", "It is\nnever lost."],
      ["Only", "Only we read it."],
      ["test/docs/security.test.ts", "It holds (`test/docs/security.test.ts`)."],
    ] as const)
      assert.match(within(prose).join(), new RegExp(`^SECURITY\\.md:9: "[^"]*" promises something`), word);
    assert.deepEqual(within("An attacker gets names.\n\n- `--debug`: a place."), []);
  });

  it("an item without a proof is found: the last one, one in between, a second sentence", () => {
    const claim = `- **state-1** Encrypted: the secret (${test}, "a promise outside of the claims"); the\n  links (not tested)`;
    assert.deepEqual(within(`${claim}.`), []);
    assert.deepEqual(within(`${claim}; the names.`), [
      'SECURITY.md:9: state-1: names no test, and is not "(not tested)": ; the names.',
    ]);
    assert.match(within(`- **a-1** A; b (${test}).`).join(), /a-1: a part without a proof: A; b/);
    assert.match(within(`- **a-1** A is. Nobody is b (${test}).`).join(), /a part without a proof/);
    assert.match(within(`- **a-1** A (${test}).\n- **a-1** B (${test}).`).join(), /:10: another claim has the ID a-1/);
  });

  it("a test or a title that does not exist is found", () => {
    assert.deepEqual(within("- **a-1** It holds (`test/attacks/gone.test.ts`)."), [
      "SECURITY.md: a-1: test/attacks/gone.test.ts: no such test",
    ]);
    const title = ["no", "such", "case"].join(" ");
    assert.match(within(`- **a-1** It holds (${test}, "${title}").`).join(), /a-1: .*: no "no such [c]ase"$/);
  });
});
