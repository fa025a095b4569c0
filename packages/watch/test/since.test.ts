/** What the MSSP did, each entry explained or named; and the customer's own proof after an off-boarding. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { envelopeText, keyFingerprint, preAuthEncoding } from "@defender-mssp/errors/dsse";
import { parsedJson, recordOf, recordsOf, textOf } from "@defender-mssp/errors/json";
import { microsoftGraph } from "@defender-mssp/microsoft";
import {
  addApplication,
  addConsentedServicePrincipal,
  automationApplicationId,
  msspTenantId,
  setSwitches,
  tenantId,
  fixtureOfEach,
} from "@defender-mssp/testkit";
import { adatumTenantId, watchedTenant } from "./watchedTenant";

const mssp = "fabrikam-security.example";

describe("since and gone: what the MSSP did, and whether it is gone", () => {
  const world = fixtureOfEach(watchedTenant);

  const json = async (...args: string[]) => {
    const { out, err, code } = await world.watch(...args, "--mssp", mssp, "--json");
    assert.equal(err, "");
    return { code, document: recordOf(parsedJson(out)) };
  };
  const today = () => world.sandbox.cloud.now().toISOString().slice(0, 10);
  const handOut = async (about: Record<string, unknown>, tenant = tenantId): Promise<string> => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const predicate = {
      customer: { id: "4dcd45bff7d23f52", tenantId: tenant, name: "Contoso" },
      step: 1,
      previous: null,
      signedOn: world.sandbox.cloud.now().toISOString(),
      signer: { name: "Fabrikam", publicKey: publicKey.export({ type: "spki", format: "pem" }) },
      says: {
        msspName: "Fabrikam",
        customerName: "Contoso",
        msspTenantId,
        objects: [],
        paths: [],
        applications: [],
        ...about,
      },
    };
    const payload = Buffer.from(JSON.stringify({ predicateType: "urn:defender-mssp:handout:v1", predicate }));
    const text = envelopeText(payload, keyFingerprint(publicKey), sign(null, preAuthEncoding(payload), privateKey));
    await writeFile(path.join(world.folder, "hand-out.dsse.json"), text);
    return "hand-out.dsse.json";
  };

  it("agrees to a right of the application that the hand-out names it for, and of no other", async () => {
    const other = {
      ...{ applicationId: "5ec0de00-0000-4000-8000-0000000000aa", displayName: "Second application" },
      signInAudience: "AzureADMultipleOrgs" as const,
    };
    addApplication(world.sandbox.cloud.tenant(msspTenantId), other);
    const granted = { [microsoftGraph.appId]: ["User.Invite.All"] };
    const { id } = addConsentedServicePrincipal(world.tenant, { ...other, homeTenantId: msspTenantId }, granted);
    const file = await handOut({
      applications: [
        { id: automationApplicationId, permissions: [{ name: "User.Invite.All" }] },
        { id: other.applicationId, permissions: [{ name: "User.Invite" }] },
      ],
    });
    const { out } = await world.watch("look", "--mssp", mssp, "--hand-out", file, "--json");
    const objects = recordsOf(recordOf(parsedJson(out))["objects"]);
    const agreement = (object: Record<string, unknown> | undefined) =>
      recordsOf(object?.["grants"]).find(({ what }) => textOf(what).includes(" User.Invite.All "))?.["agreement"];
    assert.equal(agreement(objects.find(({ appId }) => appId === automationApplicationId)), "agreed");
    assert.equal(agreement(objects.find((object) => object["id"] === id)), "notAgreed");
  });

  it("explains what an agreed application may do, names what it may not, and shows each entry once", async () => {
    await world.invite(`ana@${mssp}`);
    await world.automation("/v1.0/applications", { method: "POST", json: { displayName: "Hidden" } });
    const permissions = [{ name: "User.Invite.All" }];
    const file = await handOut({ applications: [{ id: automationApplicationId, permissions }] });
    const { document, code } = await json("since", today(), "--hand-out", file);
    assert.match(textOf(document["retention"]), /keeps sign-ins and changes for 30 days/);
    assert.deepEqual(
      recordsOf(document["findings"]).map(({ what, why }) => [what, why]),
      [["Add application: Hidden", "no agreed access could do it"]],
    );
    const agreed = recordsOf(document["agreed"]).map(({ what }) => what);
    assert.deepEqual(agreed.sort(), ["Invite external user", "sign-ins of applications"]);
    assert.equal(code, 1);
    const night = await world.watch("since", "--mssp", mssp, "--hand-out", file);
    assert.deepEqual([night.out, night.code], ["", 0]);
    await world.automation("/v1.0/groups", {
      method: "POST",
      json: { displayName: "Later", mailEnabled: false, mailNickname: "later", securityEnabled: true },
    });
    const next = await json("since", "--hand-out", file);
    assert.deepEqual(
      recordsOf(next.document["findings"]).map(({ what }) => what),
      ["Add group: Later"],
    );
  });

  it("says in the first line what the edition keeps, and reads no sign-ins without P1", async () => {
    setSwitches(world.tenant, { entraLicence: "free" });
    const { out, code } = await world.watch("since", "2026-01-01", "--mssp", mssp);
    assert.match(
      out,
      /^This tenant has Entra ID Free: there are no sign-ins by API, and changes of 7 days\. What was before/,
    );
    assert.ok(code !== 0);
    const { document } = await json("gone", "--since", today());
    assert.ok(recordsOf(document["toConfirm"]).some(({ why }) => /it needs P1/.test(textOf(why))));
  });

  it("refuses a hand-out that is forged, another customer's, or another MSSP's", async () => {
    const file = await handOut({}, "ada70000-0000-4000-8000-000000000001");
    assert.match((await world.watch("look", "--mssp", mssp, "--hand-out", file)).err, /it is another customer's/);
    await handOut({ msspTenantId: "ada70000-0000-4000-8000-000000000009" });
    assert.match(
      (await world.watch("look", "--mssp", mssp, "--hand-out", file)).err,
      /of two companies look at each by itself/,
    );
    await handOut({});
    const key = "0".repeat(64);
    assert.match((await world.watch("look", "--hand-out", file, "--key", key)).err, /somebody else wrote it/);
    const place = path.join(world.folder, file);
    const envelope = recordOf(parsedJson(await readFile(place, "utf8")));
    const [first] = recordsOf(envelope["signatures"]);
    const forged = Buffer.from(textOf(envelope["payload"]), "base64").toString().replace("Contoso", "Contosa");
    const signature = Buffer.from(textOf(first?.["sig"]), "base64");
    await writeFile(place, envelopeText(Buffer.from(forged), textOf(first?.["keyid"]), signature));
    assert.match((await world.watch("look", "--hand-out", file)).err, /the signature does not fit/);
  });

  it("finds what hides: an application that the automation made, an issuer of its tenant, a foreign address", async () => {
    const made = await world.automation("/v1.0/applications", { method: "POST", json: { displayName: "Backup tool" } });
    const { id, appId } = made.body as { id: string; appId: string };
    await world.automation("/v1.0/servicePrincipals", { method: "POST", json: { appId } });
    const credential = {
      name: "build",
      issuer: `https://login.microsoftonline.com/${msspTenantId}/v2.0`,
      subject: "x",
      audiences: ["api://AzureADTokenExchange"],
    };
    await world.automation(`/v1.0/applications/${id}/federatedIdentityCredentials`, {
      method: "POST",
      json: credential,
    });
    await world.automation("/v1.0/applications", { method: "POST", json: { displayName: "Plain tool" } });
    await world.invite("mallory@private.example");
    const bare = await world.invite(`mallory@${mssp}`);
    const { document, code } = await json("gone", "--since", today());
    assert.deepEqual([document["state"], code], ["accessLeft", 1]);
    assert.ok(
      recordsOf(document["left"]).some(({ what }) => textOf(what).includes(bare)),
      "a guest without any right",
    );
    assert.match(JSON.stringify(document["toConfirm"]), /Plain tool[^}]*audit log: Add application/);
    const all = JSON.stringify([document["left"], document["toConfirm"]]);
    for (const text of ["Backup tool", `takes tokens of ${credential.issuer}`, "--not-theirs private.example"])
      assert.ok(all.includes(text), text);
  });

  it("is proven when all is gone and every other tenant has an answer; signed with the customer's key", async () => {
    const foreign = {
      applicationId: "ada70000-0000-4000-8000-0000000000aa",
      displayName: "Adatum app",
      signInAudience: "AzureADMultipleOrgs",
    } as const;
    addConsentedServicePrincipal(world.tenant, { ...foreign, homeTenantId: adatumTenantId }, {});
    const { body } = await world.automation("/v1.0/applications", {
      method: "POST",
      json: { displayName: "Backup tool" },
    });
    const hidden = (body as { readonly id: string }).id;
    const application = world.tenant.objects("applications").get(hidden)!;
    world.tenant.objects("applications").delete(hidden);
    for (const [id, { appId }] of world.tenant.objects("servicePrincipals"))
      if (appId === automationApplicationId) world.tenant.objects("servicePrincipals").delete(id);
    const { privateKey } = generateKeyPairSync("ed25519");
    await writeFile(path.join(world.folder, "own.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const args = ["gone", "--since", today(), "--sign-with", "own.pem"];
    const before = await json(...args);
    const open = recordsOf(before.document["toConfirm"]);
    assert.deepEqual([before.document["state"], before.code], ["toConfirm", 3]);
    assert.deepEqual([...new Set(open.map(({ why }) => textOf(why).replace(/.*requires/, "requires")))].slice(1), [
      "requires Reader",
    ]);
    assert.match(textOf(open[0]?.["why"]), /--not-theirs ada70000/);
    world.readAzure();
    const { document, code } = await json(...args, "--not-theirs", adatumTenantId);
    assert.deepEqual([document["state"], document["toConfirm"], code], ["proven", [], 0]);
    const envelope = recordOf(parsedJson(await readFile(path.join(world.folder, "gone.dsse.json"), "utf8")));
    const statement = recordOf(parsedJson(Buffer.from(textOf(envelope["payload"]), "base64").toString()));
    assert.equal(recordOf(recordOf(statement["predicate"])["says"])["state"], "proven");
    // What an application made that is gone since, nobody knows by its owner.
    world.tenant.objects("applications").set(hidden, application);
    const departed = (await json(...args, "--not-theirs", adatumTenantId)).document;
    assert.equal(departed["state"], "toConfirm");
    assert.match(JSON.stringify(departed["toConfirm"]), new RegExp(hidden));
    // A member's account that a former address names.
    Object.assign([...world.tenant.objects("users").values()][0]!, { proxyAddresses: [`SMTP:trent@${mssp}`] });
    assert.equal((await json(...args, "--not-theirs", adatumTenantId)).document["state"], "accessLeft");
  });
});
