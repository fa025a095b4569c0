/** `mssp token` on the sandbox, what takes neither a browser nor the engine. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { decodeToken, makeTestCertificate, newFolder } from "@defender-mssp/testkit";
import { codeOf } from "@defender-mssp/siem/tokens/signIn";
import type { Ended } from "../../mssp";
import { secret, type StackProject } from "../../pulumiStack";
import { inSession as runMssp } from "../../testSession";
import { createTokenProject, redirectUri } from "./tokenProject";

describe("mssp token", function () {
  let project: StackProject;
  const folder = newFolder();
  let loopbackRedirectUri: string;

  before(async () => {
    const created = await createTokenProject({ engine: "stand-in" });
    ({ project, loopbackRedirectUri } = created);
    const { outputs } = created;
    const connectorOfMssp = { kind: "msspApp", credential: "secret", alertApis: ["graph"] };
    await project.addStack("mssp", { ...outputs, connector: connectorOfMssp });
    await project.addStack("wrong", { ...outputs, clientSecret: secret("not-the-secret") });
    await project.addStack("elsewhere", { ...outputs, redirectUri: "https://elsewhere.example/SiemMsspConnector" });
    await project.addStack("nothing");
  });
  after(() => project.dispose());

  const mssp = (...args: string[]): Promise<Ended> =>
    runMssp(args, { folder: project.folder, environment: project.environment });

  it("loopback redirect: one error when the port is in use", async () => {
    const other = http.createServer().listen(Number(new URL(loopbackRedirectUri).port), "localhost");
    await once(other, "listening");
    const { exitCode, stderr } = await mssp("token", "--stack", "contoso");
    other.close();
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: Port \d+ of the redirect URI .* is in use by another program\. Free it, or use --paste\.$/m,
    );
  });

  it("client credentials: a token for each API with the client secret", async () => {
    const graph = await mssp("token", "--stack", "contoso", "--client-credentials", "--show-secrets", "--json");
    const { api, accessToken } = JSON.parse(graph.stdout) as { api: string; accessToken: { value: string } };
    assert.equal(api, "graph");
    assert.deepEqual(decodeToken(accessToken.value).claims["roles"], ["SecurityAlert.Read.All"]);
    const legacy = await mssp("token", "--stack", "contoso", "--client-credentials", "--api", "legacySiem");
    assert.match(legacy.stdout, /^Access token for legacySiem: valid until [^\n]+$/);
  });

  it("refuses a file without a matching certificate and key in one line, without the file's content", async () => {
    const [one, other] = await Promise.all([makeTestCertificate(), makeTestCertificate()]);
    const files: Record<string, [string, RegExp]> = {
      "certificate-alone.pem": [one.certificatePem, /there is no private key in it/],
      "key-alone.pem": [one.privateKeyPem, /there is no certificate in it/],
      "mixed.pem": [other.privateKeyPem + one.certificatePem, /the private key in it is another certificate's/],
    };
    for (const [name, [text, said]] of Object.entries(files)) {
      const file = path.join(folder, name);
      await writeFile(file, text);
      const refused = await mssp("token", "--stack", "certificate", "--client-credentials", "--certificate", file);
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, said);
      assert.match(refused.stderr, /^mssp: [^\n]+$/);
      assert.ok(!refused.stderr.includes("BEGIN"));
    }
    const wrong = ["token", "--stack", "contoso", "--client-credentials", "--certificate", "mixed.pem"];
    const { exitCode, stderr } = await mssp(...wrong);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: .* uses a client secret: replace --certificate with --client-secret-file\.$/);
  });

  it("MSSP's own application: refuses a sign-in and allows client credentials", async () => {
    const { exitCode, stderr } = await mssp("token", "--stack", "mssp");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: .* reads alerts without a signed-in user\. Use --client-credentials\.$/);
    assert.equal((await mssp("token", "--stack", "mssp", "--client-credentials")).exitCode, 0);
    const api = await mssp("token", "--stack", "contoso", "--api", "legacyApi");
    assert.equal(api.exitCode, 2);
    assert.match(api.stderr, /Allowed choices are graph, legacySiem\./);
  });

  it("reports a wrong secret, redirect URI or stack without showing a secret", async () => {
    const wrong = await mssp("token", "--stack", "wrong", "--client-credentials");
    assert.match(wrong.stderr, /AADSTS7000215.*\nThe client secret is wrong/);
    assert.doesNotMatch(wrong.stderr, /not-the-secret/);
    const elsewhere = await mssp("token", "--stack", "elsewhere", "--paste");
    assert.match(elsewhere.stderr, /Entra would refuse the sign-in \(AADSTS50011\)\. It has: https:\/\/contoso\.com/);
    const nothing = await mssp("token", "--stack", "nothing");
    assert.match(nothing.stderr, /^mssp: Stack "nothing" has no outputs/);
    const noInput = await mssp("token", "--stack", "contoso", "--paste");
    assert.match(noInput.stderr, /^mssp: No address was pasted\./m);
    for (const { exitCode, stdout, stderr } of [wrong, elsewhere, nothing, noInput]) {
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  });

  it("exits with 2 after a usage error", async () => {
    for (const args of [
      ["token"],
      ["token", "--stack", "contoso", "--device-code", "--renew"],
      ["verify"],
      ["verify", "--stack", "contoso", "--region", "mars"],
      ["status", "--show", "secrets", "--days", "soon"],
      ["siem-config", "qradar", "--stack", "contoso", "--out", "x"],
      ["siem-config", "splunk", "--stack", "contoso"],
    ]) {
      const { exitCode, stdout, stderr } = await mssp(...args);
      assert.equal(exitCode, 2, `${args.join(" ")}: ${stderr}`);
      assert.equal(stdout, "");
      assert.match(stderr, /^error: /m);
    }
    for (const command of [["token"], ["verify"], ["secrets", "rotate"], ["siem-config"]]) {
      const { exitCode, stdout } = await mssp(...command, "--help", "--all");
      assert.equal(exitCode, 0);
      assert.match(stdout, /Examples?:\n {2}(npx )?mssp /);
    }
  });
});

describe("mssp token: the address where a sign-in ends", () => {
  const read = (address: string) => codeOf(address, redirectUri, "state-1");

  it("contains the code, with surrounding spaces and other parameters ignored", () =>
    assert.equal(read(`  ${redirectUri}?code=0.A%2Fb&state=state-1&session_state=x \n`), "0.A/b"));

  it("is refused with another origin or path, another state, an error, or no code", () => {
    for (const [address, pattern] of [
      ["", /not the address/],
      ["code", /not the address/],
      ["https://contoso.com.evil.example/SiemMsspConnector?code=c&state=state-1", /not the address/],
      ["https://contoso.com/other?code=c&state=state-1", /not the address/],
      ["http://contoso.com/SiemMsspConnector?code=c&state=state-1", /not the address/],
      [`${redirectUri}?code=c`, /another sign-in/],
      [`${redirectUri}?code=c&state=state-2`, /another sign-in/],
      [`${redirectUri}?state=state-1`, /no code/],
      [`${redirectUri}?error=access_denied&state=state-1`, /^access_denied$/],
    ] as const) {
      assert.throws(
        () => read(address),
        (error: unknown) => error instanceof VisibleError && pattern.test(error.message),
        address,
      );
    }
  });
});
