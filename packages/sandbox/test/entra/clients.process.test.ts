/** Microsoft's own clients, unmodified, get tokens from the sandbox. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { execa } from "execa";
import { msspTenantId } from "../../src/cloud/identity";
import { commandEnvironment } from "../../src/server";
import {
  addDaemon,
  contoso,
  type Daemon,
  daemonId,
  decodeToken,
  graphId,
  makeTestCertificate,
  temporarySandbox,
  type TestCertificate,
  newFolder,
  fixture,
} from "@defender-mssp/testkit";

describe("Microsoft's clients", function () {
  // Each is a process that loads a large library.
  const sandbox = fixture(temporarySandbox);
  let daemon: Daemon;
  let certificate: TestCertificate;
  let certificatePath = "";

  before(async () => {
    daemon = addDaemon(sandbox.cloud, { [graphId]: ["SecurityAlert.Read.All"] });
    certificate = await makeTestCertificate();
    certificatePath = path.join(newFolder(), "certificate.pem");
    await writeFile(certificatePath, certificate.privateKeyPem + certificate.certificatePem);
    daemon.application["keyCredentials"] = [
      { keyId: "k", key: certificate.base64, endDateTime: "2099-01-01T00:00:00Z" },
    ];
    daemon.application["web"] = { redirectUris: ["https://contoso.com/SiemMsspConnector"] };
    const graph = [...daemon.tenant.objects("servicePrincipals").values()].find(
      (object) => object["appId"] === graphId,
    );
    daemon.tenant.objects("oauth2PermissionGrants").set("g", {
      id: "g",
      clientId: daemon.servicePrincipal.id,
      consentType: "AllPrincipals",
      principalId: null,
      resourceId: graph?.id ?? "",
      scope: "User.Read",
    });
  });

  async function run(scenario: string, more: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const input = {
      origin: sandbox.origins.https,
      tenantId: contoso,
      clientId: daemonId,
      clientSecret: daemon.secret,
      scope: "https://graph.microsoft.com/.default",
      redirectUri: "https://contoso.com/SiemMsspConnector",
      privateKey: certificate.privateKeyPem,
      thumbprintSha256: Buffer.from(certificate.sha256, "base64url").toString("hex"),
      certificatePath,
      ...more,
    };
    const { stdout } = await execa(process.execPath, [path.join(__dirname, "clients.js")], {
      input: JSON.stringify({ scenario, input }),
      env: commandEnvironment(await sandbox.environment()),
      extendEnv: false,
    });
    return JSON.parse(stdout);
  }

  for (const scenario of [
    "identitySecret",
    "identityCertificate",
    "identityAssertion",
    "msalSecret",
    "msalCertificate",
    "msalAssertion",
  ]) {
    it(`application token: ${scenario}`, async () => {
      const { claims } = decodeToken(await run(scenario));
      assert.deepEqual(claims["roles"], ["SecurityAlert.Read.All"]);
      assert.equal(claims["appidacr"], scenario.endsWith("Secret") ? "1" : "2");
    });
  }

  it("refusal with a wrong secret: msalWrongSecret", async () => {
    const { errorCode, errorMessage } = (await run("msalWrongSecret")) as Record<string, string>;
    assert.equal(errorCode, "invalid_client");
    assert.match(errorMessage ?? "", /AADSTS7000215/);
  });

  it("user sign-in by code with PKCE and silent renewal: msalCode", async () => {
    const { account, accessToken, renewed, fromCache } = (await run("msalCode")) as Record<string, unknown>;
    const [administrator] = [...daemon.tenant.objects("users").values()];
    assert.equal(account, administrator?.["userPrincipalName"]);
    assert.equal(decodeToken(accessToken).claims["scp"], "User.Read");
    assert.equal(fromCache, false);
    assert.notEqual(renewed, accessToken);
    assert.equal(decodeToken(renewed).claims["oid"], administrator?.id);
  });

  it("user sign-in by a loopback address on any port: msalLoopback", async () => {
    daemon.application["publicClient"] = { redirectUris: ["http://localhost"] };
    assert.equal(decodeToken(await run("msalLoopback")).claims["scp"], "User.Read");
  });

  it("user sign-in by device code: msalDeviceCode", async () => {
    daemon.application["isFallbackPublicClient"] = true;
    assert.equal(decodeToken(await run("msalDeviceCode")).claims["scp"], "User.Read");
  });

  for (const tenant of [contoso, "organizations"]) {
    it(`user sign-in by the Azure CLI's application to ${tenant}`, async () => {
      const { armToken, graphToken, tenants } = (await run("azureCli", { tenant })) as {
        armToken: string;
        graphToken: string;
        tenants: { tenantId: string }[];
      };
      // Whoever names no tenant is somebody of the MSSP's.
      const reached = tenant === contoso ? contoso : msspTenantId;
      const [arm, graph] = [decodeToken(armToken).claims, decodeToken(graphToken).claims];
      assert.deepEqual([arm["tid"], arm["scp"], arm["appidacr"]], [reached, "user_impersonation", "0"]);
      assert.deepEqual([graph["tid"], graph["oid"]], [reached, arm["oid"]]);
      assert.match(String(graph["scp"]), /^Application\.ReadWrite\.All .*Directory\.AccessAsUser\.All/);
      assertEach(tenants, ({ tenantId }) => tenantId, [reached]);
      assert.ok(![...daemon.tenant.objects("servicePrincipals").values()].some(({ appId }) => appId === arm["appid"]));
    });
  }

  it("alerts: all pages are followed: alertPages", async () => {
    const { count, distinct, pages } = (await run("alertPages")) as Record<string, number>;
    assert.ok(count !== undefined && count >= 2159 && count === distinct, `${count}, ${distinct}`);
    assert.equal(pages, 5);
  });
});
