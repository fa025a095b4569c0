import assert from "node:assert/strict";
import { lookUpDomain, ServiceError, VisibleError } from "../../src";
import { loopback, type Loopback, type SeenRequest } from "../loopback";

const tenantId = "c0570500-0000-4000-8000-00000000000a";

describe("microsoft/entra/lookUpDomain", () => {
  let server: Loopback;
  let answer: (request: SeenRequest) => { status?: number; body?: unknown } | undefined;
  beforeEach(async () => (server = await loopback((request) => answer(request))));
  afterEach(() => server.close());

  const find = (domain = "contoso.com") => lookUpDomain(domain, { loginEndpoint: server.origin });

  it("reads the tenant in the issuer of the domain's OpenID configuration", async () => {
    answer = () => ({ body: { issuer: `https://login.microsoftonline.com/${tenantId.toUpperCase()}/v2.0` } });
    assert.equal((await find())?.tenantId, tenantId);
    assert.equal(server.seen[0]?.url, "/contoso.com/v2.0/.well-known/openid-configuration");
    assert.equal(server.seen[0].headers.authorization, undefined);
  });

  it("reads the cloud in its tenant_region_sub_scope, and none in an unknown one", async () => {
    const scopes = { GCC: "gcc", DODCON: "gccHigh", DOD: "dod", XX: undefined };
    for (const [scope, cloud] of [...Object.entries(scopes), [null, "public"], [undefined, "public"]] as const) {
      const issuer = `https://login.microsoftonline.us/${tenantId}/v2.0`;
      answer = () => ({ body: { issuer, ...(scope !== undefined && { tenant_region_sub_scope: scope }) } });
      assert.equal((await find())?.cloud, cloud, String(scope));
    }
  });

  it("finds none where Entra knows no tenant of the domain", async () => {
    answer = () => ({ status: 400, body: { error: "invalid_tenant", error_description: "AADSTS90002: …" } });
    assert.equal(await find(), undefined);
  });

  it("escapes what is no domain", async () => {
    answer = () => ({ status: 400, body: { error: "invalid_request" } });
    await find("../common?x#");
    assert.match(server.seen[0]?.url ?? "", /^\/\.\.%2Fcommon%3Fx%23\/v2\.0/);
  });

  it("fails where Entra can't be reached, and where the answer names no tenant", async () => {
    answer = () => undefined;
    await assert.rejects(find(), (error) => error instanceof ServiceError && error.status === 0);
    answer = () => ({ body: { issuer: "https://login.microsoftonline.com/{tenantid}/v2.0" } });
    await assert.rejects(find(), (error) => error instanceof VisibleError && /names no tenant/.test(error.message));
  });
});
