import assert from "node:assert/strict";
import { createPublicKey, createVerify, X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import {
  EnvironmentError,
  requestToken,
  ServiceError,
  type Endpoints,
  type Environment,
  type TokenOptions,
} from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { readPkcs12 } from "../../src/entra/pkcs12";
import { archivePassword, encryptedArchive, legacyRsaArchive, modernRsaArchive, plainKeyArchive } from "./archives";
import { makeCertificate } from "../certificate";
import { loopback, type Loopback, type SeenRequest } from "../loopback";

const tenantId = "c0570500-0000-4000-8000-00000000000a";
const audience = "https://api.securitycenter.microsoft.com";

describe("microsoft/entra/token", () => {
  let server: Loopback;
  let folder: string;
  let answer: (request: SeenRequest) => { status?: number; headers?: Record<string, string>; body?: unknown };

  beforeEach(async () => {
    answer = () => ({ body: { access_token: "the.access.token", expires_in: 3599, token_type: "Bearer" } });
    server = await loopback((request) => answer(request));
    folder = newFolder();
  });

  afterEach(() => server.close());

  const endpoints = (metadataHost: string | undefined = "127.0.0.1"): Endpoints => ({
    cloud: "public",
    loginEndpoint: server.origin,
    graphEndpoint: server.origin,
    resourceManagerEndpoint: server.origin,
    metadataHost,
  });
  const ask = (environment: Environment, more: Partial<TokenOptions> = {}) =>
    requestToken({ tenantId, audience, environment, endpoints: endpoints(), ...more });
  const form = () => Object.fromEntries(new URLSearchParams(server.seen.at(-1)?.body));

  it("requests a v2 token of the customer's tenant with a client secret", async () => {
    const before = Date.now();
    const token = await ask({ ARM_CLIENT_ID: "app", ARM_CLIENT_SECRET: "s3cret+/" });
    assert.equal(token.accessToken, "the.access.token");
    const issued = token.expiresOn.getTime() - 3_599_000;
    assert.ok(issued >= before && issued <= Date.now(), token.expiresOn.toISOString());
    assert.equal(server.seen[0]?.url, `/${tenantId}/oauth2/v2.0/token`);
    assert.deepEqual(form(), {
      grant_type: "client_credentials",
      client_id: "app",
      scope: `${audience}/.default`,
      client_secret: "s3cret+/",
    });
  });

  it("requests a v1 token with a resource", async () => {
    answer = () => ({ body: { access_token: "t", expires_in: "3599" } });
    const token = await ask(
      { ARM_CLIENT_ID: "app", ARM_CLIENT_SECRET: "x" },
      { v1: true, audience: "https://graph.windows.net" },
    );
    assert.ok(token.expiresOn.getTime() > Date.now());
    assert.equal(server.seen[0]?.url, `/${tenantId}/oauth2/token`);
    assert.equal(form().resource, "https://graph.windows.net");
    assert.equal(form().scope, undefined);
  });

  it("reads client ID and client secret from files", async () => {
    const [id, secret] = [path.join(folder, "id"), path.join(folder, "secret")];
    await Promise.all([writeFile(id, "app\n"), writeFile(secret, "from-file\n")]);
    await ask({ ARM_CLIENT_ID_FILE_PATH: id, ARM_CLIENT_SECRET_FILE_PATH: secret });
    assert.deepEqual([form().client_id, form().client_secret], ["app", "from-file"]);
  });

  it("signs an assertion with a certificate, which takes precedence over a secret", async () => {
    const made = await makeCertificate("RSA");
    const certificate = new X509Certificate(made.certificate);
    const file = path.join(folder, "client.pem");
    await writeFile(file, `${made.certificate}\n${made.key}`);
    await ask({ ARM_CLIENT_ID: "app", ARM_CLIENT_SECRET: "unused", ARM_CLIENT_CERTIFICATE_PATH: file });
    const sent = form();
    assert.equal(sent.client_secret, undefined);
    assert.equal(sent.client_assertion_type, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    const [header, claims, signature] = sent.client_assertion!.split(".") as [string, string, string];
    const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
    assert.equal(
      decode(header).x5t,
      Buffer.from(certificate.fingerprint.replaceAll(":", ""), "hex").toString("base64url"),
    );
    assert.deepEqual(
      [decode(claims).iss, decode(claims).sub, decode(claims).aud],
      ["app", "app", `${server.origin}/${tenantId}/oauth2/v2.0/token`],
    );
    assert.ok(
      createVerify("RSA-SHA256").update(`${header}.${claims}`).verify(certificate.publicKey, signature, "base64url"),
    );
  });

  for (const [kind, archive] of Object.entries({
    encryptedArchive,
    plainKeyArchive,
    modernRsaArchive,
    legacyRsaArchive,
  })) {
    it(`reads a PKCS#12 archive as the azuread plugin does: ${kind}`, () => {
      const { key, certificate } = readPkcs12(Buffer.from(archive, "base64"), archivePassword);
      assert.equal(certificate.subject, "CN=test");
      assert.ok(certificate.checkPrivateKey(key));
      assert.ok(createPublicKey(key).equals(certificate.publicKey));
      // The thumbprint goes to Entra: the certificate must be the archive's to the byte.
      assert.ok(certificate.verify(certificate.publicKey));
    });
  }

  it("refuses a PKCS#12 archive that is truncated, changed, or has another password", () => {
    const archive = Buffer.from(legacyRsaArchive, "base64");
    const changed = Buffer.from(archive);
    changed.writeUInt8(changed.readUInt8(400) ^ 1, 400);
    for (const damaged of [archive.subarray(0, 1000), changed, Buffer.from("no archive"), Buffer.alloc(0)]) {
      assert.throws(() => readPkcs12(damaged, archivePassword));
    }
    assert.throws(
      () => readPkcs12(archive, "wr0ng-pass"),
      (error: Error) => !error.message.includes("wr0ng-pass"),
    );
  });

  it("names the variable of an unreadable archive, and not the password", async () => {
    const environment = {
      ARM_CLIENT_ID: "app",
      ARM_CLIENT_CERTIFICATE: encryptedArchive,
      ARM_CLIENT_CERTIFICATE_PASSWORD: "wr0ng-pass",
    };
    await assert.rejects(ask(environment), (failure: Error) => {
      assert.ok(failure instanceof EnvironmentError);
      assert.match(failure.message, /^ARM_CLIENT_CERTIFICATE can't be read/);
      assert.doesNotMatch(failure.message, /wr0ng/);
      return true;
    });
    await assert.rejects(
      ask({ ARM_CLIENT_ID: "app", ARM_CLIENT_CERTIFICATE_PATH: path.join(folder, "none.pfx") }),
      /The file that ARM_CLIENT_CERTIFICATE_PATH names can't be read: ENOENT/,
    );
  });

  it("accepts a federated token from a variable, a file or a request URL", async () => {
    const file = path.join(folder, "token");
    await writeFile(file, "from.the.file\n");
    await ask({ ARM_CLIENT_ID: "app", ARM_OIDC_TOKEN: "given.to.us" });
    assert.equal(form().client_assertion, "given.to.us");
    await ask({ ARM_CLIENT_ID: "app", ARM_OIDC_TOKEN_FILE_PATH: file });
    assert.equal(form().client_assertion, "from.the.file");
    answer = ({ url }) => ({
      body: url.startsWith("/github") ? { value: "from.the.provider" } : { access_token: "t", expires_in: 1 },
    });
    await ask({
      ARM_CLIENT_ID: "app",
      ACTIONS_ID_TOKEN_REQUEST_URL: `${server.origin}/github?v=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runner",
    });
    assert.equal(form().client_assertion, "from.the.provider");
    const asked = server.seen.at(-2);
    assert.equal(asked?.url, "/github?v=1&audience=api%3A%2F%2FAzureADTokenExchange");
    assert.equal(asked.headers.authorization, "Bearer runner");
  });

  it("names the missing credential variables", async () => {
    await assert.rejects(
      ask({}),
      /ARM_CLIENT_ID is not set, and one of ARM_CLIENT_SECRET, ARM_CLIENT_CERTIFICATE_PATH, ARM_OIDC_TOKEN must go with it\.$/,
    );
    await assert.rejects(
      ask({ ARM_CLIENT_ID: "app" }),
      /^EnvironmentError: ARM_CLIENT_ID is set, but one of ARM_CLIENT_SECRET/,
    );
    await assert.rejects(ask({ ARM_CLIENT_SECRET: "x" }), /ARM_CLIENT_ID is not set, and it must name the application/);
    assert.equal(server.seen.length, 0);
  });

  it("uses the Azure CLI last, and never for hosts of another party", async function () {
    if (process.platform === "win32") this.skip();
    const expires = Math.floor(Date.now() / 1000) + 100;
    await writeFile(
      path.join(folder, "az"),
      `#!/bin/sh\necho "{\\"accessToken\\":\\"cli:$*\\",\\"expires_on\\":${expires}}"\n`,
      { mode: 0o755 },
    );
    const environment = { PATH: `${folder}:${process.env.PATH ?? ""}` };
    const token = await ask(environment, { endpoints: { ...endpoints(), metadataHost: undefined } });
    assert.equal(
      token.accessToken,
      `cli:account get-access-token --output json --tenant ${tenantId} --scope ${audience}/.default`,
    );
    assert.equal(token.expiresOn.getTime(), expires * 1000);
    await assert.rejects(ask(environment), EnvironmentError);
    await assert.rejects(
      ask({ ...environment, ARM_USE_CLI: "false" }, { endpoints: { ...endpoints(), metadataHost: undefined } }),
      EnvironmentError,
    );
    await writeFile(path.join(folder, "az"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await assert.rejects(
      ask(environment, { endpoints: { ...endpoints(), metadataHost: undefined } }),
      /The Azure CLI \(az\) has no token for this tenant either/,
    );
  });

  it("reports Entra's error without the secret", async () => {
    answer = () => ({
      status: 401,
      body: {
        error: "invalid_client",
        error_description: "AADSTS7000215: Invalid client secret 's3cr3t' provided.\r\nTrace ID: 1",
      },
    });
    await assert.rejects(ask({ ARM_CLIENT_ID: "app", ARM_CLIENT_SECRET: "s3cr3t" }), (failure: Error) => {
      assert.ok(failure instanceof ServiceError);
      assert.equal(failure.serviceCode, "AADSTS7000215");
      assert.match(failure.message, /answered 401: AADSTS7000215: Invalid client secret '…' provided\.$/);
      return true;
    });
  });

  it("refuses an answer without a token", async () => {
    answer = () => ({ body: "<html>sign in to the hotel's network</html>" });
    await assert.rejects(
      ask({ ARM_CLIENT_ID: "app", ARM_CLIENT_SECRET: "x" }),
      /answered 200: there is no access token in it/,
    );
  });
});
