/** A customer's life in signed steps: what verification refuses, and what it can't know without an anchor. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { verifyFolder } from "@defender-mssp/siem/signed/verifyFolder";
import {
  envelopeText,
  keyFingerprint,
  largestEnvelope,
  openEnvelope,
  preAuthEncoding,
  sha256,
} from "@defender-mssp/siem/signed/openEnvelope";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { nextStep, putAside } from "../../../../cli/access/signed/nextStep";
import type { Signer } from "../../../../cli/access/signed/signer";
import { inSession } from "../../testSession";
import { contoso, life, memoryHead, publicPem, signerOf, type WrittenStep } from "./life";

type Json = Record<string, unknown>;

describe("signed steps of a customer", () => {
  const signers = [signerOf("ed25519"), signerOf("p256")] as const;
  const root = newFolder();
  let whole: string;
  let steps: WrittenStep[];
  let number = 0;

  before(async () => {
    whole = path.join(root, "whole");
    steps = await life(whole, signers);
    await writeFile(path.join(root, "first.pub.pem"), publicPem(signers[0].key));
    await writeFile(path.join(root, "second.pub.pem"), publicPem(signers[1].key));
  });

  const stepAt = (index: number): WrittenStep => steps.at(index) as WrittenStep;
  const known = () => ({ key: signers[0].key, anchor: stepAt(-1).digest });
  const copied = async (): Promise<string> => {
    const folder = path.join(root, `copy-${++number}`);
    await cp(whole, folder, { recursive: true });
    return folder;
  };
  const verify = (folder: string, ...args: string[]) =>
    inSession(["evidence", "verify", folder, ...args], { folder: root });

  /** The same step with another statement, signed by the signer. */
  async function resigned(
    folder: string,
    file: string,
    change: (statement: Json) => void,
    signer: Signer = signers[0],
  ) {
    const envelope = JSON.parse(await readFile(path.join(folder, file), "utf8")) as { payload: string };
    const statement = JSON.parse(Buffer.from(envelope.payload, "base64").toString()) as Json;
    change(statement);
    const payload = Buffer.from(JSON.stringify(statement));
    const text = envelopeText(payload, keyFingerprint(signer.key), await signer.sign(preAuthEncoding(payload)));
    await writeFile(path.join(folder, file), text);
  }

  it("ten steps, of two keys, verify by either key, and print the last digest", async () => {
    const anchor = ["--anchor", stepAt(3).digest];
    for (const key of ["first.pub.pem", "second.pub.pem"]) {
      const { exitCode, stdout } = await verify(whole, "--key", path.join(root, key), ...anchor);
      assert.equal(exitCode, 0, stdout);
      assert.match(stdout, /Contoso, tenant 1111.*\n {2}1 +evidence.*\n {2}10 +evidence/s);
      assert.match(stdout, new RegExp(`Last digest: ${stepAt(-1).digest}\n`));
      assert.match(stdout, /Nothing changed since it was signed, and the order is as signed\.$/);
    }
  });

  it("without an anchor and a key it says what is not proven, and exits with 3", async () => {
    const { exitCode, stdout } = await verify(whole);
    assert.equal(exitCode, 3);
    assert.match(stdout.replaceAll("\n", " "), /could have been rewritten by the holder of the key\./);
    assert.match(stdout, /Without --key: only the steps themselves name their signer/);
    const json = JSON.parse((await verify(whole, "--json")).stdout) as { unproven: string[]; chains: unknown[] };
    assert.deepEqual([json.unproven.length, json.chains.length], [2, 1]);
  });

  it("later steps alone verify from the digest that the reader holds", async () => {
    const folder = await copied();
    for (const { file } of steps.slice(0, 4)) await rm(path.join(folder, path.dirname(file)), { recursive: true });
    const anchored = await verifyFolder(folder, { key: signers[1].key, anchor: stepAt(3).digest });
    assert.deepEqual(anchored.problems, []);
    assert.match((await verifyFolder(folder)).problems.join(), /steps 1 to 4 are missing/);
  });

  it("property: 200 random mutations of the chain are refused, each with its file, and no copy is", async function () {
    this.timeout(60_000);
    assert.deepEqual((await verifyFolder(await copied(), known())).problems, []);
    const names = steps.flatMap(({ file, files }) => [file, ...files]);
    const mutation = fc.record({
      what: fc.constantFrom("flip", "cut", "append", "drop", "swap", "double", "dropStep"),
      at: fc.nat(),
      other: fc.nat(),
      bit: fc.integer({ min: 0, max: 7 }),
    });
    await assertAsyncProperty(200, mutation, async ({ what, at, other, bit }) => {
      const folder = await copied();
      const name = names[at % names.length] ?? "";
      const file = path.join(folder, name);
      const step = stepAt(at % steps.length);
      const different = stepAt((at + 1 + (other % (steps.length - 1))) % steps.length);
      if (what === "flip" || what === "cut" || what === "append") {
        const bytes = await readFile(file);
        const place = other % bytes.length;
        if (what === "flip") bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
        if (what === "cut") await truncate(file, place);
        else await writeFile(file, what === "flip" ? bytes : Buffer.concat([bytes, Buffer.from("\n")]));
      }
      if (what === "drop") await rm(file);
      if (what === "dropStep") await rm(path.join(folder, path.dirname(step.file)), { recursive: true });
      if (what === "double") await cp(path.join(folder, step.file), path.join(folder, `${step.file}.copy.dsse.json`));
      if (what === "swap") {
        const [a, b] = [step, different].map(({ file: envelope }) => path.join(folder, envelope)) as [string, string];
        await rename(a, `${a}.x`);
        await rename(b, a);
        await rename(`${a}.x`, b);
      }
      const { problems } = await verifyFolder(folder, known());
      assert.ok(problems.length > 0, `${what} ${name}`);
      await rm(folder, { recursive: true });
    });
  });

  it("whoever holds the keys rewrites everything: the anchor finds it, and without one the sentence is printed", async () => {
    const folder = path.join(root, "rewritten");
    await life(folder, signers, { says: "something else" });
    const key = ["--key", path.join(root, "first.pub.pem")];
    const alone = await verify(folder, ...key);
    assert.equal(alone.exitCode, 3);
    assert.match(alone.stdout.replaceAll("\n", " "), /could have been rewritten by the holder of the key/);
    const anchored = await verify(folder, ...key, "--anchor", stepAt(4).digest);
    assert.equal(anchored.exitCode, 1);
    assert.match(
      anchored.stdout.replaceAll(/\s+/g, " "),
      /Refused: ✗ no step has the digest .* rewritten, or end before it/,
    );
  });

  it("a stranger's steps, another payload type, no signature and a fork are named", async () => {
    const stranger = path.join(root, "stranger");
    await life(stranger, [signerOf("p256"), signerOf("ed25519")]);
    assert.match((await verifyFolder(stranger, { key: signers[0].key })).problems.join(), /signed by a stranger/);

    const folder = await copied();
    await resigned(folder, stepAt(2).file, () => undefined, signerOf("ed25519"));
    const file = path.join(folder, stepAt(5).file);
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("vnd.in-toto+json", "vnd.other+json"));
    const unsigned = path.join(folder, stepAt(7).file);
    await writeFile(
      unsigned,
      JSON.stringify({ ...(JSON.parse(await readFile(unsigned, "utf8")) as Json), signatures: [] }),
    );
    const { problems } = await verifyFolder(folder);
    for (const [step, what] of [
      [2, "signed by a stranger"],
      [5, 'payload type "application/vnd.other\\+json"'],
      [7, "no signature"],
    ] as const)
      assert.match(problems.join("\n"), new RegExp(`^${stepAt(step).file}: ${what}`, "m"));

    const fork = await copied();
    const head = memoryHead(`9:${stepAt(8).digest}:${keyFingerprint(signers[1].key)}:${contoso.id}`);
    const step = await nextStep(signers[1], { ...contoso, now: new Date() }, head);
    const files = [{ name: "x", text: "x" }];
    await writeFile(path.join(fork, "x"), "x");
    await writeFile(path.join(fork, "x.dsse.json"), await step.seal("handout", files, {}));
    assert.match((await verifyFolder(fork, known())).problems.join(), /a fork: .* is step 10, too/);
  });

  it("the last step, which no other names: changed, reformatted, or with another step before it", async () => {
    const last = stepAt(-1).file;
    const refusalOf = async (change: (folder: string) => Promise<unknown>): Promise<string> => {
      const folder = await copied();
      await change(folder);
      return (await verifyFolder(folder)).problems.join("\n");
    };
    const edit = (from: string, change: (envelope: { payload: string }) => string) => async (folder: string) => {
      const file = path.join(folder, from);
      await writeFile(file, change(JSON.parse(await readFile(file, "utf8")) as { payload: string }));
    };
    const other = (payload: string): string =>
      Buffer.from(Buffer.from(payload, "base64").toString().replace("as agreed", "as agreeD")).toString("base64");
    const changed = edit(
      last,
      (envelope) => `${JSON.stringify({ ...envelope, payload: other(envelope.payload) }, null, 2)}\n`,
    );
    assert.match(await refusalOf(changed), /changed: the signature does not fit/);
    assert.match(
      await refusalOf(edit(last, (envelope) => JSON.stringify(envelope))),
      /changed: not the text of an envelope/,
    );
    const moved = (statement: Json) => ((statement["predicate"] as Json)["previous"] = stepAt(0).digest);
    const rewritten = (folder: string) => resigned(folder, last, (statement) => void moved(statement), signers[1]);
    assert.match(await refusalOf(rewritten), /names another step before it than 09-handout/);
  });

  it("the other form of an ECDSA signature changes no digest", async () => {
    const folder = await copied();
    const { file } = stepAt(-1);
    const target = path.join(folder, file);
    const { payload, signatures } = JSON.parse(await readFile(target, "utf8")) as {
      readonly payload: string;
      readonly signatures: readonly [{ readonly keyid: string; readonly sig: string }];
    };
    const [{ keyid, sig }] = signatures;
    const twin = twinOf(Buffer.from(sig, "base64"));
    assert.notEqual(twin.toString("base64"), sig);
    await writeFile(target, envelopeText(Buffer.from(payload, "base64"), keyid, twin));
    assert.deepEqual((await verifyFolder(folder, known())).problems, []);
  });

  it("names outside of the folder, links and doubles open nothing, also where the key's holder signed them", async () => {
    const outside = path.join(root, "outside.txt");
    await writeFile(outside, "secret\n");
    const digest = { sha256: sha256("secret\n") };
    const names = [
      "../../outside.txt",
      outside,
      "data/../../../outside.txt",
      "./page.html",
      "",
      "data\\list.json",
      "C:x",
    ];
    const last = stepAt(0).file;
    for (const name of names) {
      const folder = await copied();
      await resigned(folder, last, (statement) => (statement["subject"] = [{ name, digest }]));
      assert.match(
        (await verifyFolder(folder)).problems.join("\n"),
        /is no name of a file below; it was not opened/,
        name,
      );
    }
    for (const second of ["page.html", "PAGE.html"]) {
      const folder = await copied();
      const subject = ["page.html", second].map((name) => ({ name, digest }));
      await resigned(folder, last, (statement) => (statement["subject"] = subject));
      assert.match((await verifyFolder(folder)).problems.join(), /named twice, or differs from another in case only/);
    }
    const folder = await copied();
    const page = path.join(folder, path.dirname(last), "page.html");
    await rm(page);
    await symlink(outside, page);
    await resigned(folder, last, (statement) => (statement["subject"] = [{ name: "page.html", digest }]));
    await mkdir(path.join(root, "other"), { recursive: true });
    await symlink(path.join(root, "other"), path.join(folder, "linked"));
    const { problems } = await verifyFolder(folder);
    assert.match(problems.join("\n"), /page\.html: a link or no regular file; it was not opened/);
    assert.match(problems.join("\n"), /subject "page.html" is missing, or is no regular file/);
    assert.match(problems.join("\n"), /^linked: a link/m);
  });

  it("an envelope above 10 MB is not read, and a folder without steps is refused", async () => {
    const folder = path.join(root, "large");
    await mkdir(folder);
    assert.match((await verifyFolder(folder)).problems.join(), /no signed step/);
    await writeFile(path.join(folder, "x.dsse.json"), "");
    await truncate(path.join(folder, "x.dsse.json"), largestEnvelope + 1);
    assert.match((await verifyFolder(folder)).problems.join(), /x\.dsse\.json: above 10 MB; it was not read/);
  });

  it("a second writer signs on top of the head, or stops; a key that was not handed on is refused", async () => {
    const head = memoryHead();
    const begin = (signer: Signer = signers[0]) => nextStep(signer, { ...contoso, now: new Date() }, head);
    const [a, b] = [await begin(), await begin()];
    const files = [{ name: "x", text: "x" }];
    const [fromA, fromB] = [await a.seal("handout", files, {}), await b.seal("handout", files, { other: true })];
    const digest = await a.finish(fromA);
    await assert.rejects(b.finish(fromB), /Another run signed step 1 of contoso meanwhile.*a fork: delete it/);
    await assert.rejects(b.seal("handout", files, {}), /Another run signed/);
    const next = await begin();
    assert.deepEqual([next.step, next.previous], [2, digest]);
    await assert.rejects(begin(signers[1]), /Let the old key sign the new one: `npx mssp evidence --stack contoso/);
    const anew = await nextStep(signers[1], { ...contoso, id: "another", now: new Date() }, head);
    assert.deepEqual([anew.step, anew.previous], [1, null]);
    await assert.rejects(nextStep(signers[0], { ...contoso, id: undefined, now: new Date() }, head), /no random ID/);
  });

  it("a new key that is given as a private key is handed on by its public part", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const nextKey = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const step = await nextStep(signers[0], { ...contoso, now: new Date(), nextKey }, memoryHead());
    const { statement } = openEnvelope(await step.seal("evidence", [{ name: "x", text: "x" }], {}), "x");
    assert.equal(statement.predicate.nextKey, publicPem(publicKey));
  });

  it("a step that is put aside still verifies, and frees its names", async () => {
    const folder = await copied();
    const { file } = stepAt(-1);
    await rename(path.join(folder, path.dirname(file), "data/list.json"), path.join(folder, "list.json"));
    await resigned(
      folder,
      file,
      (statement) => (statement["subject"] = (statement["subject"] as unknown[]).slice(0, 1)),
      signers[1],
    );
    await putAside(path.join(folder, file));
    await putAside(path.join(folder, file));
    const { problems, chains } = await verifyFolder(folder, { key: signers[0].key });
    assert.deepEqual(problems, []);
    assert.match(chains[0]?.steps.at(-1)?.file ?? "", /evidence-10\/evidence\.dsse\.json$/);
  });
});

/** The signature (r, n - s) of the same bytes, as DER, for (r, s) of P-256. */
function twinOf(der: Buffer): Buffer {
  const order = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const sAt = 4 + (der[3] ?? 0);
  const s = BigInt(`0x${der.subarray(sAt + 2).toString("hex")}`);
  const digits = (order - s).toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
  const positive = (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  const content = Buffer.concat([der.subarray(2, sAt), Buffer.from([2, positive.length]), positive]);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}
