import assert from "node:assert/strict";
import type { FastifyRequest } from "fastify";
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import { TokenRefused, type Audience } from "../../src/cloud/model";
import { Clock } from "../../src/cloud/clock";
import {
  addDaemon,
  contoso,
  type Daemon,
  daemonRequest,
  get,
  graphId,
  post,
  temporarySandbox,
  fixture,
} from "@defender-mssp/testkit";

describe("Entra's discovery documents", () => {
  const sandbox = fixture(temporarySandbox);

  it("OpenID configuration: names existing endpoints for both versions", async () => {
    for (const [path, version] of [
      ["/v2.0", 2],
      ["", 1],
    ] as const) {
      const { status, body } = await get(sandbox, `/${contoso}${path}/.well-known/openid-configuration`);
      assert.equal(status, 200);
      const keys = await get(sandbox, new URL(String(body["jwks_uri"])).pathname);
      assert.equal((keys.body["keys"] as unknown[]).length, 1);
      for (const name of ["token_endpoint", "authorization_endpoint", "device_authorization_endpoint"]) {
        const address = new URL(String(body[name]));
        assert.equal(address.origin, sandbox.origins.https);
        const { status: answer, text } = await post(sandbox, address.pathname, {});
        assert.ok(answer === 400 && text.includes("AADSTS900144"), `${name} ${text}`);
      }
      assert.equal((await get(sandbox, new URL(String(body["userinfo_endpoint"])).pathname)).status, 401);
      assert.equal((await get(sandbox, new URL(String(body["end_session_endpoint"])).pathname)).status, 200);
      const issuer = version === 2 ? `${sandbox.origins.https}/${contoso}/v2.0` : `https://sts.windows.net/${contoso}/`;
      assert.equal(body["issuer"], issuer);
    }
  });

  it("OpenID configuration: resolves a domain, keeps `common` open, refuses an unknown tenant", async () => {
    const byDomain = await get(sandbox, "/fabrikam-security.example/v2.0/.well-known/openid-configuration");
    assert.match(String(byDomain.body["issuer"]), /\/5ec0de00-5ea1-4000-8000-000000000001\/v2\.0$/);
    const common = await get(sandbox, "/common/v2.0/.well-known/openid-configuration");
    assert.equal(common.body["issuer"], `${sandbox.origins.https}/{tenantid}/v2.0`);
    assert.match(String(common.body["token_endpoint"]), /\/common\/oauth2\/v2\.0\/token$/);
    const unknown = await get(sandbox, "/nowhere.example/v2.0/.well-known/openid-configuration");
    assert.deepEqual([unknown.status, unknown.body["error_codes"]], [400, [90002]]);
    assert.equal((await get(sandbox, "/nowhere.example/discovery/v2.0/keys")).status, 400);
    assert.equal((await get(sandbox, "/common/discovery/keys")).status, 200);
  });

  it("instance discovery: lists the sandbox's host as a login host", async () => {
    const address = encodeURIComponent(`${sandbox.origins.https}/${contoso}/oauth2/v2.0/authorize`);
    const { body } = await get(sandbox, `/common/discovery/instance?api-version=1.1&authorization_endpoint=${address}`);
    assert.equal(
      body["tenant_discovery_endpoint"],
      `${sandbox.origins.https}/${contoso}/v2.0/.well-known/openid-configuration`,
    );
    const { host } = new URL(sandbox.origins.https);
    assert.deepEqual(body["metadata"], [{ preferred_network: host, preferred_cache: host, aliases: [host] }]);
    assert.equal((await get(sandbox, "/common/discovery/instance")).status, 200);
  });

  it("keys document: has the keys that sign the tokens", async () => {
    const daemon = addDaemon(sandbox.cloud);
    const { body } = await post(sandbox, `/${contoso}/oauth2/v2.0/token`, daemonRequest(daemon));
    const keys = await get(sandbox, `/${contoso}/discovery/v2.0/keys`);
    const { payload } = await jwtVerify(
      String(body["access_token"]),
      createLocalJWKSet(keys.body as unknown as JSONWebKeySet),
    );
    assert.equal(payload["tid"], contoso);
    assert.ok(!keys.text.includes('"d"'));
  });
});

describe("the check of bearer tokens", () => {
  const clock = new Clock();
  const sandbox = fixture(() => temporarySandbox({ clock }));
  let daemon: Daemon;
  before(() => (daemon = addDaemon(sandbox.cloud, { [graphId]: ["User.Read.All"] })));

  const tokenFor = async (resource: string) => {
    const form = daemonRequest(daemon, { scope: `${resource}/.default` });
    return String((await post(sandbox, `/${contoso}/oauth2/v2.0/token`, form)).body["access_token"]);
  };
  const check = (authorization: string | undefined, audience: Audience = "graph") =>
    sandbox.cloud.authenticate({ headers: { authorization } } as FastifyRequest, audience);
  const reason = async (authorization: string | undefined, audience?: Audience) => {
    try {
      await check(authorization, audience);
    } catch (error) {
      assert.ok(error instanceof TokenRefused, String(error));
      return error.reason;
    }
    return "accepted";
  };

  it("bearer token: gives the caller", async () => {
    const caller = await check(`Bearer ${await tokenFor("https://graph.microsoft.com")}`);
    assert.equal(caller.tenant, sandbox.cloud.tenant(contoso));
    assert.equal(caller.objectId, daemon.servicePrincipal.id);
    assert.equal(caller.applicationId, daemon.application["appId"]);
    assert.deepEqual(caller.roles, new Set(["User.Read.All"]));
    assert.equal(caller.scopes.size, 0);
  });

  it("bearer token: accepted for its own audience only, under each of its names", async () => {
    const names: Readonly<Record<Audience, readonly string[]>> = {
      graph: [sandbox.origins.https, sandbox.origins.http, "https://graph.microsoft.com/", graphId],
      azureADGraph: ["https://graph.windows.net/", "00000002-0000-0000-c000-000000000000"],
      defender: ["https://api.securitycenter.microsoft.com", "fc780465-2017-40d4-a0c5-307022471b92"],
      resourceManager: ["https://management.azure.com/", "https://management.core.windows.net/"],
      keyVault: ["https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"],
    };
    for (const [owner, resources] of Object.entries(names)) {
      for (const resource of resources) {
        const header = `Bearer ${await tokenFor(resource)}`;
        for (const audience of Object.keys(names) as Audience[]) {
          assert.equal(
            await reason(header, audience),
            audience === owner ? "accepted" : "audience",
            `${resource} ${audience}`,
          );
        }
      }
    }
  });

  it("bearer token: an invalid one is refused", async () => {
    const token = await tokenFor("https://graph.microsoft.com");
    const [header = "", claims = "", signature = ""] = token.split(".");
    const more = Buffer.from(
      JSON.stringify({ ...(JSON.parse(Buffer.from(claims, "base64url").toString()) as object), roles: ["Everything"] }),
    ).toString("base64url");
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
    assert.equal(await reason(`bearer ${token}`), "accepted");
    assert.equal(await reason(undefined), "missing");
    assert.equal(await reason(""), "missing");
    assert.equal(await reason("Bearer"), "malformed");
    assert.equal(await reason(`Basic ${token}`), "malformed");
    assert.equal(await reason("Bearer nonsense"), "malformed");
    assert.equal(await reason(`Bearer ${header}.${more}.${signature}`), "signature");
    assert.equal(await reason(`Bearer ${none}.${claims}.`), "malformed");
    const other = await temporarySandbox({ sharesSigningKey: false });
    const stranger = addDaemon(other.cloud);
    const { body } = await post(other, `/${contoso}/oauth2/v2.0/token`, daemonRequest(stranger));
    assert.equal(await reason(`Bearer ${String(body["access_token"])}`), "signature");
    await other.stop();
    clock.advance(3600 * 1000);
    assert.equal(await reason(`Bearer ${token}`), "expired");
  });
});
