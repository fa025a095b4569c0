import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { checkout, mssp } from "../cli/mssp";

describe("mssp start (npm start), on the real engine", function () {
  let folder: string;
  const former = { "sandbox.json": '{"format":1}', "state/.pulumi/stacks/dev.json": "{}" };
  before(async () => {
    folder = path.join(newFolder(), "home");
    // As another version left it.
    for (const [name, content] of Object.entries(former)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
  });

  // A passphrase of the user's own is for other stacks than the sandbox's.
  const start = () =>
    mssp(["start", "--home", folder], { environment: { PULUMI_CONFIG_PASSPHRASE: "the user's own" } });

  it("sets a sandbox of another version aside, onboards the customer anew, and shows outputs and next commands", async () => {
    const { exitCode, stdout, stderr } = await start();
    assert.equal(exitCode, 0, stderr);
    assert.match(
      stderr,
      /The sandbox in \S+ is of another version: it is \S+home\.format-1 now, and a new one starts\./,
    );
    for (const [name, content] of Object.entries(former))
      assert.equal(await readFile(path.join(`${folder}.format-1`, name), "utf8"), content);
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

describe("the sandbox and the settings file of a real stack, on the real engine", function () {
  const text =
    "secretsprovider: azurekeyvault://fabrikam.vault.azure.net/keys/state\nencryptedkey: S2V5\n" +
    "config:\n  acme:customerName: Contoso # a comment\n";
  let folder: string;
  let file: string;
  before(async () => {
    folder = newFolder();
    file = path.join(folder, "acme", "Pulumi.real.yaml");
    await mkdir(path.dirname(file));
    await writeFile(path.join(folder, "acme", "Pulumi.yaml"), "name: acme\nruntime: nodejs\n");
    await writeFile(file, text);
  });

  const sandbox = (...args: readonly string[]) => mssp(args, { folder: path.join(folder, "acme") });
  const home = () => ["--home", path.join(folder, "home")];

  it("start and run refuse the stack by name", async () => {
    const pulumi = path.join(checkout, "node_modules", ".bin", "pulumi");
    for (const args of [
      ["start", "--stack", "real", ...home()],
      ["sandbox", "run", ...home(), "--", pulumi, "stack", "init", "real"],
    ]) {
      const { exitCode, stderr } = await sandbox(...args);
      assert.equal(exitCode, 1);
      assert.match(stderr, /Pulumi\.real\.yaml has the key of a real stack's secrets/);
    }
    assert.equal(await readFile(file, "utf8"), text);
  });

  it("run restores what the engine has replaced, where the command's words hide the stack", async () => {
    const script = `"${path.join(checkout, "node_modules", ".bin", "pulumi")}" stack init re""al && cat Pulumi.real.yaml`;
    const { exitCode, stdout, stderr } = await sandbox("sandbox", "run", ...home(), "--", "sh", "-c", script);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^encryptionsalt: /m, "the engine wrote its salt");
    assert.doesNotMatch(stdout, /encryptedkey/);
    assert.match(stderr, /Pulumi\.real\.yaml has the key of its stack's secrets again/);
    assert.equal(await readFile(file, "utf8"), text);
  });
});
