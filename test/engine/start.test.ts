/** `npm start` as it is typed: in the checkout, whose `Pulumi.dev.yaml` it uses. Only the sandbox is another one. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkout, mssp } from "../cli/mssp";

describe("npm start", function () {
  this.timeout(180_000);

  let folder: string;
  let home: string;
  let settingsBefore: string;
  let dumpBefore: string;

  const settings = () => readFile(path.join(checkout, "Pulumi.dev.yaml"), "utf8");
  const dump = async () => (await mssp(["sandbox", "dump", "--home", home])).stdout;
  const pulumi = (...args: string[]) => mssp(["sandbox", "run", "--home", home, "--", "npx", "pulumi", ...args]);

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "defender-mssp-start-"));
    home = path.join(folder, "home");
    [settingsBefore, dumpBefore] = [await settings(), await dump()];
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs it and returns the outputs that it shows, once. */
  async function start(resources: RegExp): Promise<string> {
    const { exitCode, stdout, stderr } = await mssp(["start", "--home", home]);
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match(stdout, resources);
    assert.equal(stdout.match(/^ +clientSecret\b/gm)?.length, 1, `the outputs are there once:\n${stdout}`);
    const [, shown] = /^( {2}clientId [^]*?)\nWhat to type next:\n/m.exec(stdout) ?? [];
    assert.ok(shown, stdout);
    return shown;
  }

  it("onboards the sandbox's customer, shows the outputs for people, and changes nothing the second time", async () => {
    const first = await start(/^ +\+ 22 created$/m);
    assert.match(first, /^ {2}clientSecret {11}\[secret\]$/m);
    assert.match(first, /^ {2}guests\n {4}ana\.silva@fabrikam-security\.example {3}[0-9a-f-]{36}$/m);
    assert.match(first, /^ {2}nextSteps\n {4}- Each analyst accepts the invitation .* from then on\.$/m);
    assert.equal(await start(/^ +22 unchanged$/m), first);
    const secret = await pulumi("stack", "output", "clientSecret", "--show-secrets", "--stack", "dev");
    assert.ok(secret.stdout.length > 20, secret.stderr);
    assert.ok(!first.includes(secret.stdout.trim()));
  });

  it("leaves a stack behind that plain Pulumi has nothing to change in", async () => {
    const preview = await pulumi("preview", "--stack", "dev", "--expect-no-changes");
    assert.equal(preview.exitCode, 0, preview.stdout + preview.stderr);
  });

  it("says who has the stack while somebody else changes it, and how to let go of a killed run's lock", async () => {
    const both = await Promise.all([mssp(["start", "--home", home]), mssp(["start", "--home", home])]);
    const refused = both.filter(({ exitCode }) => exitCode !== 0);
    for (const { stdout, stderr } of refused) {
      assert.match(stdout + stderr, /the stack is currently locked by 1 lock\(s\)[^]*created by \S+ \(pid \d+\)/);
      assert.match(stderr, /^mssp: "pulumi up [^\n]*" ended with exit code \d+; what it said is above\./m);
      assert.match(stderr, /cancel, where a killed run has left a lock[^]*npm run -s mssp -- sandbox run --home/);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
    assert.ok(refused.length <= 1, refused.map(({ stderr }) => stderr).join("\n"));
  });

  it("is undone by `destroy`: the cloud and the stack's settings are as before, byte for byte", async () => {
    assert.notEqual(await dump(), dumpBefore);
    const destroy = await pulumi("destroy", "--stack", "dev", "--yes");
    assert.equal(destroy.exitCode, 0, destroy.stdout + destroy.stderr);
    assert.equal(await dump(), dumpBefore);
    assert.equal(await settings(), settingsBefore);
  });
});
