/** The customer's own page of an off-boarding: whose key proves, and what the MSSP can't write itself. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { keyFingerprint, sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { nextStep } from "../../../../cli/access/signed/nextStep";
import { customerKey } from "../../../../cli/access/signed/customerKey";
import { readCustomerPage } from "../../../../cli/customer/offboard/customerPage";
import type { OffboardingJournal } from "../../../../cli/customer/offboard/journal";
import { signedGone } from "@defender-mssp/watch/gone/signedGone";
import { contoso, memoryHead, publicPem, signerOf } from "../../access/signed/life";

const { id, settings } = contoso;
const { tenantId } = settings;
const journal: OffboardingJournal = {
  ...{ format: 2, stack: "contoso", ...settings, msspName: "Fabrikam", beganOn: "2026-11-03T00:00:00.000Z", items: [] },
  identity: [{ urn: "u", type: "pulumi-nodejs:dynamic/defender-mssp:StackIdentity", id, custom: true }],
  evidence: { folder: "evidence", manifestSha256: sha256("{}"), gaps: [], from: "", until: "" },
  destroyedOn: "2026-11-03T09:00:00.000Z",
};

describe("the customer's own page of an off-boarding", () => {
  const folder = newFolder();
  const [hers, another] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
  const mssp = signerOf("p256");
  const fingerprint = keyFingerprint(hers.publicKey);

  before(async () => {
    for (const [name, { privateKey }] of Object.entries({ hers, another }))
      await writeFile(path.join(folder, `${name}.pem`), privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    await steps("before", ["handout", "evidence"]);
    await steps("afterwards", ["evidence", "handout"]);
  });

  /** Steps of two days; the hand-out names her key. */
  async function steps(name: string, kinds: readonly ("handout" | "evidence")[]): Promise<void> {
    const head = memoryHead();
    for (const [index, kind] of kinds.entries()) {
      const now = new Date(Date.UTC(2026, 10, index + 1));
      const step = await nextStep(mssp, { ...contoso, now }, head);
      const files = [{ name: kind === "evidence" ? "manifest.json" : "page.html", text: "{}" }];
      const envelope = await step.seal(kind, files, kind === "handout" ? { customerKey: fingerprint } : {});
      const place = path.join(folder, name, kind);
      await mkdir(place, { recursive: true });
      for (const file of [...files, { name: `${kind}.dsse.json`, text: envelope }])
        await writeFile(path.join(place, file.name), file.text);
      await step.finish(envelope);
    }
  }

  const written = async (key = "hers", says: object = {}, on = "2026-11-04T00:00:00.000Z"): Promise<string> => {
    const keyFile = path.join(folder, `${key}.pem`);
    const page = { state: "proven", tenantId, ...says };
    return signedGone(page, keyFile, { handOut: undefined, now: new Date(on) });
  };
  async function read(text: string, given: string | undefined = "before") {
    await writeFile(path.join(folder, "gone.dsse.json"), text);
    return (await readCustomerPage({ file: "gone.dsse.json", steps: given, folder }, journal)).page;
  }

  it("is proof by the key that a hand-out before the evidence names", async () => {
    const page = await read(await written());
    assert.deepEqual([page.state, page.namedIn?.step, page.file], ["proven", 1, "customer-page.json"]);
    assert.equal((await read(await written("hers", { state: "toConfirm" }))).state, "toConfirm");
    await writeFile(path.join(folder, "hers.pub.pem"), publicPem(hers.publicKey));
    assert.equal(await customerKey("hers.pub.pem", folder), fingerprint);
  });

  it("the MSSP's own page, with a key of its own or one that it records afterwards, is said to be hers", async () => {
    const said = async (text: string, given?: string) => {
      const { state, namedIn, why = "" } = await read(text, given);
      assert.deepEqual([state, namedIn], [null, undefined]);
      return why;
    };
    assert.match(await said(await written("another")), /signed by the key .* she named/);
    assert.match(await said(await written(), "afterwards"), /no signed hand-out before the off-boarding/);
    assert.match(await said(JSON.stringify({ state: "proven", tenantId })), /not signed/);
  });

  it("refuses another document, tenant or day, a changed page, and steps that do not count", async () => {
    const refused = (text: string, message: RegExp, given?: string) => assert.rejects(read(text, given), message);
    const handOut = await readFile(path.join(folder, "before/handout/handout.dsse.json"), "utf8");
    await refused(handOut, /no result of .*gone.*handout/);
    await refused(await written("hers", { tenantId: "2222" }), /about tenant 2222/);
    await refused(await written("hers", {}, "2026-11-03T08:59:59.000Z"), /before the removal/);
    const page = await written();
    await refused(page.replace(/"sig": ".{8}/, '"sig": "AAAAAAAA'), /changed after it was signed/);
    await writeFile(path.join(folder, "afterwards/handout/page.html"), "changed");
    await refused(page, /do not count: .*changed/, "afterwards");
    await refused(page, /lacks the signed evidence/, "before/handout");
  });
});
