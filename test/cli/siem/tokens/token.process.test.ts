/** `mssp token` on the sandbox, with imported stacks: what takes a browser, the engine or OpenSSL. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Daemon, decodeToken, makeTestCertificate, newFolder } from "@defender-mssp/testkit";
import { execa } from "execa";
import { checkout, type Ended } from "../../mssp";
import type { StackProject } from "../../pulumiStack";
import { inSession as runMssp } from "../../testSession";
import { createTokenProject } from "./tokenProject";

describe("mssp token", function () {
  let project: StackProject;
  let connector: Daemon;
  const folder = newFolder();
  let loopbackRedirectUri: string;

  before(async () => ({ project, connector, loopbackRedirectUri } = await createTokenProject({ engine: "real" })));
  after(() => project.dispose());

  const mssp = (...args: string[]): Promise<Ended> =>
    runMssp(args, { folder: project.folder, environment: project.environment });

  /** Runs the command, and opens the address that it shows once `waits` is there. */
  async function signIn(args: readonly string[], browser: (url: string) => Promise<void>) {
    const command = spawn(process.execPath, [path.join(checkout, "cli", "mssp.js"), "token", ...args], {
      cwd: project.folder,
      env: project.environment,
    });
    let [stdout, stderr] = ["", ""];
    command.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    const url = new Promise<string>((resolve) => {
      command.stderr.on("data", (chunk: Buffer) => {
        stderr += chunk.toString();
        const [found] = /https:\/\/127\.0\.0\.1:\S+authorize\S+(?=\n)/.exec(stderr) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const ended = once(command, "close") as Promise<[number]>;
    const shown = await Promise.race([url, ended.then(() => undefined)]);
    if (shown !== undefined) await browser(shown);
    const [exitCode] = await ended;
    return { exitCode, stdout, stderr };
  }

  /** Where the sandbox's sign-in sends the browser. */
  async function signedIn(url: string): Promise<string> {
    const { pathname, search } = new URL(url);
    const response = await fetch(project.sandbox.origins.http + pathname + search, { redirect: "manual" });
    return response.headers.get("location") ?? "";
  }

  it("loopback redirect: the browser returns to this machine, and nothing is pasted", async () => {
    const { exitCode, stdout, stderr } = await signIn(
      ["--stack", "contoso", "--json", "--show-secrets"],
      async (url) => {
        assert.equal(new URL(url).searchParams.get("redirect_uri"), loopbackRedirectUri);
        assert.equal((await fetch(new URL("/favicon.ico", loopbackRedirectUri))).status, 404);
        assert.equal((await fetch(loopbackRedirectUri)).status, 404, "an address without a query is no answer");
        const page = await fetch(await signedIn(url));
        assert.equal(page.status, 200);
        assert.match(await page.text(), /The answer was received.*You can close this window/);
      },
    );
    assert.equal(exitCode, 0, stderr);
    const result = JSON.parse(stdout) as { accessToken: { value: string }; refreshToken: { value: string } };
    assert.equal(decodeToken(result.accessToken.value).claims["aud"], "https://graph.windows.net");
    assert.ok(result.refreshToken.value.length > 100);
  });

  it("device code: requires a registration that allows public clients, and says so", async () => {
    const refused = await mssp("token", "--stack", "contoso", "--device-code");
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /^mssp: AADSTS7000218: .*\n.*needs "Allow public client flows"\. Use the browser\.$/m);
    connector.application["isFallbackPublicClient"] = true;
    const allowed = await mssp("token", "--stack", "contoso", "--device-code");
    connector.application["isFallbackPublicClient"] = false;
    assert.equal(allowed.exitCode, 0, allowed.stderr);
    assert.match(allowed.stderr, /nothing needs to be entered/);
    assert.match(allowed.stdout, /^Refresh token: kept in configuration, valid until /m);
  });

  it("certificate: named by the user, for client credentials, sign-in, renewal and verify", async () => {
    const certificate = await makeTestCertificate();
    connector.application["keyCredentials"] = [
      { keyId: "k", key: certificate.base64, endDateTime: "2099-01-01T00:00:00Z" },
    ];
    const file = path.join(folder, "certificate.pem");
    await writeFile(file, certificate.privateKeyPem + certificate.certificatePem);
    const missing = await mssp("token", "--stack", "certificate", "--client-credentials");
    assert.equal(missing.exitCode, 1);
    assert.match(
      missing.stderr,
      /^mssp: .* uses a certificate with its private key, .*: name its file with --certificate or in MSSP_CERTIFICATE_FILE\.$/,
    );
    const args = ["--stack", "certificate", "--certificate", file];
    const own = await mssp("token", ...args, "--client-credentials", "--json", "--show-secrets");
    const { accessToken } = JSON.parse(own.stdout) as { accessToken: { value: string } };
    assert.equal(decodeToken(accessToken.value).claims["appidacr"], "2");
    const persons = await signIn(args, async (url) => {
      await fetch(await signedIn(url));
    });
    assert.equal(persons.exitCode, 0, persons.stderr);
    // What was got by it is renewed, and tried by `verify`, by it as well.
    assert.equal((await mssp("token", ...args, "--renew")).exitCode, 0);
    const verified = await mssp("verify", ...args, "--json");
    assert.match(verified.stdout, /"refresh token",\s+"state": "passed",\s+"reason": "accepted by Entra; expires in/);
  });

  it("PKCS#12 archive from variables: only the variable of the stack's credential is read", async () => {
    const certificate = await makeTestCertificate();
    connector.application["keyCredentials"] = [
      { keyId: "k", key: certificate.base64, endDateTime: "2099-01-01T00:00:00Z" },
    ];
    const pem = path.join(folder, "pair.pem");
    const archive = path.join(folder, "pair.pfx");
    await writeFile(pem, certificate.privateKeyPem + certificate.certificatePem);
    const openssl = ["pkcs12", "-export", "-in", pem, "-out", archive, "-passout", "pass:its-password"];
    await execa("openssl", openssl);
    const environment = {
      ...project.environment,
      MSSP_CERTIFICATE_FILE: archive,
      MSSP_FEDERATED_TOKEN_FILE: path.join(folder, "no-such-file"),
    };
    const args = ["token", "--stack", "certificate", "--client-credentials", "--json"];
    const run = (more: Record<string, string>) =>
      runMssp(args, { folder: project.folder, environment: { ...environment, ...more } });
    const opened = await run({ MSSP_CERTIFICATE_PASSWORD: "its-password" });
    assert.equal(opened.exitCode, 0, opened.stderr);
    const closed = await run({ MSSP_CERTIFICATE_PASSWORD: "another" });
    assert.equal(closed.exitCode, 1);
    assert.match(closed.stderr, /^mssp: .*pair\.pfx can't be read: .*MSSP_CERTIFICATE_PASSWORD is its password.*$/);
  });

  it("checks the file before the sign-in, and creates it with mode 600", async () => {
    const there = path.join(folder, "there");
    await writeFile(there, "mine", { mode: 0o644 });
    const taken = await mssp("token", "--stack", "contoso", "--out", there);
    assert.match(taken.stderr, /^mssp: .*there is there already\. Name another file, or replace it with --force\.$/);
    const nowhere = await mssp("token", "--stack", "contoso", "--out", path.join(folder, "none", "file"));
    assert.match(nowhere.stderr, /^mssp: The folder of .* isn't there\./);
    const name = await mssp("token", "--stack", "contoso", "--out", "https://v.vault.azure.net/secrets/a_b");
    assert.match(name.stderr, /^mssp: "a_b" is no name for a secret in a key vault/);
    const mistyped = await mssp("token", "--stack", "contoso", "--out", "https://v.vault.azure.net/secret/a");
    assert.match(
      mistyped.stderr,
      /^mssp: --out .* is not the address of a key vault, or of a secret without a version:/,
    );
    const forced = await signIn(["--stack", "contoso", "--out", there, "--force"], async (url) => {
      await fetch(await signedIn(url));
    });
    assert.equal(forced.exitCode, 0, forced.stderr);
    assert.equal((await stat(there)).mode & 0o777, 0o600);
    assert.ok((await readFile(there, "utf8")).length > 100);
  });
});
