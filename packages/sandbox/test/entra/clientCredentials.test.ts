import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, SignJWT } from "jose";
import { VisibleError } from "@defender-mssp/errors";
import { Clock } from "../../src/cloud/clock";
import { tokenKeys } from "../../src/entra/keys";
import { writeFile, mkdir } from "node:fs/promises";
import path from "node:path";
import {
  addDaemon,
  addSecret,
  contoso,
  type Daemon,
  daemonId,
  daemonRequest,
  decodeToken,
  defenderId,
  graphId,
  makeTestCertificate,
  post,
  temporarySandbox,
  newFolder,
  fixture,
} from "@defender-mssp/testkit";

const v2 = `/${contoso}/oauth2/v2.0/token`;
const v1 = `/${contoso}/oauth2/token`;
const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

describe("Entra's token endpoint, client credentials", () => {
  const clock = new Clock();
  const sandbox = fixture(() => temporarySandbox({ clock }));
  let daemon: Daemon;

  before(() => {
    daemon = addDaemon(sandbox.cloud, {
      [graphId]: ["SecurityAlert.Read.All", "User.Read.All"],
      [defenderId]: ["Alert.Read.All"],
    });
  });

  it("Graph: a version 1 token with the service principal's permissions", async () => {
    const { status, body, headers } = await post(sandbox, v2, daemonRequest(daemon));
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body), ["token_type", "expires_in", "ext_expires_in", "access_token"]);
    assert.deepEqual([body["token_type"], body["expires_in"], body["ext_expires_in"]], ["Bearer", 3599, 3599]);
    assert.match(headers.get("cache-control") ?? "", /no-store/);
    const { header, claims } = decodeToken(body["access_token"]);
    assert.deepEqual(Object.keys(header), ["typ", "alg", "kid", "x5t"]);
    assert.equal(header["alg"], "RS256");
    assert.deepEqual(claims["roles"], ["SecurityAlert.Read.All", "User.Read.All"]);
    assert.equal(claims["aud"], "https://graph.microsoft.com");
    assert.equal(claims["iss"], `https://sts.windows.net/${contoso}/`);
    assert.equal(claims["appid"], daemonId);
    assert.equal(claims["appidacr"], "1");
    assert.equal(claims["idtyp"], "app");
    assert.equal(claims["oid"], daemon.servicePrincipal.id);
    assert.equal(claims["sub"], daemon.servicePrincipal.id);
    assert.equal(claims["tid"], contoso);
    assert.equal(claims["ver"], "1.0");
    assert.equal(Number(claims["exp"]) - Number(claims["iat"]), 3599);
    assert.equal(claims["scp"], undefined);
  });

  const graphNames = () => [
    sandbox.origins.https,
    sandbox.origins.http,
    `${sandbox.origins.https}/`,
    "https://graph.microsoft.com/",
    graphId,
  ];
  it("Graph: accepted by each of its names and the sandbox's origins; `aud` is the requested one", async () => {
    for (const name of graphNames()) {
      const { status, body } = await post(sandbox, v2, daemonRequest(daemon, { scope: `${name}/.default` }));
      assert.equal(status, 200, name);
      assert.equal(decodeToken(body["access_token"]).claims["aud"], name);
    }
  });

  it("roles: those of the requested resource; no claim if there are none", async () => {
    const roles = async (resource: string) => {
      const { body } = await post(sandbox, v2, daemonRequest(daemon, { scope: `${resource}/.default` }));
      return decodeToken(body["access_token"]).claims["roles"];
    };
    assert.deepEqual(await roles("https://api.securitycenter.microsoft.com"), ["Alert.Read.All"]);
    assert.deepEqual(await roles(defenderId), ["Alert.Read.All"]);
    assert.equal(await roles("https://api.security.microsoft.com"), undefined);
  });

  it("version 1 endpoint: takes `resource` and returns numbers as strings", async () => {
    const form = daemonRequest(daemon, { scope: undefined, resource: "https://graph.windows.net" });
    const { status, body } = await post(sandbox, v1, form);
    assert.equal(status, 200);
    assert.equal(body["expires_in"], "3599");
    assert.equal(body["resource"], "https://graph.windows.net");
    assert.equal(Number(body["expires_on"]) - Number(body["not_before"]), 3599);
    assert.equal(decodeToken(body["access_token"]).claims["aud"], "https://graph.windows.net");
    const withoutResource = await post(sandbox, v1, daemonRequest(daemon, { scope: undefined }));
    assert.equal(
      decodeToken(withoutResource.body["access_token"]).claims["aud"],
      "00000002-0000-0000-c000-000000000000",
    );
  });

  it("tenant: found by a domain, and for `common` by a multitenant client", async () => {
    assert.equal((await post(sandbox, "/contoso.com/oauth2/v2.0/token", daemonRequest(daemon))).status, 200);
    for (const name of ["common", "organizations"]) {
      const { status, body } = await post(sandbox, `/${name}/oauth2/v2.0/token`, daemonRequest(daemon));
      assert.deepEqual([status, body["error_codes"]], [400, [50194]]);
    }
    const { variables } = await sandbox.environment();
    const { status, body } = await post(
      sandbox,
      "/common/oauth2/v2.0/token",
      daemonRequest(daemon, { client_id: variables["ARM_CLIENT_ID"], client_secret: variables["ARM_CLIENT_SECRET"] }),
    );
    assert.equal(status, 200);
    assert.equal(decodeToken(body["access_token"]).claims["tid"], "5ec0de00-5ea1-4000-8000-000000000001");
  });

  it("tenant: created when a request names it, with consent for the automation", async () => {
    const { variables } = await sandbox.environment();
    const tenantId = "99999999-9999-4999-8999-999999999999";
    const { status, body } = await post(sandbox, `/${tenantId.toUpperCase()}/oauth2/v2.0/token`, {
      grant_type: "client_credentials",
      client_id: variables["ARM_CLIENT_ID"],
      client_secret: variables["ARM_CLIENT_SECRET"],
      scope: `${sandbox.origins.https}/.default`,
    });
    assert.equal(status, 200);
    const { claims } = decodeToken(body["access_token"]);
    assert.equal(claims["tid"], tenantId);
    assert.ok((claims["roles"] as string[]).includes("User.Invite.All"));
  });

  it("client: ID and secret in Basic authorization, URL-encoded", async () => {
    const basic = Buffer.from(`${daemonId}:${encodeURIComponent(daemon.secret)}`).toString("base64");
    const form = daemonRequest(daemon, { client_id: undefined, client_secret: undefined });
    const { status, body } = await post(sandbox, v2, form, { authorization: `Basic ${basic}` });
    assert.equal(status, 200, JSON.stringify(body));
    const wrong = Buffer.from(`${daemonId}:wrong`).toString("base64");
    assert.equal((await post(sandbox, v2, form, { authorization: `Basic ${wrong}` })).status, 401);
    assert.equal((await post(sandbox, v2, form, { authorization: "Basic bm9jb2xvbg==" })).status, 400);
  });

  describe("refuses", () => {
    /** What is refused, what its form has otherwise (or another path), and the answer. */
    type Refusal = readonly [string, Readonly<Record<string, string | undefined>> | string, string, RegExp];
    const unknown = "aaaaaaaa-0000-4000-8000-00000000dead";
    const refusals: readonly Refusal[] = [
      ["a request without a grant type", { grant_type: undefined }, "400 invalid_request 900144", /'grant_type'/],
      [
        "a grant type that isn't there",
        { grant_type: "password" },
        "400 unsupported_grant_type 70003",
        /unsupported grant type 'password'/,
      ],
      ["a request without a client", { client_id: undefined }, "400 invalid_request 900144", /'client_id'/],
      [
        "a client that isn't in the tenant",
        { client_id: unknown },
        "400 unauthorized_client 700016",
        /identifier 'aaaaaaaa-0000-4000-8000-00000000dead' was not found in the directory 'Contoso'/,
      ],
      // Seen in many public threads: a client ID that is no UUID is looked up like any other.
      [
        "a client ID that is no UUID",
        { client_id: "Enter_the_Application_Id_here" },
        "400 unauthorized_client 700016",
        /'Enter_the_Application_Id_here'/,
      ],
      [
        "a client ID of zeros",
        { client_id: "00000000-0000-0000-0000-000000000000" },
        "400 unauthorized_client 700038",
        /is not a valid application identifier/,
      ],
      [
        "a single-tenant client of another tenant",
        "/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token",
        "400 unauthorized_client 700016",
        /not found in the directory/,
      ],
      ["a wrong secret", { client_secret: "wrong" }, "401 invalid_client 7000215", /Invalid client secret provided/],
      [
        "no secret",
        { client_secret: undefined },
        "401 invalid_client 7000216",
        /'client_assertion', 'client_secret' or 'request'/,
      ],
      [
        "the secret of a public client",
        { client_id: "04b07795-8ddb-461a-bbee-02f9e1bf7b46" },
        "401 invalid_client 700025",
        /Client is public/,
      ],
      ["no scope", { scope: undefined }, "400 invalid_request 900144", /'scope'/],
      [
        "a scope without /.default",
        { scope: "https://graph.microsoft.com/User.Read" },
        "400 invalid_scope 1002012",
        /\/\.default suffixed/,
      ],
      [
        "two resources at once",
        { scope: "https://graph.microsoft.com/.default https://graph.windows.net/.default" },
        "400 invalid_scope 70011",
        /is not valid/,
      ],
      ["scopes of a sign-in alone", { scope: "openid offline_access" }, "400 invalid_scope 1002012", /openid/],
      [
        "an unknown resource",
        { scope: "api://not-a-registered-resource/.default" },
        "400 invalid_resource 500011",
        /named api:\/\/not-a-registered-resource was not found in the tenant named c0570500/,
      ],
      [
        "an unknown domain",
        "/nowhere.example/oauth2/v2.0/token",
        "400 invalid_request 90002",
        /Tenant 'nowhere.example' not found/,
      ],
      [
        "a tenant that is neither a UUID nor a domain",
        "/not-a-tenant/oauth2/v2.0/token",
        "400 invalid_request 900023",
        /neither a valid DNS name/,
      ],
      [
        "an assertion of another type",
        { client_secret: undefined, client_assertion: "a.b.c", client_assertion_type: "saml" },
        "400 invalid_request 700021",
        /assertion/,
      ],
      [
        "an assertion that is no JWT",
        { client_secret: undefined, client_assertion: "nonsense", client_assertion_type: jwtBearer },
        "401 invalid_client 50027",
        /malformed/,
      ],
    ];
    for (const [what, request, answer, text] of refusals) {
      const code = answer.split(" ")[2] ?? "";
      it(`refused with AADSTS${code}: ${what}`, async () => {
        const [path, form] = typeof request === "string" ? [request] : [v2, request];
        const { status, body } = await post(sandbox, path, daemonRequest(daemon, form));
        assert.equal([status, body["error"], ...(body["error_codes"] as number[])].join(" "), answer);
        const description = String(body["error_description"]);
        assert.match(description, text);
        assert.match(
          description,
          new RegExp(
            `^AADSTS${code}: .* Trace ID: ${String(body["trace_id"])} ` +
              `Correlation ID: ${String(body["correlation_id"])} Timestamp: ${String(body["timestamp"])}$`,
          ),
        );
        assert.match(String(body["timestamp"]), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
        assert.ok(!JSON.stringify(body).includes(daemon.secret));
      });
    }

    it("refused with AADSTS7000222: a secret after its expiry, not before", async () => {
      const secret = addSecret(sandbox.cloud, daemon.tenant, daemon.application, inSeconds(60));
      assert.equal((await post(sandbox, v2, daemonRequest(daemon, { client_secret: secret }))).status, 200);
      const late = addSecret(sandbox.cloud, daemon.tenant, daemon.application, inSeconds(-1));
      const { status, body } = await post(sandbox, v2, daemonRequest(daemon, { client_secret: late }));
      assert.deepEqual([status, body["error"], body["error_codes"]], [401, "invalid_client", [7000222]]);
    });

    it("refused: a secret before its start date", async () => {
      const secret = addSecret(sandbox.cloud, daemon.tenant, daemon.application, inSeconds(9000), inSeconds(3600));
      const { body } = await post(sandbox, v2, daemonRequest(daemon, { client_secret: secret }));
      assert.deepEqual(body["error_codes"], [7000215]);
    });

    it("refused: a removed secret", async () => {
      const secret = addSecret(sandbox.cloud, daemon.tenant, daemon.application, inSeconds(60));
      assert.equal((await post(sandbox, v2, daemonRequest(daemon, { client_secret: secret }))).status, 200);
      const credentials = daemon.application["passwordCredentials"] as never[];
      daemon.application["passwordCredentials"] = credentials.slice(0, -1);
      const { body } = await post(sandbox, v2, daemonRequest(daemon, { client_secret: secret }));
      assert.deepEqual(body["error_codes"], [7000215]);
    });

    it("refused: a client whose service principal is disabled or deleted, or whose registration is deleted", async () => {
      const id = "d15ab1ed-0000-4000-8000-000000000001";
      const other = addDaemon(sandbox.cloud, {}, { applicationId: id });
      const code = async () => (await post(sandbox, v2, daemonRequest(other))).body["error_codes"];
      other.servicePrincipal["accountEnabled"] = false;
      assert.deepEqual(await code(), [7000112]);
      other.tenant.objects("servicePrincipals").delete(other.servicePrincipal.id);
      assert.deepEqual(await code(), [7000229]);
      other.tenant
        .objects("servicePrincipals")
        .set(other.servicePrincipal.id, { ...other.servicePrincipal, accountEnabled: true });
      other.tenant.objects("applications").delete(other.application.id);
      assert.deepEqual(await code(), [700016]);
    });

    it("refused: a client without a role for a resource that requires assignment", async () => {
      const api = addDaemon(sandbox.cloud, {}, { applicationId: "a9100000-0000-4000-8000-000000000001" });
      api.application["identifierUris"] = ["api://strict"];
      const form = daemonRequest(daemon, { scope: "api://strict/.default" });
      assert.equal((await post(sandbox, v2, form)).status, 200);
      api.servicePrincipal["appRoleAssignmentRequired"] = true;
      assert.deepEqual((await post(sandbox, v2, form)).body["error_codes"], [501051]);
    });

    it("refused with Entra's error: a body that is not a form", async () => {
      for (const [type, body] of [
        ["application/json", "{"],
        ["application/json", '{"grant_type":"client_credentials"}'],
        ["text/xml", "<a/>"],
        ["application/x-www-form-urlencoded", ""],
        ["application/x-www-form-urlencoded", `a=${"x".repeat(5_000_000)}`],
      ]) {
        const response = await fetch(sandbox.origins.http + v2, {
          method: "POST",
          body: body ?? "",
          headers: { "content-type": type ?? "" },
        });
        const answer = (await response.json()) as Record<string, unknown>;
        assert.equal(response.status, 400, type);
        assert.match(String(answer["error_description"]), /^AADSTS/);
      }
    });

    it("an error repeats the client's correlation ID", async () => {
      const id = "c0ffee00-0000-4000-8000-000000000001";
      const { body } = await post(sandbox, v2, daemonRequest(daemon, { client_secret: "x" }), {
        "client-request-id": id,
      });
      assert.equal(body["correlation_id"], id);
    });
  });

  describe("with a certificate", () => {
    let certificate: Awaited<ReturnType<typeof makeTestCertificate>>;
    const assertion = (change: Partial<{ aud: string; sub: string; iss: string; exp: number; nbf: number }> = {}) => {
      const now = Math.floor(clock.now().getTime() / 1000);
      const claims = {
        aud: sandbox.origins.https + v2,
        iss: daemonId,
        sub: daemonId,
        nbf: now,
        exp: now + 600,
        jti: "1",
      };
      return new SignJWT({ ...claims, ...change });
    };
    const request = async (jwt: Promise<string>) =>
      post(
        sandbox,
        v2,
        daemonRequest(daemon, {
          client_secret: undefined,
          client_assertion: await jwt,
          client_assertion_type: jwtBearer,
        }),
      );
    const sign = (jwt: SignJWT, header: Record<string, string> = { "x5t#S256": certificate.sha256 }, alg = "PS256") =>
      jwt.setProtectedHeader({ alg, typ: "JWT", ...header }).sign(certificate.privateKey);

    before(async () => {
      certificate = await makeTestCertificate();
      daemon.application["keyCredentials"] = [
        {
          keyId: "ce47000-0000-4000-8000-000000000001",
          type: "AsymmetricX509Cert",
          usage: "Verify",
          key: certificate.base64,
          startDateTime: "2024-01-15T09:00:00Z",
          endDateTime: "2099-01-15T09:00:00Z",
        },
      ];
    });

    it("certificate: an assertion with either thumbprint, either algorithm and any name of the endpoint", async () => {
      const headers: Record<string, string>[] = [{ "x5t#S256": certificate.sha256 }, { x5t: certificate.sha1 }];
      for (const header of headers) {
        for (const alg of ["PS256", "RS256"]) {
          const { status, body } = await request(sign(assertion(), header, alg));
          assert.equal(status, 200, JSON.stringify(body));
          assert.equal(decodeToken(body["access_token"]).claims["appidacr"], "2");
        }
      }
      for (const aud of [`${sandbox.origins.https}/${contoso}/v2.0`, sandbox.origins.http + v1]) {
        assert.equal((await request(sign(assertion({ aud })))).status, 200, aud);
      }
    });

    it("certificate: refused with another key, or a wrong signature, audience, subject or time", async () => {
      const other = await makeTestCertificate();
      const code = async (jwt: Promise<string>) => {
        const { status, body } = await request(jwt);
        assert.equal(status, 401);
        return (body["error_codes"] as number[])[0];
      };
      const now = Math.floor(clock.now().getTime() / 1000);
      assert.equal(await code(sign(assertion(), { "x5t#S256": other.sha256 })), 700027);
      assert.equal(await code(sign(assertion(), {})), 700027);
      const forged = assertion().setProtectedHeader({ alg: "PS256", "x5t#S256": certificate.sha256 });
      assert.equal(await code(forged.sign(other.privateKey)), 700027);
      assert.equal(await code(sign(assertion({ aud: "https://login.example/" }))), 700023);
      assert.equal(await code(sign(assertion({ sub: graphId }))), 700021);
      assert.equal(await code(sign(assertion({ exp: now - 400 }))), 700024);
      assert.equal(await code(sign(assertion({ nbf: now + 500 }))), 700024);
      assert.equal(await code(sign(assertion({ iss: "https://issuer.example" }))), 700211);
    });

    it("certificate: one that the application adds with the proof of another signs in", async () => {
      const next = await makeTestCertificate();
      const iss = daemon.application.id;
      const { body: token } = await request(sign(assertion()));
      const proof = await sign(assertion({ aud: "00000002-0000-0000-c000-000000000000", iss }), {}, "RS256");
      const response = await fetch(`${sandbox.origins.http}/v1.0/applications/${iss}/addKey`, {
        method: "POST",
        headers: { authorization: `Bearer ${String(token["access_token"])}`, "content-type": "application/json" },
        body: JSON.stringify({
          keyCredential: { type: "AsymmetricX509Cert", usage: "Verify", key: next.base64 },
          proof,
        }),
      });
      assert.equal(response.status, 200, await response.text());
      const { privateKey, sha256 } = next;
      const signed = assertion().setProtectedHeader({ alg: "PS256", "x5t#S256": sha256 }).sign(privateKey);
      assert.equal((await request(signed)).status, 200);
    });

    it("certificate: refused after its expiry", async () => {
      const [credential] = daemon.application["keyCredentials"] as Record<string, string>[];
      assert.ok(credential);
      const end = credential["endDateTime"];
      credential["endDateTime"] = inSeconds(-1);
      const { body } = await request(sign(assertion()));
      assert.deepEqual(body["error_codes"], [700027]);
      credential["endDateTime"] = end ?? "";
    });
  });

  describe("with a federated identity credential", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    let issuer = "";
    let server: http.Server;

    before(async () => {
      const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "RS256" };
      server = http.createServer((request, response) => {
        response.setHeader("content-type", "application/json");
        const isKeys = request.url === "/keys";
        response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` }));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const credentials = daemon.tenant.objects("federatedIdentityCredentials");
      const federated = (id: string, from: string) => ({
        id,
        name: id,
        issuer: from,
        subject: "repo:contoso/app",
        description: null,
        audiences: ["api://AzureADTokenExchange"],
      });
      credentials.set("f1", federated("f1", issuer));
      credentials.set("f2", federated("f2", "https://token.actions.example"));
      daemon.tenant.links("applications.federatedIdentityCredentials").set(daemon.application.id, ["f1", "f2"]);
    });
    after(() => server.close());

    const request = async (claims: Record<string, string>, key = privateKey) => {
      const jwt = new SignJWT({ iss: issuer, sub: "repo:contoso/app", aud: "api://AzureADTokenExchange", ...claims })
        .setProtectedHeader({ alg: "RS256", kid: "k1" })
        .setExpirationTime("5m");
      const form = {
        client_secret: undefined,
        client_assertion: await jwt.sign(key),
        client_assertion_type: jwtBearer,
      };
      const { status, body } = await post(sandbox, v2, daemonRequest(daemon, form));
      return status === 200 ? 200 : (body["error_codes"] as number[])[0];
    };

    it("federated credential: the issuer's token is checked with the issuer's keys", async () => {
      assert.equal(await request({}), 200);
      assert.equal(await request({ iss: "https://elsewhere.example" }), 700211);
      assert.equal(await request({ sub: "repo:contoso/other" }), 700213);
      assert.equal(await request({ aud: "api://other" }), 700212);
      const { privateKey: forged } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      assert.equal(await request({}, forged), 700027);
    });

    it("federated credential: no request leaves this machine", async () =>
      assert.equal(await request({ iss: "https://token.actions.example" }), 50166));
  });

  function inSeconds(seconds: number): string {
    return new Date(clock.now().getTime() + seconds * 1000).toISOString();
  }
});

describe("the token keys", () => {
  it("token keys: a damaged file is named", async () => {
    const folder = newFolder();
    const keys = await tokenKeys(folder);
    assert.equal((await tokenKeys(folder)).keyId, keys.keyId);
    await writeFile(path.join(folder, "tokens.json"), "{}");
    await assert.rejects(
      tokenKeys(folder),
      (error) => error instanceof VisibleError && /tokens\.json/.test(error.message),
    );
    await mkdir(path.join(folder, "none"));
  });
});
