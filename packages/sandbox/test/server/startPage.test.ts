import assert from "node:assert/strict";
import type { OwnSandbox } from "../../src/server";
import { contoso, get, temporarySandbox } from "../../src/testing/support";

describe("the sandbox's start page", () => {
  let sandbox: OwnSandbox;
  before(async () => {
    sandbox = await temporarySandbox({
      tenants: [{ tenantId: contoso, displayName: `<script>alert("1")</script> & Co` }],
    });
  });
  after(() => sandbox.stop());

  it("start page: HTML with services and tenants, escaped, without scripts and links", async () => {
    const { status, headers, text } = await get(sandbox, "/", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'/);
    assert.ok(text.includes(`${sandbox.origins.https}/v1.0`));
    assert.ok(text.includes(contoso));
    assert.ok(text.includes("&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; &#38; Co"));
    assert.doesNotMatch(text, /<script|<a\b|href=|src=/);
    for (const [url] of text.matchAll(/https?:\/\/[^\s<"]+/g)) assert.match(url, /^https?:\/\/127\.0\.0\.1:\d+/);
  });

  it("start page: JSON for a client that accepts it, with numbers of objects by kind", async () => {
    const { headers, body } = await get(sandbox, "/", { accept: "application/json" });
    assert.match(headers.get("content-type") ?? "", /^application\/json/);
    const tenants = body["tenants"] as { id: string; objects: Record<string, number> }[];
    const found = tenants.find(({ id }) => id === contoso);
    const tenant = sandbox.cloud.tenant(contoso);
    assert.equal(found?.objects["users"], tenant.objects("users").size);
    assert.ok(Object.values(found.objects).every((count) => count > 0));
    const services = body["services"] as { name: string; url: string }[];
    assert.ok(
      services.some(({ name, url }) => name === "Microsoft Graph v1.0" && url.startsWith("https://127.0.0.1:")),
    );
  });

  it("start page: each tenant's numbers of reads, writes and tokens", async () => {
    const { variables } = await sandbox.environment();
    const counted = async () => {
      const { body } = await get(sandbox, "/", { accept: "application/json" });
      return (body["tenants"] as { id: string; requests: unknown }[]).find(({ id }) => id === contoso)?.requests;
    };
    const before = await counted();
    const answer = await fetch(`${sandbox.origins.http}/${contoso}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        client_id: variables["ARM_CLIENT_ID"] ?? "",
        client_secret: variables["ARM_CLIENT_SECRET"] ?? "",
        grant_type: "client_credentials",
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    await fetch(`${sandbox.origins.http}/v1.0/users`, { headers });
    await fetch(`${sandbox.origins.http}/v1.0/groups`, { method: "POST", headers, body: "{}" });
    await fetch(`${sandbox.origins.http}/v1.0/users`);
    assert.deepEqual(before, { reads: 0, writes: 0, tokens: 0 });
    assert.deepEqual(await counted(), { reads: 1, writes: 1, tokens: 1 });
  });

  it("start page: not an undocumented request, and without secrets", async () => {
    const { variables } = await sandbox.environment();
    const { text } = await get(sandbox, "/", { accept: "application/json" });
    assert.ok(!text.includes(variables["ARM_CLIENT_SECRET"]!));
    assert.ok(!sandbox.undocumentedRequests.includes("GET /"));
  });
});
