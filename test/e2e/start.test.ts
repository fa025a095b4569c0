import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { mssp } from "../cli/mssp";

describe("mssp start (npm start), on the real engine", function () {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "defender-mssp-start-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  // A passphrase of the user's own is for other stacks than the sandbox's.
  const start = () =>
    mssp(["start", "--home", folder], { environment: { PULUMI_CONFIG_PASSPHRASE: "the user's own" } });

  it("onboards the sandbox customer and shows outputs and next commands", async () => {
    const { exitCode, stdout, stderr } = await start();
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /\+ \d+ created/);
    assert.match(stdout, /^ {2}portalUrl\s+https:\/\/\S+\?tid=c0570500-0000-4000-8000-00000000000a$/m);
    assert.match(stdout, /^ {2}clientSecret\s+\[secret\]$/m);
    assert.match(stdout, /What to type next:/);
    assert.match(stderr, /▸ The Pulumi engine/);
  });

  it("a second run changes nothing", async () => {
    const { exitCode, stdout, stderr } = await start();
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /\d+ unchanged/);
    assert.doesNotMatch(stdout, /\d+ (created|updated|replaced|deleted)/);
  });
});
