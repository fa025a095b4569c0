/** What somebody would try who wants the proxy to reach, certify or show more than the sandbox. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import http from "node:http";
import net, { type Socket } from "node:net";
import tls from "node:tls";
import { clouds } from "@defender-mssp/microsoft";
import { contoso, temporarySandbox } from "@defender-mssp/testkit";
import type { OpenProxy } from "../../src/proxy/openProxy";
import { addResource, subscriptionIdOf } from "../../src/azure/subscriptions";
import type { OwnSandbox } from "../../src/server";

describe("the sandbox's proxy", () => {
  const lines: string[] = [];
  let sandbox: OwnSandbox;
  let proxy: OpenProxy;
  let authority: string;
  before(async () => {
    sandbox = await temporarySandbox({ log: (line) => lines.push(line) });
    sandbox.cloud.describedTenant({ tenantId: contoso });
    proxy = await sandbox.proxy({ user: {}, tenantId: contoso });
    authority = await readFile(variable("SSL_CERT_FILE"), "utf8");
  });
  after(async () => {
    await proxy.stop();
    await sandbox.stop();
  });

  const variable = (name: string) => proxy.environment.variables[name] ?? "";

  it("listens on 127.0.0.1 only", async () => {
    const connection = net.connect({ host: "127.0.0.2", port: proxy.port });
    const [error] = (await once(connection, "error")) as [Error];
    assert.match(error.message, /ECONNREFUSED/);
  });

  it("opens tunnels to each host of the table of clouds, and to vaults", async () => {
    const hosts = Object.values(clouds).flatMap((cloud) =>
      [
        ...[cloud.loginEndpoint, ...cloud.loginAliases, cloud.graphEndpoint, cloud.resourceManagerEndpoint],
        ...[cloud.defenderApi, cloud.defenderResource, ...Object.values(cloud.alertExporters)],
      ].map((origin) => new URL(origin).hostname),
    );
    for (const host of new Set([...hosts, "contoso-vault.vault.azure.net"])) {
      const socket = await tunnel(`${host}:443`);
      assert.ok(typeof socket !== "number", host);
      socket.destroy();
    }
  });

  for (const target of [
    "example.com:443",
    "graph.microsoft.com:80",
    "graph.microsoft.com:22",
    "graph.microsoft.com.example.com:443",
    "notgraph.microsoft.com:443",
    "a.b.vault.azure.net:443",
    "vault.azure.net:443",
    "127.0.0.1:443",
    "[::1]:443",
    "169.254.169.254:443",
    "graph.microsoft.com",
    "graph.microsoft.com\u0000.example.com:443",
  ]) {
    it(`refuses a tunnel to ${JSON.stringify(target)}, and connects nowhere`, async () => {
      const answered = await rawConnect(target);
      assert.match(answered, /^HTTP\/1\.1 (403|400) /);
      assert.doesNotMatch(answered, /200 Connection/);
    });
  }

  it("names the refused host in the answer, and counts it", async () => {
    assert.match(await rawConnect("example.org:443"), /does not answer for example\.org:443, and forwards nothing/);
    assert.equal(proxy.refusedHosts.get("example.org:443"), 1);
  });

  it("forwards no plain request", async () => {
    const { status, body } = await plainRequest("http://graph.microsoft.com/v1.0/users");
    assert.equal(status, 403);
    assert.match(body, /forwards nothing/);
  });

  it("names in answers are Microsoft's own: issuer, endpoints, links", async () => {
    const { body } = await request("login.microsoftonline.com", `/${contoso}/v2.0/.well-known/openid-configuration`);
    const configuration = JSON.parse(body) as Record<string, string>;
    assert.equal(configuration["issuer"], `https://login.microsoftonline.com/${contoso}/v2.0`);
    assert.equal(configuration["token_endpoint"], `https://login.microsoftonline.com/${contoso}/oauth2/v2.0/token`);
    assert.equal(configuration["msgraph_host"], "graph.microsoft.com");
    const users = await request("graph.microsoft.com", "/v1.0/users?$top=1", {
      authorization: `Bearer ${await accessToken()}`,
    });
    assert.match(users.body, /"@odata\.nextLink":"https:\/\/graph\.microsoft\.com\/v1\.0\/users\?/);
    assert.doesNotMatch(configuration["issuer"] + users.body, /127\.0\.0\.1/);
  });

  it("a vault and its secrets have Microsoft's addresses; a path with two slashes is routed", async () => {
    const tenant = sandbox.cloud.tenant(contoso);
    const scope = `/subscriptions/${subscriptionIdOf(contoso)}`;
    const vault = `${scope}/resourceGroups/g/providers/Microsoft.KeyVault/vaults/contoso-proxied`;
    const type = "Microsoft.KeyVault/vaults";
    const common = { location: "westeurope", tags: {} };
    addResource(tenant, { ...common, id: vault, name: "contoso-proxied", type, properties: { tenantId: contoso } });
    const authorization = `Bearer ${await accessToken("https://management.azure.com/.default")}`;
    for (const slashes of ["", "/"]) {
      const { status, body } = await request("management.azure.com", `${slashes}${vault}?api-version=2023-07-01`, {
        authorization,
      });
      assert.equal(status, 200, body);
      assert.match(body, /"vaultUri":"https:\/\/contoso-proxied\.vault\.azure\.net\/"/);
    }
  });

  it("the sandbox's own address keeps its own names beside the proxy", async () => {
    const answer = await fetch(`${sandbox.origins.http}/${contoso}/v2.0/.well-known/openid-configuration`);
    const { issuer } = (await answer.json()) as { issuer: string };
    assert.equal(issuer, `${sandbox.origins.https}/${contoso}/v2.0`);
  });

  it("no service is reached under the name of another, and neither control routes nor pages", async () => {
    const authorization = `Bearer ${await accessToken()}`;
    for (const [host, path] of [
      ["login.microsoftonline.com", "/v1.0/users"],
      ["login.microsoftonline.com", "/sandbox/status"],
      ["login.microsoftonline.com", "/subscriptions"],
      ["graph.microsoft.com", `/${contoso}/oauth2/v2.0/token`],
      ["graph.microsoft.com", "/subscriptions?api-version=2022-12-01"],
      ["graph.microsoft.com", "/sandbox/hello"],
      ["graph.microsoft.com", "/"],
      ["management.azure.com", "/v1.0/users"],
      ["graph.microsoft.com", "/v1.0/policies/authorizationPolicy/$value"],
      ["management.azure.com", "//v1.0/users"],
      ["management.azure.com", "/sandbox/status"],
      ["api.securitycenter.microsoft.com", "/v1.0/users"],
      ["graph.windows.net", "/myorganization/users"],
    ] as const) {
      const { status } = await request(host, path, { authorization });
      assert.equal(status, 404, `${host}${path}`);
    }
    const named = [...proxy.unknownRequests.keys()];
    for (const path of ["sandbox/hello", "v1.0/policies/authorizationPolicy/$value"])
      assert.ok(named.includes(`GET https://graph.microsoft.com/${path}`), named.join("\n"));
  });

  it("a token that the sandbox has not issued gets 401 everywhere, and is in no log", async () => {
    const real = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"iss":"https://sts.windows.net/"}').toString("base64url")}.c2lnbmF0dXJl`;
    for (const [host, path] of [
      ["graph.microsoft.com", "/v1.0/users"],
      ["graph.microsoft.com", "/v1.0/sites"],
      ["graph.microsoft.com", "/anything"],
      ["management.azure.com", "/subscriptions?api-version=2022-12-01"],
      ["management.azure.com", "/providers/Microsoft.Compute?api-version=2022-12-01"],
      ["contoso-vault.vault.azure.net", "/secrets/a?api-version=7.4"],
      ["wdatp-alertexporter-eu.securitycenter.windows.com", "/api/alerts"],
    ] as const) {
      const { status } = await request(host, path, { authorization: `Bearer ${real}` });
      assert.equal(status, 401, `${host}${path}`);
    }
    assert.ok(lines.length > 0);
    assert.ok(lines.every((line) => !line.includes("c2lnbmF0dXJl")));
    const kept = [...proxy.unknownRequests.keys(), ...proxy.refusedHosts.keys()].join("\n");
    assert.doesNotMatch(kept, /c2lnbmF0dXJl/);
  });

  it("a request for another host within a tunnel is refused", async () => {
    const { status, body } = await request("graph.microsoft.com", "/v1.0/users", { host: "login.microsoftonline.com" });
    assert.equal(status, 421);
    assert.match(body, /graph\.microsoft\.com alone/);
  });

  it("the authority is limited to the hosts, lives a week, and its key is in no file", async () => {
    const certificate = new X509Certificate(authority);
    assert.equal(certificate.ca, true);
    assert.ok(Date.parse(certificate.validTo) - Date.now() < 8 * 24 * 60 * 60 * 1000);
    const der = certificate.raw.toString("latin1");
    assert.ok(der.includes("graph.microsoft.com") && der.includes("vault.azure.net"));
    assert.doesNotMatch(authority, /PRIVATE KEY/);
    const { mode } = await stat(variable("SSL_CERT_FILE"));
    assert.equal((mode & 0o777).toString(8), "600");
    const [first, second] = await Promise.all([sandbox.proxy({ user: {} }), sandbox.proxy({ user: {} })]);
    const files = [first, second].map(({ environment }) => environment.variables["SSL_CERT_FILE"] ?? "");
    const [one, other] = await Promise.all(files.map((file) => readFile(file, "utf8")));
    assert.notEqual(one, other, "each run has its own");
    await Promise.all([first.stop(), second.stop()]);
    await assert.rejects(stat(files[0] ?? ""), /ENOENT/);
  });

  it("certificates of the hosts have the identifiers that strict clients demand", async () => {
    const socket = await secured("graph.microsoft.com");
    const { raw, subjectaltname } = socket.getPeerCertificate(true);
    socket.destroy();
    assert.equal(subjectaltname, "DNS:graph.microsoft.com");
    // subjectKeyIdentifier (2.5.29.14) and authorityKeyIdentifier (2.5.29.35), in both certificates.
    for (const certificate of [raw, new X509Certificate(authority).raw])
      for (const last of [0x0e, 0x23]) assert.ok(certificate.includes(Buffer.from([0x06, 0x03, 0x55, 0x1d, last])));
  });

  it("a pipeline with a real tenant's credential gets no proxy", async () => {
    const user = { CI: "true", AZURE_CLIENT_SECRET: "hunter2-hunter2" };
    await assert.rejects(sandbox.proxy({ user }), (error: Error) => {
      assert.match(error.message, /^AZURE_CLIENT_SECRET is set in this pipeline/);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
    const allowed = await sandbox.proxy({ user: { CI: "true" } });
    await allowed.stop();
  });

  it("the environment has no sign-in of the user's, and keeps loopback out of the proxy", async () => {
    const user = {
      AZURE_CLIENT_CERTIFICATE_PATH: "x",
      ARM_USE_OIDC: "true",
      IDENTITY_ENDPOINT: "http://x",
      PATH: "/bin",
    };
    const opened = await sandbox.proxy({ user });
    await opened.stop();
    const { variables, removed } = opened.environment;
    assert.deepEqual([...removed].sort(), ["ARM_USE_OIDC", "AZURE_CLIENT_CERTIFICATE_PATH", "IDENTITY_ENDPOINT"]);
    for (const name of ["NO_PROXY", "no_proxy"]) assert.match(variables[name] ?? "", /127\.0\.0\.1,localhost/);
    for (const name of ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])
      assert.equal(variables[name], variables["SSL_CERT_FILE"]);
  });

  async function accessToken(scope = "https://graph.microsoft.com/.default"): Promise<string> {
    const form = new URLSearchParams({
      client_id: variable("AZURE_CLIENT_ID"),
      client_secret: variable("AZURE_CLIENT_SECRET"),
      grant_type: "client_credentials",
      scope,
    });
    const path = `/${contoso}/oauth2/v2.0/token`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const { body } = await request("login.microsoftonline.com", path, headers, form.toString());
    return (JSON.parse(body) as { access_token: string }).access_token;
  }

  /** A socket of a tunnel, or the status of the refusal. */
  async function tunnel(target: string): Promise<Socket | number> {
    const connecting = http.request({ host: "127.0.0.1", port: proxy.port, method: "CONNECT", path: target });
    connecting.end();
    const [response, socket] = (await once(connecting, "connect")) as [http.IncomingMessage, Socket];
    if (response.statusCode === 200) return socket;
    socket.destroy();
    return response.statusCode ?? 0;
  }

  /** What the proxy answers to a CONNECT that Node.js's client would not send. */
  async function rawConnect(target: string): Promise<string> {
    const socket = net.connect(proxy.port, "127.0.0.1");
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, "close");
    return text;
  }

  async function secured(host: string): Promise<tls.TLSSocket> {
    const socket = await tunnel(`${host}:443`);
    assert.ok(typeof socket !== "number", host);
    const secure = tls.connect({ socket, servername: host, ca: authority });
    await once(secure, "secureConnect");
    return secure;
  }

  async function request(host: string, path: string, headers: Record<string, string> = {}, body = "") {
    const socket = await secured(host);
    const sent = http.request({
      createConnection: () => socket,
      method: body === "" ? "GET" : "POST",
      path,
      headers: { host, ...headers, "content-length": Buffer.byteLength(body), connection: "close" },
    });
    sent.end(body);
    return answerTo(sent);
  }

  async function plainRequest(url: string) {
    const sent = http.request({ host: "127.0.0.1", port: proxy.port, path: url });
    sent.end();
    return answerTo(sent);
  }
});

async function answerTo(sent: http.ClientRequest): Promise<{ status: number; body: string }> {
  const [answer] = (await once(sent, "response")) as [http.IncomingMessage];
  let body = "";
  for await (const chunk of answer) body += String(chunk);
  return { status: answer.statusCode ?? 0, body };
}
