import assert from "node:assert/strict";
import { contentSecurityPolicy } from "@defender-mssp/pages";
import { loggedUrl } from "../../src/server/requestLog";
import {
  addDaemon,
  contoso,
  daemonRequest,
  defenderId,
  get,
  graphId,
  post,
  temporarySandbox,
  fixture,
} from "@defender-mssp/testkit";

describe("the sandbox's pages", () => {
  const sandbox = fixture(() =>
    temporarySandbox({ tenants: [{ tenantId: contoso, displayName: `<script>alert("1")</script> & Co` }] }),
  );

  it("start page: HTML with services and a link to each tenant, escaped, under the pages' policy", async () => {
    const { status, headers, text } = await get(sandbox, "/", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(headers.get("content-security-policy"), `${contentSecurityPolicy()}; frame-ancestors 'none'`);
    assert.ok(text.includes(`${sandbox.origins.https}/v1.0`));
    assert.ok(text.includes(`href="/pages/tenants/${contoso}"`));
    assert.ok(text.includes("&lt;script>alert(&quot;1&quot;)&lt;/script> &amp; Co"));
    assert.doesNotMatch(text, /<script>alert|\ssrc=|style="|\son[a-z]+=/);
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

  it("pages: every object of a tenant, who reaches what, and no secret, hash or token", async () => {
    const tenant = sandbox.cloud.tenant(contoso);
    const daemon = addDaemon(sandbox.cloud, { [graphId]: ["User.Read.All"], [defenderId]: ["Alert.Read.All"] });
    const [guest, group, role] = ["9ue50000", "9e0b0000", "501e0000"].map(
      (start) => `${start}-0000-4000-8000-000000000001`,
    );
    tenant.objects("users").set(guest!, { id: guest!, displayName: "Ana <b>Silva</b>", userType: "Guest" });
    tenant.objects("groups").set(group!, { id: group!, displayName: "Tier 1" });
    tenant.links("groups.members").set(group!, [guest!]);
    tenant.objects("defenderRoleDefinitions").set(role!, { id: role!, displayName: "Tier 1 Analyst" });
    tenant.objects("defenderRoleAssignments").set("a", { id: "a", roleDefinitionId: role!, principalIds: [group!] });
    tenant
      .objects("azureResources")
      .set("s", { id: "s", name: "client-secret", type: "t", sealedValue: "sealed-0001" });
    const { body } = await post(sandbox, `/${contoso}/oauth2/v2.0/token`, daemonRequest(daemon));
    const { status, text } = await get(sandbox, `/pages/tenants/${contoso.toUpperCase()}`);
    assert.equal(status, 200);
    for (const shown of [
      "Ana &lt;b>Silva&lt;/b>",
      "Tier 1 Analyst",
      "User.Read.All",
      "Alert.Read.All",
      "client-secret",
    ]) {
      assert.ok(text.includes(shown), shown);
    }
    const words = text.replace(/<[^>]*>/g, "");
    assert.ok(words.includes("Ana &lt;b>Silva&lt;/b> → Tier 1 (member of)"), words.match(/Ana.{80}/g)?.join("\n"));
    assert.ok(words.includes("Tier 1 → Tier 1 Analyst (has the Defender role)"));
    const secrets = [daemon.secret, String(body["access_token"]), "sealed-0001", ...tenant.secretHashes.values()];
    for (const secret of secrets) assert.ok(!text.includes(secret));
  });

  it("pages: an unknown tenant is 404, and only GET is answered", async () => {
    assert.equal((await get(sandbox, "/pages/tenants/00000000-0000-4000-8000-000000000009")).status, 404);
    assert.equal((await get(sandbox, "/pages/tenants/..%2f..%2fetc")).status, 404);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      assert.equal((await fetch(`${sandbox.origins.http}/pages/tenants/${contoso}`, { method })).status, 404, method);
    }
    assert.ok(!sandbox.cloud.hasTenant("00000000-0000-4000-8000-000000000009"));
  });

  it("pages: the last requests with status and application; queries without what gives access", async () => {
    const daemon = addDaemon(
      sandbox.cloud,
      { [graphId]: ["User.Read.All"] },
      { applicationId: graphId.replace("3", "4") },
    );
    const token = await post(sandbox, `/${contoso}/oauth2/v2.0/token?code=0.AXYZ`, daemonRequest(daemon));
    const headers = { authorization: `Bearer ${String(token.body["access_token"])}` };
    await get(sandbox, "/v1.0/users?$top=1&client_secret=s3cr3t-value", headers);
    const { text } = await get(sandbox, `/pages/tenants/${contoso}`);
    const rows = text.match(/<tr[^>]*>.*?<\/tr>/gs)!.map((row) => row.replace(/<[^>]*>/g, " "));
    assert.ok(
      rows.some((row) => /GET\s+\/v1\.0\/users\?\$top=1&amp;client_secret=…\s+200\b.*Daemon/.test(row)),
      rows.join("\n"),
    );
    assert.ok(!text.includes("s3cr3t-value") && !text.includes("0.AXYZ"));
  });

  it("pages: have no faults, and name the fault of a request", async () => {
    const faulty = await temporarySandbox({ faults: { seed: 7, percent: 100, kinds: ["throttled"], timeScale: 0.02 } });
    try {
      assert.equal((await get(faulty, "/v1.0/users")).status, 429);
      const { status, text } = await get(faulty, "/");
      assert.equal(status, 200);
      assert.match(text.replace(/<[^>]*>/g, " "), /GET\s+\/v1\.0\/users\s+429\s.*throttled/);
    } finally {
      await faulty.stop();
    }
  });

  it("requests: a sign-in's query is never shown, a long one is cut", () => {
    assert.equal(loggedUrl(`/${contoso}/oauth2/v2.0/authorize?state=1&code=2`), `/${contoso}/oauth2/v2.0/authorize`);
    assert.equal(loggedUrl("/v1.0/users?$skiptoken=a&%74oken=b&sig=c"), "/v1.0/users?$skiptoken=a&%74oken=…&sig=…");
    assert.equal(loggedUrl(`/v1.0/${"a".repeat(600)}`).length, 501);
  });
});
