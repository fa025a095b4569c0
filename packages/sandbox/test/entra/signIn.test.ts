import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dayMs as day } from "@defender-mssp/errors/time";
import { Clock } from "../../src/cloud/clock";
import type { StoredObject } from "../../src/cloud/model";
import { propertyText } from "../../src/entra/signInDirectory";
import {
  addDaemon,
  clientIdOf,
  contoso,
  type Daemon,
  daemonId,
  decodeToken,
  defenderId,
  defined,
  get,
  graphId,
  post,
  temporarySandbox,
  fixtureOfEach,
} from "@defender-mssp/testkit";

const redirectUri = "https://contoso.com/SiemMsspConnector";

describe("signing in", () => {
  const clock = new Clock();
  const sandbox = fixtureOfEach(() => temporarySandbox({ clock }));
  let connector: Daemon;

  beforeEach(() => {
    connector = addDaemon(sandbox.cloud);
    connector.application["web"] = { redirectUris: [redirectUri, "https://contoso.com/other?x=1"] };
    grant(graphId, "User.Read SecurityAlert.Read.All");
    grant(defenderId, "Alert.Read");
  });

  function grant(resourceAppId: string, scope: string, principalId?: string): void {
    const resource = [...connector.tenant.objects("servicePrincipals").values()].find(
      (object) => object["appId"] === resourceAppId,
    );
    const id = `grant-${resourceAppId}-${principalId ?? ""}`;
    connector.tenant.objects("oauth2PermissionGrants").set(id, {
      id,
      clientId: connector.servicePrincipal.id,
      consentType: principalId === undefined ? "AllPrincipals" : "Principal",
      principalId: principalId ?? null,
      resourceId: resource?.id ?? "",
      scope,
    });
  }

  const v2 = {
    client_id: daemonId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "https://graph.microsoft.com/User.Read offline_access openid profile",
    state: "s&t=ate",
  };

  const authorize = (query: Readonly<Record<string, string | undefined>>, path = "/oauth2/v2.0") => {
    return get(sandbox, `/${contoso}${path}/authorize?${new URLSearchParams(defined(query)).toString()}`);
  };

  async function codeFor(query: Readonly<Record<string, string | undefined>>, path?: string): Promise<string> {
    const { status, headers, text } = await authorize(query, path);
    assert.equal(status, 302, text);
    return new URL(headers.get("location") ?? "").searchParams.get("code") ?? "";
  }

  const redeem = (form: Readonly<Record<string, string | undefined>>, path = "/oauth2/v2.0") =>
    post(sandbox, `/${contoso}${path}/token`, {
      client_id: daemonId,
      client_secret: connector.secret,
      grant_type: "authorization_code",
      redirect_uri: redirectUri,
      ...form,
    });

  const firstAdministrator = (): StoredObject => {
    const [user] = [...connector.tenant.objects("users").values()];
    assert.ok(user);
    return user;
  };

  describe("the authorization endpoint", () => {
    it("authorization: signs in the first administrator and returns code and state", async () => {
      for (const prompt of [undefined, "select_account", "login", "none", "consent"]) {
        const { status, headers } = await authorize({ ...v2, prompt });
        assert.equal(status, 302);
        const location = new URL(headers.get("location") ?? "");
        assert.equal(location.origin + location.pathname, redirectUri);
        assert.equal(location.searchParams.get("state"), "s&t=ate");
        const code = location.searchParams.get("code") ?? "";
        const { body } = await redeem({ code });
        assert.equal(decodeToken(body["id_token"]).claims["oid"], firstAdministrator().id);
      }
    });

    it("authorization: answers in fragment or form on request and keeps the redirect URI's query", async () => {
      const fragment = new URL((await authorize({ ...v2, response_mode: "fragment" })).headers.get("location") ?? "");
      assert.match(fragment.hash, /^#code=.+&state=s%26t%3Date/);
      assert.equal(fragment.search, "");
      const form = await authorize({ ...v2, response_mode: "form_post" });
      assert.equal(form.status, 200);
      assert.match(form.text, /<form method="POST" action="https:\/\/contoso\.com\/SiemMsspConnector">/);
      assert.match(form.text, /name="state" value="s&amp;t=ate"/);
      const other = new URL(
        (await authorize({ ...v2, redirect_uri: "https://contoso.com/other?x=1" })).headers.get("location") ?? "",
      );
      assert.equal(other.searchParams.get("x"), "1");
    });

    it("authorization: signs in the user of login_hint", async () => {
      const second = [...connector.tenant.objects("users").values()][1];
      const code = await codeFor({ ...v2, login_hint: propertyText(second?.["userPrincipalName"]).toUpperCase() });
      const { body } = await redeem({ code });
      assert.equal(decodeToken(body["access_token"]).claims["oid"], second?.id);
    });

    it("authorization: AADSTS50011 on a page, without a redirect, for an unknown redirect URI", async () => {
      for (const wrong of ["https://SiemMsspConnector", `${redirectUri}/`, "https://evil.example/<script>"]) {
        const { status, headers, text } = await authorize({ ...v2, redirect_uri: wrong });
        assert.equal(status, 400);
        assert.equal(headers.get("location"), null);
        assert.match(headers.get("content-type") ?? "", /text\/html/);
        assert.match(text, /AADSTS50011/);
        assert.ok(!text.includes("<script"));
      }
      assert.match((await authorize({ ...v2, client_id: graphId })).text, /AADSTS700016/);
      assert.match((await authorize({ ...v2, client_id: undefined })).text, /AADSTS900144/);
      connector.application["web"] = { redirectUris: [] };
      assert.match((await authorize({ ...v2, redirect_uri: undefined })).text, /AADSTS500113/);
    });

    it("authorization: other errors are sent to the redirect URI", async () => {
      const error = async (change: Readonly<Record<string, string | undefined>>) => {
        const { status, headers } = await authorize({ ...v2, ...change });
        assert.equal(status, 302);
        const { searchParams } = new URL(headers.get("location") ?? "");
        assert.equal(searchParams.get("state"), "s&t=ate");
        assert.equal(searchParams.get("code"), null);
        return [searchParams.get("error"), /AADSTS\d+/.exec(searchParams.get("error_description") ?? "")?.[0]];
      };
      assert.deepEqual(await error({ response_type: "token" }), ["unsupported_response_type", "AADSTS70005"]);
      assert.deepEqual(await error({ response_type: undefined }), ["invalid_request", "AADSTS900144"]);
      assert.deepEqual(await error({ scope: undefined }), ["invalid_request", "AADSTS900144"]);
      assert.deepEqual(await error({ code_challenge: "x", code_challenge_method: "md5" }), [
        "invalid_request",
        "AADSTS501491",
      ]);
    });

    it("authorization: a public client may use any port of http://localhost", async () => {
      connector.application["publicClient"] = { redirectUris: ["http://localhost"] };
      assert.equal((await authorize({ ...v2, redirect_uri: "http://localhost:49152" })).status, 302);
      assert.equal((await authorize({ ...v2, redirect_uri: "http://localhost:49152/elsewhere" })).status, 400);
    });

    it("authorization: accepts the parameters as a form", async () => {
      const response = await fetch(`${sandbox.origins.http}/${contoso}/oauth2/v2.0/authorize`, {
        method: "POST",
        body: new URLSearchParams(v2),
        redirect: "manual",
      });
      assert.equal(response.status, 302);
    });
  });

  describe("a code", () => {
    it("code: gives the user's tokens with the granted permissions", async () => {
      const { status, body } = await redeem({ code: await codeFor({ ...v2, nonce: "n" }), client_info: "1" });
      assert.equal(status, 200, JSON.stringify(body));
      const { claims } = decodeToken(body["access_token"]);
      assert.equal(claims["scp"], "SecurityAlert.Read.All User.Read");
      assert.equal(claims["roles"], undefined);
      assert.equal(claims["idtyp"], "user");
      assert.equal(claims["upn"], firstAdministrator()["userPrincipalName"]);
      assert.equal(claims["oid"], firstAdministrator().id);
      assert.equal(claims["ver"], "1.0");
      assert.deepEqual(String(body["scope"]).split(" ").sort(), [
        "SecurityAlert.Read.All",
        "User.Read",
        "openid",
        "profile",
      ]);
      const id = decodeToken(body["id_token"]).claims;
      assert.deepEqual([id["aud"], id["nonce"], id["ver"]], [daemonId, "n", "2.0"]);
      assert.equal(id["iss"], `${sandbox.origins.https}/${contoso}/v2.0`);
      const information = JSON.parse(Buffer.from(String(body["client_info"]), "base64url").toString()) as unknown;
      assert.deepEqual(information, { uid: firstAdministrator().id, utid: contoso });
      assert.ok(typeof body["refresh_token"] === "string");
    });

    it("code: a refresh token and an ID token require their scopes", async () => {
      const { body } = await redeem({ code: await codeFor({ ...v2, scope: "https://graph.microsoft.com/.default" }) });
      assert.deepEqual(Object.keys(body).sort(), [
        "access_token",
        "expires_in",
        "ext_expires_in",
        "scope",
        "token_type",
      ]);
    });

    it("code: another API's permissions have full names", async () => {
      const scope = "https://api.securitycenter.microsoft.com/Alert.Read";
      const { body } = await redeem({ code: await codeFor({ ...v2, scope }) });
      assert.equal(body["scope"], scope);
      assert.equal(decodeToken(body["access_token"]).claims["aud"], "https://api.securitycenter.microsoft.com");
    });

    it("code: grants of other users do not count", async () => {
      grant(graphId, "User.Read");
      grant(graphId, "Group.Read.All", firstAdministrator().id);
      grant(graphId, "Mail.Read", "somebody-else");
      const { body } = await redeem({ code: await codeFor({ ...v2, scope: "https://graph.microsoft.com/.default" }) });
      assert.equal(decodeToken(body["access_token"]).claims["scp"], "Group.Read.All User.Read");
    });

    it("code: accepted by the version 1 endpoint, which the legacy alert API's clients use", async () => {
      const query = { client_id: daemonId, response_type: "code", redirect_uri: redirectUri };
      for (const [resource, scp] of [
        ["https://graph.windows.net", "User.Read"],
        ["https://api.securitycenter.microsoft.com", "Alert.Read"],
      ]) {
        const code = await codeFor({ ...query, resource, prompt: "select_account" }, "/oauth2");
        const { status, body } = await redeem({ code, resource }, "/oauth2");
        assert.equal(status, 200, JSON.stringify(body));
        assert.deepEqual([body["resource"], body["scope"], body["expires_in"]], [resource, scp, "3599"]);
        const { claims } = decodeToken(body["access_token"]);
        assert.deepEqual([claims["aud"], claims["scp"]], [resource, scp]);
        assert.ok("refresh_token" in body && "id_token" in body);
      }
    });

    it("code: AADSTS65001 without consent", async () => {
      for (const scope of ["https://graph.microsoft.com/Mail.Read", "https://api.security.microsoft.com/.default"]) {
        const { status, body } = await redeem({ code: await codeFor({ ...v2, scope }) });
        assert.deepEqual(
          [status, body["error"], body["error_codes"], body["suberror"]],
          [400, "invalid_grant", [65001], "consent_required"],
        );
      }
    });

    it("code: AADSTS54005 at the second use", async () => {
      const code = await codeFor(v2);
      assert.equal((await redeem({ code })).status, 200);
      const { status, body } = await redeem({ code });
      assert.deepEqual([status, body["error"], body["error_codes"]], [400, "invalid_grant", [54005]]);
    });

    it("code: refused if invalid, expired, of another client or with another redirect URI", async () => {
      const code = async (form: Readonly<Record<string, string | undefined>>) => {
        const { status, body } = await redeem(form);
        assert.equal(status, 400);
        return [body["error"], ...(body["error_codes"] as number[])];
      };
      assert.deepEqual(await code({ code: "nonsense" }), ["invalid_grant", 9002313]);
      assert.deepEqual(await code({ code: undefined }), ["invalid_request", 900144]);
      const refresh = String((await redeem({ code: await codeFor(v2) })).body["refresh_token"]);
      assert.deepEqual(await code({ code: refresh }), ["invalid_grant", 9002313]);
      const good = await codeFor(v2);
      assert.deepEqual(await code({ code: good, redirect_uri: "https://contoso.com/other?x=1" }), [
        "invalid_grant",
        500112,
      ]);
      assert.deepEqual(await code({ code: good, redirect_uri: undefined }), ["invalid_request", 900144]);
      const other = addDaemon(sandbox.cloud, {}, { applicationId: "07e40000-0000-4000-8000-000000000001" });
      const asOther = { client_id: clientIdOf(other), client_secret: other.secret };
      assert.deepEqual(await code({ code: good, ...asOther }), ["invalid_grant", 700005]);
      clock.advance(11 * 60 * 1000);
      assert.deepEqual(await code({ code: good }), ["invalid_grant", 70008]);
    });

    it("code: requires the client's secret, for a public client PKCE", async () => {
      const anonymous = { client_secret: undefined };
      const verifier = "v".repeat(43);
      const challenge = createHash("sha256").update(verifier).digest("base64url");
      const pkce = { code_challenge: challenge, code_challenge_method: "S256" };
      const refused = await redeem({ code: await codeFor({ ...v2, ...pkce }), code_verifier: verifier, ...anonymous });
      assert.deepEqual([refused.status, refused.body["error_codes"]], [401, [7000218]]);
      connector.application["publicClient"] = { redirectUris: ["http://localhost"] };
      const installed = { redirect_uri: "http://localhost" };
      const code = await codeFor({ ...v2, ...installed, ...pkce });
      assert.equal((await redeem({ code, code_verifier: verifier, ...installed, ...anonymous })).status, 200);
      const withoutPkce = await redeem({ code: await codeFor({ ...v2, ...installed }), ...installed, ...anonymous });
      assert.equal(withoutPkce.status, 401);
    });

    it("code: AADSTS501481 with another PKCE verifier", async () => {
      const challenge = { code_challenge: "plain-challenge-of-43-characters-xxxxxxxxxxxx" };
      const code = async (code_verifier: string | undefined) =>
        (await redeem({ code: await codeFor({ ...v2, ...challenge }), code_verifier })).body["error_codes"];
      assert.deepEqual(await code("wrong"), [501481]);
      assert.deepEqual(await code(undefined), [501481]);
      assert.equal(await code(challenge.code_challenge), undefined);
      const s256 = { code_challenge: challenge.code_challenge, code_challenge_method: "S256" };
      const { body } = await redeem({
        code: await codeFor({ ...v2, ...s256 }),
        code_verifier: challenge.code_challenge,
      });
      assert.deepEqual(body["error_codes"], [501481]);
    });
  });

  describe("a refresh token", () => {
    const refresh = (refresh_token: string, form: Readonly<Record<string, string | undefined>> = {}, path?: string) =>
      redeem({ grant_type: "refresh_token", redirect_uri: undefined, refresh_token, ...form }, path);
    const firstToken = async () => String((await redeem({ code: await codeFor(v2) })).body["refresh_token"]);

    it("refresh token: gives new tokens and a new refresh token; the old one stays valid", async () => {
      const first = await firstToken();
      const { status, body } = await refresh(first);
      assert.equal(status, 200, JSON.stringify(body));
      assert.notEqual(body["refresh_token"], first);
      assert.equal(decodeToken(body["access_token"]).claims["scp"], "SecurityAlert.Read.All User.Read");
      assert.equal((await refresh(String(body["refresh_token"]))).status, 200);
      assert.equal((await refresh(first)).status, 200);
    });

    it("refresh token: gives tokens of another API in both versions", async () => {
      const first = await firstToken();
      const scope = "https://api.securitycenter.microsoft.com/.default";
      const { body } = await refresh(first, { scope });
      assert.equal(decodeToken(body["access_token"]).claims["scp"], "Alert.Read");
      const v1 = await refresh(first, { resource: "https://graph.windows.net" }, "/oauth2");
      assert.equal(decodeToken(v1.body["access_token"]).claims["aud"], "https://graph.windows.net");
    });

    it("refresh token: AADSTS700082 after 90 days", async () => {
      const first = await firstToken();
      clock.advance(89 * day);
      const { status, body } = await refresh(first);
      assert.equal(status, 200);
      clock.advance(2 * day);
      assert.deepEqual((await refresh(first)).body["error_codes"], [700082]);
      assert.equal((await refresh(String(body["refresh_token"]))).status, 200);
    });

    it("refresh token: ends with the user, the consent or the service principal; refused for another client", async () => {
      const first = await firstToken();
      const code = async (form = {}) => (await refresh(first, form)).body["error_codes"];
      assert.deepEqual(await code({ client_secret: "wrong" }), [7000215]);
      assert.deepEqual(await code({ client_secret: undefined }), [7000218]);
      const other = addDaemon(sandbox.cloud, {}, { applicationId: "07e40000-0000-4000-8000-000000000001" });
      const asOther = { client_id: clientIdOf(other), client_secret: other.secret };
      assert.deepEqual(await code(asOther), [700005]);
      firstAdministrator()["accountEnabled"] = false;
      assert.deepEqual(await code(), [50173]);
      firstAdministrator()["accountEnabled"] = true;
      connector.tenant.objects("oauth2PermissionGrants").clear();
      assert.deepEqual(await code(), [65001]);
      grant(graphId, "User.Read");
      const servicePrincipals = connector.tenant.objects("servicePrincipals");
      servicePrincipals.delete(connector.servicePrincipal.id);
      servicePrincipals.set("again", { ...connector.servicePrincipal, id: "again" });
      assert.deepEqual(await code(), [50173]);
    });

    it("refresh token: refused as a code and as an access token", async () => {
      const code = await codeFor(v2);
      assert.deepEqual((await refresh(code)).body["error_codes"], [9002313]);
      const { body } = await redeem({ code });
      assert.deepEqual((await refresh(String(body["access_token"]))).body["error_codes"], [9002313]);
    });
  });

  it("device code: pending at first, then the tokens once", async () => {
    connector.application["isFallbackPublicClient"] = true;
    const path = `/${contoso}/oauth2/v2.0`;
    const start = await post(sandbox, `${path}/devicecode`, { client_id: daemonId, scope: v2.scope });
    assert.equal(start.status, 200);
    assert.deepEqual(Object.keys(start.body).sort(), [
      "device_code",
      "expires_in",
      "interval",
      "message",
      "user_code",
      "verification_uri",
    ]);
    const poll = () =>
      post(sandbox, `${path}/token`, {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        client_id: daemonId,
        device_code: String(start.body["device_code"]),
      });
    const pending = await poll();
    assert.deepEqual([pending.status, pending.body["error"]], [400, "authorization_pending"]);
    const done = await poll();
    assert.equal(done.status, 200, done.text);
    assert.equal(decodeToken(done.body["access_token"]).claims["scp"], "SecurityAlert.Read.All User.Read");
    assert.deepEqual((await poll()).body["error_codes"], [54005]);
  });

  it("userinfo: names the user of a Graph token with the ID token's subject", async () => {
    const { body } = await redeem({ code: await codeFor(v2) });
    const header = { authorization: `Bearer ${String(body["access_token"])}` };
    const answer = await get(sandbox, "/oidc/userinfo", header);
    assert.equal(answer.status, 200);
    assert.equal(answer.body["sub"], decodeToken(body["id_token"]).claims["sub"]);
    assert.equal(answer.body["name"], firstAdministrator()["displayName"]);
    assert.equal((await get(sandbox, "/oidc/userinfo")).status, 401);
    assert.equal((await get(sandbox, `/${contoso}/oauth2/v2.0/logout`)).status, 200);
  });
});
