import assert from "node:assert/strict";
import { inSession } from "../../testSession";

describe("mssp secrets rotate --leaked: what is refused before anything changes", () => {
  const rotate = (...args: readonly string[]) =>
    inSession(["secrets", "rotate", "--stack", "dev", ...args], { environment: {} });

  it("--since and --at-once without --leaked: a usage error", async () => {
    for (const args of [["--since", "2026-11-30"], ["--at-once"]]) {
      const { exitCode, stderr } = await rotate(...args);
      assert.deepEqual([exitCode, /require --leaked/.test(stderr)], [2, true], stderr);
    }
  });

  it("a time that is none, by the option's name", async () => {
    const { exitCode, stderr } = await rotate("--leaked", "--at-once", "--since", "yesterday");
    assert.equal(exitCode, 1);
    assert.match(stderr, /--since "yesterday" is no date/);
  });

  it("nobody to ask whether the SIEM has the new secret", async () => {
    const { exitCode, stderr } = await rotate("--leaked", "--yes");
    assert.equal(exitCode, 1);
    assert.match(stderr.replaceAll(/\s+/g, " "), /no terminal\. Nothing was changed\. Pass --at-once\./);
  });
});
