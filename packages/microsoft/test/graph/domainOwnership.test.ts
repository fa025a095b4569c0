import assert from "node:assert/strict";
import { tenantId, testSandbox, verifyDomain, type TestSandbox } from "@defender-mssp/testkit";
import { domainOwnership, type CallContext, type Endpoints } from "../../src";

const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";

/** Against the sandbox's own Entra and Graph. */
describe("microsoft/graph/domainOwnership", () => {
  let test: TestSandbox;
  let requests: string[];
  before(async () => {
    requests = [];
    test = await testSandbox({ log: (line) => requests.push(line) });
  });
  beforeEach(() => void requests.splice(0));
  after(() => test.stop());

  const context = (changes: CallContext = {}) => ({
    environment: test.environment,
    endpoints: test.endpoints,
    ...changes,
  });
  const initialDomain = `contoso${tenantId.slice(0, 8)}.onmicrosoft.com`;

  it("recognizes the tenant's domain, and a domain below it, by one request without a token for each name", async () => {
    assert.deepEqual(await domainOwnership("contoso.com", tenantId.toUpperCase(), context()), { state: "own" });
    assert.equal(requests.length, 1);
    assert.match(requests.join(), /^GET \/contoso\.com\/v2\.0\/\.well-known\/openid-configuration 200 /);
    requests.splice(0);
    assert.deepEqual(await domainOwnership("soc.emea.contoso.com", tenantId, context()), { state: "own" });
    assert.deepEqual(
      requests.map((line) => line.replace(/\/v2\.0.* (\d+) \d+ ms$/, " $1")),
      ["GET /soc.emea.contoso.com 400", "GET /emea.contoso.com 400", "GET /contoso.com 200"],
    );
  });

  it("names the tenant that has the domain, and the verified domains of the settings' tenant", async () => {
    assert.deepEqual(await domainOwnership("fabrikam-security.example", tenantId, context()), {
      state: "foreign",
      owner: msspTenantId,
      verified: [initialDomain, "contoso.com"],
    });
    assert.deepEqual(await domainOwnership("contoso.com.example", tenantId, context()), {
      state: "foreign",
      owner: undefined,
      verified: [initialDomain, "contoso.com"],
    });
  });

  it("believes Graph's list where Entra names another tenant", async () => {
    assert.equal((await domainOwnership("contoso.com", msspTenantId, context())).state, "foreign");
    verifyDomain(test.sandbox.cloud.tenant(msspTenantId), "contoso.com");
    for (const domain of ["Contoso.com", "www.contoso.com"])
      assert.deepEqual(await domainOwnership(domain, msspTenantId, context()), { state: "own" });
  });

  it("needs no permission to see that a domain is foreign", async () => {
    const environment = { ...test.environment, ARM_CLIENT_SECRET: "wrong" };
    assert.deepEqual(await domainOwnership("wingtip.example", tenantId, context({ environment })), {
      state: "foreign",
      owner: undefined,
      verified: undefined,
    });
  });

  it("is unknown where neither answers, with the reason", async () => {
    const closed = "http://127.0.0.1:9";
    const endpoints: Endpoints = { ...test.endpoints, loginEndpoint: closed, graphEndpoint: closed };
    const ownership = await domainOwnership("contoso.com", tenantId, context({ endpoints }));
    assert.match(ownership.state === "unknown" ? ownership.reason : ownership.state, /127\.0\.0\.1:9/);
    const failing = Promise.reject<Endpoints>(new Error("no call failed"));
    await assert.rejects(domainOwnership("contoso.com", tenantId, { endpoints: failing }), /no call failed/);
  });
});
