/** The stand-in works against this machine only, and asks for the sandbox's address as the official plugin does. */
import assert from "node:assert/strict";
import fs from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { trustCertificates, newFolder } from "@defender-mssp/testkit";
import { serverCertificate } from "@defender-mssp/testkit";
import { credentialsOf } from "../src/azuread/configuration";
import { refuseOtherHost } from "../src/azuread/graph";
import { azureadProvider } from "../src/azuread/provider";
import { PluginClient, refusal } from "./pluginClient";

const environment = { ARM_METADATA_HOSTNAME: "127.0.0.1:8443", ARM_CLIENT_ID: "from the environment" };

describe("The azuread stand-in's hosts", () => {
  for (const host of ["https://127.0.0.1:8443", "https://localhost", "https://[::1]:8443", "http://127.9.9.9/x"]) {
    it(`metadata host: ${host} is accepted`, () => refuseOtherHost("it", host));
  }

  for (const host of [
    "https://graph.microsoft.com",
    "https://127.0.0.1.example.com",
    "https://127.0.0.1@example.com",
    "https://localhost.example.com",
    "https://10.0.0.1",
    "https://[::2]",
    "https://",
  ]) {
    it(`metadata host: ${host} is refused`, () =>
      assert.throws(() => refuseOtherHost("it", host), /works against this machine only/));
  }

  it("configuration: the provider's arguments precede the environment", () => {
    const found = credentialsOf({ clientId: "given", tenantId: "t" }, environment);
    assert.equal(found.clientId, "given");
    assert.equal(found.tenantId, "t");
    assert.equal(credentialsOf({ tenantId: "t" }, environment).clientId, "from the environment");
  });

  it("configuration: a provider without a tenant is refused, as by the official plugin", () => {
    assert.throws(() => credentialsOf({}, environment), /neither azuread:tenantId nor ARM_TENANT_ID is set/);
    assert.equal(credentialsOf({}, { ...environment, ARM_TENANT_ID: "t" }).tenantId, "t");
  });

  it("configuration: requires the sandbox's address", () =>
    assert.throws(() => credentialsOf({}, {}), /neither azuread:metadataHost nor ARM_METADATA_HOSTNAME is set/));

  it("configuration: a metadata host of another machine is refused before any call", async () => {
    const plugin = await PluginClient.over(azureadProvider("6.9.1"));
    const text = await refusal(plugin.configure({ metadataHost: "management.azure.com" }));
    await plugin.stop();
    assert.match(text, /works against this machine only, and azuread:metadataHost names management\.azure\.com/);
  });

  it("configuration: an unknown cloud is refused", () => {
    assert.throws(() => credentialsOf({ environment: "moon" }, environment), /failed to read Azure environment "moon"/);
  });

  it("metadata document: a host of another machine is refused before a token is requested", async () => {
    const folder = newFolder();
    const certificate = await serverCertificate(folder, new Date());
    const asked: string[] = [];
    const server = https.createServer(
      { key: certificate.privateKey, cert: certificate.certificate },
      (request, response) => {
        asked.push(request.url ?? "");
        response.setHeader("content-type", "application/json");
        response.end(
          JSON.stringify({
            name: "x",
            resourceManager: "https://127.0.0.1/arm",
            microsoftGraphResourceId: "https://graph.microsoft.com/",
            authentication: { loginEndpoint: "https://127.0.0.1/" },
          }),
        );
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const trust = path.join(folder, "trust.pem");
    fs.writeFileSync(trust, certificate.certificate);
    trustCertificates(trust);
    const provider = azureadProvider("6.9.1", {
      ARM_METADATA_HOSTNAME: `127.0.0.1:${port}`,
      ARM_CLIENT_ID: "c",
      ARM_CLIENT_SECRET: "not to be sent",
      ARM_TENANT_ID: "c0570500-0000-4000-8000-00000000000a",
    });
    const client = await PluginClient.over(provider);
    const text = await refusal(client.configure({}));
    await client.stop();
    await new Promise((resolve) => server.close(resolve));
    fs.rmSync(folder, { recursive: true });
    assert.match(text, /microsoftGraphResourceId is on another: graph\.microsoft\.com\./);
    assert.deepEqual(asked, ["/metadata/endpoints?api-version=2022-09-01"]);
  });
});
