import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { discoverEndpoints } from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { makeCertificate } from "./certificate";

describe("microsoft/endpoints", () => {
  it("uses the cloud's own hosts without a metadata host", async () => {
    const found = await discoverEndpoints({});
    assert.equal(found.loginEndpoint, "https://login.microsoftonline.com");
    assert.equal(found.metadataHost, undefined);
    assert.equal(
      (await discoverEndpoints({ ARM_ENVIRONMENT: "usgovernment" })).graphEndpoint,
      "https://graph.microsoft.us",
    );
    assert.equal((await discoverEndpoints({}, { cloud: "dod" })).graphEndpoint, "https://dod-graph.microsoft.us");
    await assert.rejects(
      discoverEndpoints({ ARM_ENVIRONMENT: "moon" }),
      /ARM_ENVIRONMENT is "moon"; allowed are public, usgovernmentl4, usgovernmentl5/,
    );
  });

  describe("with ARM_METADATA_HOSTNAME", () => {
    const folder = newFolder();
    let server: https.Server;
    let host: string;
    let document: unknown;
    const asked: string[] = [];

    before(async () => {
      const { certificate, key } = await makeCertificate();
      await writeFile(path.join(folder, "ca.pem"), certificate);
      server = https.createServer({ cert: certificate, key }, (request, response) => {
        asked.push(`${request.method ?? ""} ${request.url ?? ""} ${request.headers.authorization ?? "no token"}`);
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    after(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    /** In a process of its own: NODE_EXTRA_CA_CERTS counts when Node starts. */
    async function discover(environment: Record<string, string>): Promise<string> {
      const script = `require("@defender-mssp/microsoft").discoverEndpoints().then((e) => console.log(JSON.stringify(e)), (e) => console.log(e.message))`;
      const settings = {
        cwd: path.join(__dirname, "..", "..", ".."),
        env: { PATH: process.env.PATH, ARM_METADATA_HOSTNAME: host, ...environment },
      };
      return (
        await promisify(execFile)(
          process.execPath,
          ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile", "-e", script],
          settings,
        )
      ).stdout.trim();
    }

    it("reads the host's document over TLS, and trims its URLs", async () => {
      document = {
        name: "sandbox",
        resourceManager: `https://${host}/arm/`,
        microsoftGraphResourceId: `https://${host}/`,
        authentication: { loginEndpoint: `http://${host}/` },
      };
      const found = JSON.parse(await discover({ NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem") })) as object;
      assert.deepEqual(found, {
        cloud: "public",
        loginEndpoint: `http://${host}`,
        graphEndpoint: `https://${host}`,
        resourceManagerEndpoint: `https://${host}/arm`,
        metadataHost: host,
      });
      assert.deepEqual(asked, ["GET /metadata/endpoints?api-version=2022-09-01 no token"]);
    });

    it("refuses a document with an unencrypted URL", async () => {
      document = {
        microsoftGraphResourceId: `https://${host}`,
        authentication: { loginEndpoint: "http://login.example" },
      };
      const message = await discover({ NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem") });
      assert.match(message, /has no usable authentication\.loginEndpoint: it must be an https address/);
    });

    it("refuses a document of this machine that names another", async () => {
      document = {
        microsoftGraphResourceId: "https://graph.microsoft.com",
        authentication: { loginEndpoint: `https://${host}` },
        resourceManager: `https://${host}`,
      };
      const message = await discover({ NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem") });
      assert.match(
        message,
        /is this machine's, and its microsoftGraphResourceId is on another: graph\.microsoft\.com\./,
      );
    });

    it("reports a host whose certificate is not trusted", async () =>
      assert.match(await discover({}), /metadata\/endpoints\?api-version=2022-09-01 failed: .*certificate/));
  });
});
