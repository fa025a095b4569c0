/** `mssp connection`: what it writes for the SIEM engineer's machine. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { addDaemon, contoso, daemonId, graphId } from "@defender-mssp/testkit";
import { inSession as runMssp } from "../../testSession";
import { connectorOutputs, StackProject } from "../../pulumiStack";

describe("a connection file", function () {
  let project: StackProject;
  let machine: string;
  let secretFile: string;
  let clientSecret: string;

  before(async () => {
    project = await StackProject.create({ engine: "stand-in" });
    machine = await mkdtemp(path.join(tmpdir(), "mssp-siem-"));
    ({ secret: clientSecret } = addDaemon(project.sandbox.cloud, { [graphId]: ["SecurityAlert.Read.All"] }));
    const outputs = connectorOutputs(clientSecret);
    await project.addStack("contoso", outputs);
    await project.addStack("handed-over", {
      ...outputs,
      handover: { secretUri: "https://fabrikam.vault.azure.net/secrets/contoso", secretName: "contoso" },
    });
    secretFile = path.join(machine, "client-secret");
    await writeFile(secretFile, `${clientSecret}\n`, { mode: 0o600 });
  });
  after(async () => {
    await project.dispose();
    await rm(machine, { recursive: true });
  });

  const inProject = (...args: string[]) => runMssp(args, { folder: project.folder, environment: project.environment });

  async function connection(stack: string, ...args: string[]): Promise<Record<string, unknown>> {
    const file = path.join(machine, `${stack}.json`);
    const { exitCode, stdout, stderr } = await inProject(
      "connection",
      "--stack",
      stack,
      "--out",
      file,
      "--force",
      ...args,
    );
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, new RegExp(`^${file}: connection of stack ${stack}, without a secret\\.`));
    const text = await readFile(file, "utf8");
    assert.ok(!text.includes(clientSecret));
    return JSON.parse(text) as Record<string, unknown>;
  }

  it("is written once, without the secret, with the place of the credential", async () => {
    const content = await connection("contoso");
    assert.deepEqual(content, {
      msspConnection: 1,
      stack: "contoso",
      tenantId: contoso,
      clientId: daemonId,
      cloud: "public",
      endpoints: { metadataHost: project.environment["ARM_METADATA_HOSTNAME"] },
      connector: {
        kind: "customerApp",
        alertApis: ["graph"],
        credential: "secret",
        redirectUri: "https://contoso.com/SiemMsspConnector",
      },
      credentialPlace: { fileVariable: "MSSP_CLIENT_SECRET_FILE" },
    });
    const again = await inProject("connection", "--stack", "contoso", "--out", path.join(machine, "contoso.json"));
    assert.equal(again.exitCode, 1);
    assert.match(again.stderr, /^mssp: Nothing was written: .* exists\./);
    const handedOver = await connection("handed-over");
    assert.deepEqual(handedOver["credentialPlace"], {
      keyVaultSecret: "https://fabrikam.vault.azure.net/secrets/contoso",
    });
    const named = await connection("handed-over", "--credential-file", secretFile);
    assert.deepEqual(named["credentialPlace"], { file: secretFile });
  });

  it("a place that is none is a usage error, and nothing is written", async () => {
    for (const place of [
      ["--key-vault-secret", "https://fabrikam.vault.azure.net/keys/contoso"],
      ["--credential-variable", "a b"],
      ["--credential-file", ""],
    ]) {
      const out = path.join(machine, "never.json");
      const { exitCode, stderr } = await inProject("connection", "--stack", "contoso", "--out", out, ...place);
      assert.equal(exitCode, 2, place[0]);
      assert.match(
        stderr,
        new RegExp(`^error: option '${place[0]} <\\w+>' argument '.*' is invalid\\. (Expected|A file)`),
      );
      assert.ok(!(await readdir(machine)).includes("never.json"));
    }
  });
});
