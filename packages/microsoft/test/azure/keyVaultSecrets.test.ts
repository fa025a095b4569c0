import assert from "node:assert/strict";
import {
  getKeyVaultSecret,
  isVaultOf,
  EnvironmentError,
  ServiceError,
  setKeyVaultSecret,
  type Endpoints,
} from "@defender-mssp/microsoft";
import { loopback, type Loopback, type SeenRequest } from "../loopback";

const tenantId = "5ec0de00-5ea1-4000-8000-000000000001";

describe("microsoft/azure/keyVaultSecrets", () => {
  let server: Loopback;
  let challenge: string;
  let answer: (request: SeenRequest) => { status?: number; headers?: Record<string, string>; body?: unknown };

  beforeEach(async () => {
    challenge = `Bearer authorization="https://login.microsoftonline.com/${tenantId}", resource="https://vault.azure.net"`;
    answer = () => ({ body: { id: "https://v.vault.azure.net/secrets/n/1", value: "the value" } });
    server = await loopback((request) => {
      if (request.url.endsWith("/token")) return { body: { access_token: "vault.token", expires_in: 3599 } };
      if (request.headers.authorization === undefined)
        return { status: 401, headers: { "www-authenticate": challenge } };
      return answer(request);
    });
  });
  afterEach(() => server.close());

  const call = (more: Readonly<Record<string, unknown>> = {}) => {
    const endpoints: Endpoints = {
      cloud: "public",
      loginEndpoint: server.origin,
      graphEndpoint: server.origin,
      resourceManagerEndpoint: server.origin,
      metadataHost: "127.0.0.1",
    };
    const environment = { ARM_CLIENT_ID: "automation", ARM_CLIENT_SECRET: "s3cret" };
    return { vaultUrl: `${server.origin}/keyvault/v`, name: "n", environment, endpoints, ...more };
  };

  it("sets a secret with a token for the tenant and the service that the vault names", async () => {
    const id = await setKeyVaultSecret(call(), {
      value: "refresh-token",
      contentType: "text/plain",
      expiresOn: new Date("2027-01-01T00:00:00Z"),
      tags: { stack: "contoso" },
    });
    assert.equal(id, "https://v.vault.azure.net/secrets/n/1");
    const [asked, token, put] = server.seen;
    assert.ok(asked && token && put && server.seen.length === 3);
    assert.deepEqual([asked.method, asked.url, asked.body], ["GET", "/keyvault/v/secrets/n?api-version=7.4", ""]);
    assert.equal(token.url, `/${tenantId}/oauth2/v2.0/token`);
    assert.equal(new URLSearchParams(token.body).get("scope"), "https://vault.azure.net/.default");
    assert.deepEqual([put.method, put.url], ["PUT", "/keyvault/v/secrets/n?api-version=7.4"]);
    assert.equal(put.headers.authorization, "Bearer vault.token");
    assert.deepEqual(JSON.parse(put.body), {
      value: "refresh-token",
      contentType: "text/plain",
      attributes: { exp: 1_798_761_600 },
      tags: { stack: "contoso" },
    });
  });

  it("waits to set a secret until the caller's role is in force, and says so; without a listener it fails at once", async () => {
    const message =
      "Caller is not authorized.\r\nIf role assignments were changed recently, please observe propagation time.";
    let refusals = 2;
    answer = ({ method }) =>
      method === "PUT" && refusals-- > 0
        ? { status: 403, body: { error: { code: "Forbidden", message, innererror: { code: "ForbiddenByRbac" } } } }
        : { body: { id: "https://v.vault.azure.net/secrets/n/1" } };
    await assert.rejects(setKeyVaultSecret(call(), { value: "refresh-token" }), /propagation time/);
    refusals = 5;
    const said: string[] = [];
    const sleep = () => Promise.resolve();
    await setKeyVaultSecret(
      { ...call({ sleep }), say: (text: string) => void said.push(text) },
      { value: "refresh-token" },
    );
    assert.match(said[0] ?? "", /^Waiting for the new role in Key Vault to be seen everywhere, up to 29 min 57 s more/);
  });

  it("reads a secret, and reports the vault's error if it is missing or not permitted", async () => {
    assert.equal(await getKeyVaultSecret(call()), "the value");
    for (const [status, code] of [
      [404, "SecretNotFound"],
      [403, "Forbidden"],
    ] as const) {
      answer = () => ({ status, body: { error: { code, message: "no" } } });
      await assert.rejects(
        getKeyVaultSecret(call()),
        (error: unknown) => error instanceof ServiceError && error.status === status && error.serviceCode === code,
      );
    }
    answer = () => ({ body: "a proxy's page" });
    await assert.rejects(getKeyVaultSecret(call()), /not the answer of a key vault/);
  });

  it("sends no token to a host outside the vault service", async () => {
    const unsafe = call({ vaultUrl: "http://v.vault.azure.net" });
    await assert.rejects(setKeyVaultSecret(unsafe, { value: "refresh-token" }), /a vault's address begins with https/);
    challenge = "Basic realm=x";
    await assert.rejects(setKeyVaultSecret(call(), { value: "refresh-token" }), /doesn't answer as a key vault does/);
    assert.ok(server.seen.every(({ body, headers }) => body === "" && headers.authorization === undefined));
    for (const [resource, vault, expected] of [
      ["https://vault.azure.net", "https://v.vault.azure.net", true],
      ["https://vault.usgovcloudapi.net", "https://v.vault.usgovcloudapi.net", true],
      ["https://vault.azure.net", "https://v.vault.azure.net.evil.example", false],
      ["https://graph.microsoft.com", "https://v.vault.azure.net", false],
      ["https://vault.azure.net", "https://evilvault.azure.net", false],
    ] as const) {
      assert.equal(isVaultOf(resource, vault), expected, `${resource} ${vault}`);
    }
  });

  it("names the missing credentials", () =>
    assert.rejects(getKeyVaultSecret(call({ environment: {} })), EnvironmentError));
});
