/**
 * Unmodified clients of Microsoft's against a sandbox, in a process of their own: its environment
 * makes it trust the sandbox's certificate. Reads what to use from stdin as JSON, prints what the
 * clients got as JSON.
 */
"use strict";

const { constants, createPrivateKey, createSign, randomUUID } = require("node:crypto");
const { ClientAssertionCredential, ClientCertificateCredential, ClientSecretCredential } = require("@azure/identity");
const { ConfidentialClientApplication, CryptoProvider, PublicClientApplication } = require("@azure/msal-node");

const scenarios = {
  /** @azure/identity with a secret. */
  async identitySecret({ origin, tenantId, clientId, clientSecret, scope }) {
    const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, {
      authorityHost: origin,
      disableInstanceDiscovery: true,
    });
    return (await credential.getToken(scope)).token;
  },

  /** @azure/identity with a certificate, which signs an assertion. */
  async identityCertificate({ origin, tenantId, clientId, certificatePath, scope }) {
    const options = { authorityHost: origin, disableInstanceDiscovery: true };
    const credential = new ClientCertificateCredential(tenantId, clientId, { certificatePath }, options);
    return (await credential.getToken(scope)).token;
  },

  /** @azure/identity with an assertion of the caller's own making. */
  async identityAssertion(input) {
    const { origin, tenantId, clientId, scope } = input;
    const options = { authorityHost: origin, disableInstanceDiscovery: true };
    const credential = new ClientAssertionCredential(tenantId, clientId, async () => signedAssertion(input), options);
    return (await credential.getToken(scope)).token;
  },

  /** msal with the same, called back for it. */
  async msalAssertion(input) {
    const application = confidential(input, { clientAssertion: async () => signedAssertion(input) });
    return (await application.acquireTokenByClientCredential({ scopes: [input.scope] })).accessToken;
  },

  /**
   * The Azure CLI's way, by its own application: a person signs in to no tenant in particular, and
   * the refresh token is good for another API.
   */
  async azureCli({ origin, tenant, scope }) {
    const clientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    const application = new PublicClientApplication({ auth: { clientId, ...authority(origin, tenant) } });
    const result = await application.acquireTokenByDeviceCode({
      scopes: ["https://management.core.windows.net//.default"],
      deviceCodeCallback: () => {},
    });
    const renewed = await application.acquireTokenSilent({ scopes: [scope], account: result.account });
    const headers = { authorization: `Bearer ${result.accessToken}` };
    const tenants = await (await fetch(`${origin}/tenants?api-version=2022-12-01`, { headers })).json();
    return { armToken: result.accessToken, graphToken: renewed.accessToken, tenants: tenants.value };
  },

  /** Every page of the alerts, by the links that the pages have. */
  async alertPages(input) {
    const token = await scenarios.identitySecret(input);
    const ids = [];
    let pages = 0;
    for (let url = `${input.origin}/v1.0/security/alerts_v2?$top=500`; url !== undefined; pages++) {
      const page = await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json();
      ids.push(...page.value.map(({ id }) => id));
      url = page["@odata.nextLink"];
    }
    return { count: ids.length, distinct: new Set(ids).size, pages };
  },

  async msalSecret(input) {
    return (await confidential(input).acquireTokenByClientCredential({ scopes: [input.scope] })).accessToken;
  },

  async msalCertificate(input) {
    const { privateKey, thumbprintSha256 } = input;
    const application = confidential(input, { clientCertificate: { privateKey, thumbprintSha256 } });
    return (await application.acquireTokenByClientCredential({ scopes: [input.scope] })).accessToken;
  },

  async msalWrongSecret(input) {
    const application = confidential(input, { clientSecret: "wrong" });
    const error = await application.acquireTokenByClientCredential({ scopes: [input.scope] }).catch((reason) => reason);
    return { errorCode: error.errorCode, errorMessage: error.errorMessage };
  },

  /** Authorization code with PKCE, then a silent renewal by the refresh token that msal keeps. */
  async msalCode(input) {
    const application = confidential(input);
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
    const request = { scopes: ["User.Read"], redirectUri: input.redirectUri };
    const address = await application.getAuthCodeUrl({
      ...request,
      codeChallenge: challenge,
      codeChallengeMethod: "S256",
      prompt: "select_account",
      state: "state",
    });
    const answer = await fetch(address, { redirect: "manual" });
    const location = new URL(answer.headers.get("location"));
    const code = location.searchParams.get("code");
    const result = await application.acquireTokenByCode({ ...request, code, codeVerifier: verifier });
    const renewed = await application.acquireTokenSilent({
      scopes: ["User.Read"],
      account: result.account,
      forceRefresh: true,
    });
    return {
      account: result.account.username,
      accessToken: result.accessToken,
      renewed: renewed.accessToken,
      fromCache: renewed.fromCache,
    };
  },

  /** A program of a person's own, which the browser comes back to on a port that was free. */
  async msalLoopback({ origin, tenantId, clientId }) {
    const application = new PublicClientApplication({ auth: { clientId, ...authority(origin, tenantId) } });
    // A browser sends the form of the last page by itself.
    const openBrowser = async (url) => {
      const page = await (await fetch(url)).text();
      const [, action] = /action="([^"]+)"/.exec(page) ?? [];
      if (action === undefined) return;
      const fields = [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
      await fetch(action, { method: "POST", body: new URLSearchParams(fields) });
    };
    const result = await application.acquireTokenInteractive({ scopes: ["User.Read"], openBrowser });
    return result.accessToken;
  },

  async msalDeviceCode({ origin, tenantId, clientId }) {
    const application = new PublicClientApplication({ auth: { clientId, ...authority(origin, tenantId) } });
    const result = await application.acquireTokenByDeviceCode({ scopes: ["User.Read"], deviceCodeCallback: () => {} });
    return result.accessToken;
  },
};

/** A JWT as the registration's certificate signs it, with PS256, as msal for Python does. */
function signedAssertion({ origin, tenantId, clientId, privateKey, thumbprintSha256 }) {
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const x5t = Buffer.from(thumbprintSha256, "hex").toString("base64url");
  const audience = `${origin}/${tenantId}/oauth2/v2.0/token`;
  const claims = { iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), nbf: now, exp: now + 300 };
  const content = `${encoded({ alg: "PS256", typ: "JWT", "x5t#S256": x5t })}.${encoded(claims)}`;
  const key = { key: createPrivateKey(privateKey), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return `${content}.${createSign("sha256").update(content).sign(key, "base64url")}`;
}

function authority(origin, tenantId) {
  return { authority: `${origin}/${tenantId}`, knownAuthorities: [new URL(origin).host] };
}

function confidential({ origin, tenantId, clientId, clientSecret }, credentials = { clientSecret }) {
  return new ConfidentialClientApplication({ auth: { clientId, ...authority(origin, tenantId), ...credentials } });
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const { scenario, input } = JSON.parse(Buffer.concat(chunks).toString());
  process.stdout.write(JSON.stringify(await scenarios[scenario](input)));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
