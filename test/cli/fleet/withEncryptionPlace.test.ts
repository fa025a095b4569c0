import assert from "node:assert/strict";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { encryptionPlaced, withEncryptionPlace } from "../../../cli/fleet/withEncryptionPlace";

const text = "# A customer.\n\n# Settings:\nconfig:\n  acme:analysts:\n    - email: a@b.example\n";

describe("the place of a new stack's encryption keys", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = newFolder();
    file = path.join(folder, "Pulumi.a.yaml");
    await writeFile(file, text);
    await chmod(file, 0o600);
  });

  it("is above the settings: the salt of a passphrase, or the keys of a cloud", () => {
    const [above] = text.split("config:");
    assert.ok(encryptionPlaced(text, undefined)?.startsWith(`${above}encryptionsalt: ""\nconfig:\n`));
    assert.ok(
      encryptionPlaced(text, "azurekeyvault://v.vault.azure.net/keys/k")?.startsWith(
        `${above}secretsprovider: ""\nencryptedkey: ""\nconfig:\n`,
      ),
    );
  });

  it("is left alone where the file has keys, or another layout", () => {
    for (const other of [`encryptionsalt: v1:x\n${text}`, "config: [", "{ config: { a:b: c } }\n", ""])
      assert.equal(encryptionPlaced(other, undefined), undefined, other);
  });

  it("is removed where the engine fills in nothing, and the file keeps its mode", async () => {
    await withEncryptionPlace(file, undefined, async () => {
      assert.match(await readFile(file, "utf8"), /^encryptionsalt: ""$/m);
    });
    assert.equal(await readFile(file, "utf8"), text);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("is removed where the engine fails", async () => {
    const failing = withEncryptionPlace(file, undefined, () => Promise.reject(new Error("no backend")));
    await assert.rejects(failing, /no backend/);
    assert.equal(await readFile(file, "utf8"), text);
  });
});
