import assert from "node:assert/strict";
import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { realStacks, refuseRealStack, restoreRealStacks } from "../../../../cli/sandbox/sandbox/realStacks";

const provider = "secretsprovider: azurekeyvault://fabrikam.vault.azure.net/keys/state\nencryptedkey: S2V5\n";
const settings = "config:\n  acme:customerName: Contoso # a comment\n";

describe("settings files of real stacks in the sandbox", () => {
  let folder: string;
  const file = (stack: string) => path.join(folder, `Pulumi.${stack}.yaml`);

  beforeEach(async () => {
    folder = newFolder();
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\n");
    await writeFile(file("real"), provider + settings);
    await writeFile(file("half"), `encryptedkey: S2V5\n${settings}`);
    await writeFile(file("dev"), `encryptionsalt: v1:salt\n${settings}`);
  });

  it("are those with secretsprovider or encryptedkey; a folder without a project has none", async () => {
    assertEach(await realStacks(folder), ({ stack }) => stack, ["half", "real"]);
    assert.deepEqual(await realStacks(path.join(folder, "..")), []);
  });

  it("are refused where a word of the command names the stack, in any form", async () => {
    const stacks = await realStacks(folder);
    for (const words of [["up", "--stack", "real"], ["init", "org/acme/real"], ["up", "--stack=real"], ["-s=real"]]) {
      assert.throws(() => refuseRealStack(words, stacks), /Pulumi\.real\.yaml has the key.*Copy Pulumi\.real\.yaml/);
    }
    for (const words of [["up", "--stack", "dev"], ["surreal"], ["real.txt"], []]) refuseRealStack(words, stacks);
  });

  it("are as before, byte for byte, after the engine has written its passphrase's salt or removed the file", async () => {
    await chmod(file("half"), 0o600);
    const stacks = await realStacks(folder);
    await writeFile(file("real"), `encryptionsalt: v1:x\nconfig:\n  acme:customerName: Contoso\n`);
    await rm(file("half"));
    assert.deepEqual(await restoreRealStacks(stacks), ["Pulumi.half.yaml", "Pulumi.real.yaml"]);
    assert.equal(await readFile(file("real"), "utf8"), provider + settings);
    assert.equal(await readFile(file("half"), "utf8"), `encryptedkey: S2V5\n${settings}`);
    assert.equal((await stat(file("half"))).mode & 0o777, 0o600);
  });

  it("keep a change of the settings, without the salt", async () => {
    const stacks = await realStacks(folder);
    await writeFile(file("real"), `encryptionsalt: v1:x\nconfig:\n  acme:customerName: Tailwind # mine\n`);
    await restoreRealStacks(stacks);
    const text = await readFile(file("real"), "utf8");
    assert.match(text, /^config:\n {2}acme:customerName: Tailwind # mine$/m);
    assert.match(text, /^secretsprovider: azurekeyvault:\S+$/m);
    assert.match(text, /^encryptedkey: S2V5$/m);
    assert.doesNotMatch(text, /encryptionsalt/);
  });

  it("are not written where their key is as before, whatever else has changed", async () => {
    const stacks = await realStacks(folder);
    await writeFile(file("real"), `${provider}config: {}\n`);
    assert.deepEqual(await restoreRealStacks(stacks), []);
    assert.equal(await readFile(file("real"), "utf8"), `${provider}config: {}\n`);
  });
});
