/** Private keys in files, and readers that are not this product. */
import assert from "node:assert/strict";
import { chmod, copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { openEnvelope } from "@defender-mssp/siem/signed/openEnvelope";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { openSigner, type Signer } from "../../../../cli/access/signed/signer";
import { nextStep } from "../../../../cli/access/signed/nextStep";
import { verifyLines } from "../../../../cli/access/signed/signatureSection";
import { contoso, life, memoryHead, publicPem, signerOf } from "./life";

describe("keys that sign", () => {
  const folder = newFolder();

  it("a private key of others, an RSA key, a public key and no key are refused with what to do", async () => {
    const world = { environment: {}, folder };
    const file = path.join(folder, "key.pem");
    const write = (text: string, mode: number) => writeFile(file, text).then(() => chmod(file, mode));
    const { stdout: rsa } = await execa("openssl", ["genpkey", "-algorithm", "RSA"]);
    const { stdout: ed25519 } = await execa("openssl", ["genpkey", "-algorithm", "ed25519"]);
    await write(ed25519, 0o644);
    if (process.platform !== "win32") await assert.rejects(openSigner("key.pem", world), /chmod 600 key\.pem/);
    await write(rsa, 0o600);
    await assert.rejects(openSigner("key.pem", world), /no Ed25519 and no ECDSA P-256 key/);
    await write(publicPem(signerOf("p256").key), 0o600);
    await assert.rejects(openSigner("key.pem", world), /public key: the private key signs/);
    await assert.rejects(openSigner("none.pem", world), /none\.pem can't be read: it does not exist/);
    assert.equal(await openSigner(undefined, world), undefined);
    await write(ed25519, 0o600);
    const signer = (await openSigner("key.pem", world)) as Signer;
    const step = await nextStep(signer, { ...contoso, now: new Date() }, memoryHead());
    assert.ok(openEnvelope(await step.seal("handout", [{ name: "a", text: "a" }], {}), "x").isSignedBy(signer.key));
  });

  it("the five lines of the page verify without this product, and refuse a changed file", async function () {
    this.timeout(60_000);
    const python = process.env["MSSP_TEST_PYTHON"] ?? "python3";
    const needed = ["-c", "import securesystemslib.dsse, cryptography"];
    if ((await execa(python, needed, { reject: false })).exitCode !== 0) {
      console.log(`    skipped: ${python} has no securesystemslib with cryptography`);
      this.skip();
    }
    const signers = [signerOf("ed25519"), signerOf("p256")] as const;
    const steps = await life(path.join(folder, "life"), signers);
    for (const [index, signer] of [0, 9].map((at, which) => [at, signers[which]] as const)) {
      const place = path.join(folder, "life", path.dirname(steps[index]?.file ?? ""));
      await writeFile(path.join(place, "mssp.pub.pem"), publicPem((signer as Signer).key));
      const run = () => execa(python, ["-c", verifyLines("evidence.dsse.json")], { cwd: place, reject: false });
      assert.equal((await run()).stdout, `verified, digest: ${steps[index]?.digest ?? ""}`);
      await copyFile(path.join(place, "data/list.json"), path.join(place, "page.html"));
      assert.match((await run()).stderr, /changed: page\.html/);
      const envelope = path.join(place, "evidence.dsse.json");
      await writeFile(envelope, (await readFile(envelope, "utf8")).replace('"payload": "ey', '"payload": "eY'));
      assert.match((await run()).stderr, /VerificationError/);
    }
  });
});
