/**
 * Unmodified clients of Microsoft's against a sandbox, in a process of their own: its environment makes it trust the sandbox's
 * certificate. Reads what to use from stdin as JSON, prints what the clients got as JSON.
 */
"use strict";

const { ClientCertificateCredential, ClientSecretCredential } = require("@azure/identity");
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

  async msalDeviceCode({ origin, tenantId, clientId }) {
    const application = new PublicClientApplication({ auth: { clientId, ...authority(origin, tenantId) } });
    const result = await application.acquireTokenByDeviceCode({ scopes: ["User.Read"], deviceCodeCallback: () => {} });
    return result.accessToken;
  },
};

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
