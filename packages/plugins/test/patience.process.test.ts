/** What the azuread stand-in does when Graph is slow to learn of new objects, throttles, or refuses for good. */
import assert from "node:assert/strict";
import fs from "node:fs";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import path from "node:path";
import { serverCertificate, newFolder } from "@defender-mssp/testkit";
import { PluginClient, refusal } from "./pluginClient";
import { type LonePlugin, startLonePlugin } from "./pluginProcess";

const userId = "6f0f3b1e-0f5a-4c39-9f0e-3a5b9d6c1b11";
const assignmentId = "a1";
const assignment = { appRoleId: userId, principalObjectId: userId, resourceObjectId: userId };
const lookUp = `GET /v1.0/servicePrincipals/${userId}`;
const grant = `POST /v1.0/servicePrincipals/${userId}/appRoleAssignedTo`;
const readBack = `GET /v1.0/servicePrincipals/${userId}/appRoleAssignedTo/${assignmentId}`;

interface Reply {
  /** 0: never answered. -1: the connection is reset. -2: it is closed without an answer. -3: it is closed within the body. */
  status: number;
  headers?: Record<string, string>;
  body?: object;
}

/** Graph's error envelope. */
function refused(status: number, code: string, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: { error: { code, message: `${code}.` } } };
}

describe("The azuread stand-in's retries and waiting", function () {
  const folder = newFolder();
  /** Answers in order, by method and path; the last one stays. */
  let script: Record<string, Reply[]> = {};
  let asked: string[] = [];
  let server: https.Server;
  let plugin: LonePlugin;
  let client: PluginClient;

  before(async () => {
    const certificate = await serverCertificate(folder, new Date());
    server = https.createServer({ key: certificate.privateKey, cert: certificate.certificate }, (request, response) => {
      const url = (request.url ?? "").split("?")[0] ?? "";
      const reply = fixed(url, request.headers.host ?? "") ?? scripted(`${request.method ?? ""} ${url}`);
      if (reply.status === 0) return;
      if (reply.status === -1) {
        (request.socket as Socket & { readonly _parent: Socket })._parent.resetAndDestroy();
        return;
      }
      if (reply.status === -2) {
        request.socket.destroy();
        return;
      }
      if (reply.status === -3) {
        response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
        response.write('{"keyId":', () => request.socket.destroy());
        return;
      }
      response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
      response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const trust = path.join(folder, "trust.pem");
    // The plugin's garbage is collected all the time, so that nothing that it waits for lives by
    // chance.
    const collector = path.join(folder, "collector.js");
    fs.writeFileSync(
      collector,
      `require("node:v8").setFlagsFromString("--expose-gc");
      const collect = require("node:vm").runInNewContext("gc");
      setInterval(collect, 200).unref();`,
    );
    fs.writeFileSync(trust, certificate.certificate);
    plugin = await startLonePlugin("azuread", trust, {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --require ${JSON.stringify(collector)}`,
      // A proxy of the user's, which Node.js 24 reads and which no server is reached by.
      HTTPS_PROXY: "http://127.0.0.1:9",
      NODE_USE_ENV_PROXY: "1",
      ARM_METADATA_HOSTNAME: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      ARM_CLIENT_ID: "c",
      ARM_CLIENT_SECRET: "the secret",
      ARM_TENANT_ID: "c0570500-0000-4000-8000-00000000000a",
    });
    client = PluginClient.at(plugin.port, "azuread");
    await client.configure({});
  });

  beforeEach(() => {
    asked = [];
    script = {
      [lookUp]: [{ status: 200, body: { id: userId } }],
      [grant]: [{ status: 201, body: { id: assignmentId, resourceId: userId } }],
      [readBack]: [{ status: 200, body: { id: assignmentId, principalId: userId } }],
    };
  });

  after(async () => {
    await client.stop();
    await plugin.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("addPassword, whose answer ends in the middle: names the step and no request, as the official plugin", async () => {
    const application = "6f0f3b1e-0f5a-4c39-9f0e-3a5b9d6c1b12";
    script[`GET /v1.0/applications/${application}`] = [{ status: 200, body: { id: application } }];
    script[`POST /v1.0/applications/${application}/addPassword`] = [{ status: -3 }];
    const error = await refusal(
      client.create("ApplicationPassword", { applicationId: `/applications/${application}`, displayName: "SIEM" }),
    );
    assert.match(error, /Adding password for Application .*: unmarshaling response body: unexpected end of JSON input/);
    assert.doesNotMatch(error, /POST https/);
  });

  it("any other create whose answer ends in the middle: the same", async () => {
    script[grant] = [{ status: -3 }];
    const error = await refusal(client.create("AppRoleAssignment", assignment));
    assert.match(error, /: unmarshaling response body: unexpected end of JSON input/);
    assert.doesNotMatch(error, /POST https/);
  });

  it("what a deleted catalog holds: an error at every read, as the official plugin's", async () => {
    const [id, group] = ["6f0f3b1e-0f5a-4c39-9f0e-3a5b9d6c1b15", "6f0f3b1e-0f5a-4c39-9f0e-3a5b9d6c1b16"];
    script[`GET /beta/identityGovernance/entitlementManagement/accessPackageCatalogs/${id}/accessPackageResources`] = [
      refused(404, "CatalogNotFound"),
    ];
    const error = await refusal(client.read("AccessPackageResourceCatalogAssociation", `${id}/${group}`));
    assert.match(error, /Retrieving Access Package Resource Catalog Association: unexpected status 404/);
  });

  it("what a deleted access package gives: an error at every read, as the official plugin's", async () => {
    const [id, group] = ["6f0f3b1e-0f5a-4c39-9f0e-3a5b9d6c1b13", "6f0f3b1e-0f5a-4c39-9f0e-3a5b9d6c1b14"];
    const base = "/beta/identityGovernance/entitlementManagement/accessPackages";
    script[`GET ${base}/${id}`] = [refused(404, "AccessPackageNotFound")];
    const error = await refusal(client.read("AccessPackageResourcePackageAssociation", `${id}/s1/${group}/Member`));
    assert.match(error, /Retrieving .*Resource Role Scope.*404/s);
  });

  it("create: waits for replication and for Retry-After", async () => {
    script[grant] = [
      refused(404, "Request_ResourceNotFound"),
      refused(429, "TooManyRequests", { "retry-after": "1" }),
      ...script[grant]!,
    ];
    const started = Date.now();
    const { state } = await client.create("AppRoleAssignment", assignment);
    assert.equal(state.principalObjectId, userId);
    assert.deepEqual(asked, [lookUp, grant, grant, grant, readBack]);
    assert.ok(Date.now() - started >= 1900, "a second before the second try, and the second that Retry-After asks for");
  });

  it("403: not repeated, and the error has no secret", async () => {
    script[grant] = [refused(403, "Authorization_RequestDenied")];
    const text = await refusal(client.create("AppRoleAssignment", assignment));
    assert.match(text, /answered 403: Authorization_RequestDenied/);
    assert.doesNotMatch(text, /the secret|Bearer/);
    assert.deepEqual(asked, [lookUp, grant]);
  });

  it("repeats 424 and 5xx for each method, not 501, as the official client", async () => {
    const created = script[grant]!;
    script[grant] = [refused(424, "FailedDependency"), refused(504, "UnknownError"), ...created];
    await client.create("AppRoleAssignment", assignment);
    assert.equal(asked.filter((one) => one.startsWith("POST")).length, 3);
    script[grant] = [refused(501, "NotImplemented")];
    assert.match(await refusal(client.create("AppRoleAssignment", assignment)), /answered 501/);
    assert.equal(asked.filter((one) => one.startsWith("POST")).length, 4);
  });

  it("reset connection: a read is repeated, a write is not", async () => {
    script[readBack] = [{ status: -1 }, ...script[readBack]!];
    assert.equal((await client.create("AppRoleAssignment", assignment)).state.principalObjectId, userId);
    assert.equal(asked.filter((one) => one === readBack).length, 2);
    script[grant] = [{ status: -1 }];
    await refusal(client.create("AppRoleAssignment", assignment));
    assert.equal(asked.filter((one) => one.startsWith("POST")).length, 2);
  });

  it("connection closed without an answer (Go's EOF): nothing is repeated, a read neither", async () => {
    script[`GET /v1.0/applications/${userId}`] = [{ status: -2 }, { status: 200, body: { id: userId } }];
    const read = client.read("ApplicationRegistration", `/applications/${userId}`);
    assert.match(await refusal(read), /GET \S+ failed: other side closed/);
    assert.equal(asked.filter((one) => one.startsWith("GET")).length, 1);
  });

  it("a client secret whose poll ends with EOF: the create fails without an ID, in the official plugin's words", async () => {
    const application = { id: userId, passwordCredentials: [] };
    const path = `/v1.0/applications/${userId}`;
    script[`GET ${path}`] = [{ status: 200, body: application }, { status: -2 }];
    script[`POST ${path}/addPassword`] = [{ status: 200, body: { keyId: "k", secretText: "s" } }];
    const failure = await client.create("ApplicationPassword", { applicationId: `/applications/${userId}` }).then(
      () => assert.fail("created"),
      (error: unknown) => error as Error & { readonly id?: string },
    );
    assert.match(
      failure.message,
      new RegExp(`Waiting for password credential for Application \\(Application: "${userId}"\\): GET \\S+ failed: `),
    );
    assert.equal(failure.id, undefined);
  });

  it("create: waits until the new object can be read", async () => {
    const application = { id: userId, displayName: "SIEM" };
    script["POST /v1.0/applications"] = [{ status: 201, body: application }];
    script[`GET /v1.0/applications/${userId}`] = [
      refused(404, "Request_ResourceNotFound"),
      { status: 200, body: application },
    ];
    const { id } = await client.create("ApplicationRegistration", { displayName: "SIEM" });
    assert.equal(id, `/applications/${userId}`);
    assert.equal(asked.length, 3);
  });

  it("expired token: a new one is requested once", async () => {
    script[readBack] = [refused(401, "InvalidAuthenticationToken"), ...script[readBack]!];
    assert.equal((await client.create("AppRoleAssignment", assignment)).state.principalObjectId, userId);
    script[grant] = [refused(401, "InvalidAuthenticationToken")];
    assert.match(await refusal(client.create("AppRoleAssignment", assignment)), /answered 401/);
    assert.equal(asked.filter((one) => one.startsWith("POST")).length, 3);
  });

  it("timeout: ends with the service's last answer", async () => {
    script[grant] = [refused(404, "Request_ResourceNotFound")];
    // Two seconds of patience; without them the stand-in would wait for the official plugin's
    // minutes, and mocha would not.
    assert.match(await refusal(client.create("AppRoleAssignment", assignment, false, 2)), /Request_ResourceNotFound/);
  });

  it("timeout: ends a call to a service that does not answer", async () => {
    script[grant] = [{ status: 0 }];
    const text = await refusal(client.create("AppRoleAssignment", assignment, false, 1));
    assert.match(text, /^1 error occurred:\n\t\* the operation has not ended in time\n\n$/);
  });

  // The last one: a plugin that was canceled does nothing more.
  it("cancel: ends the waiting", async () => {
    script[grant] = [refused(404, "Request_ResourceNotFound")];
    const refusedText = refusal(client.create("AppRoleAssignment", assignment));
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await client.cancel();
    assert.match(await refusedText, /Request_ResourceNotFound/);
  });

  /** Where everything is, and a token. */
  function fixed(url: string, host: string): Reply | undefined {
    const origin = `https://${host}`;
    if (url === "/metadata/endpoints") {
      const authentication = { loginEndpoint: origin };
      const body = { name: "x", resourceManager: origin, microsoftGraphResourceId: origin, authentication };
      return { status: 200, body };
    }
    if (!url.endsWith("/oauth2/v2.0/token")) return undefined;
    const claims = Buffer.from(JSON.stringify({ oid: userId })).toString("base64url");
    return { status: 200, body: { access_token: `e30.${claims}.x`, token_type: "Bearer", expires_in: 3600 } };
  }

  function scripted(request: string): Reply {
    asked.push(request);
    const replies = script[request] ?? [];
    return (replies.length > 1 ? replies.shift() : replies[0]) ?? refused(404, "Request_ResourceNotFound");
  }
});
