import assert from "node:assert/strict";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { execa } from "execa";
import { changeConfiguration } from "../../../cli/stack/stackConfiguration";
import { readStackOutputs } from "../../../cli/stack/stackOutputs";
import { fixture } from "@defender-mssp/testkit/fixture";
import { secret, StackProject } from "../pulumiStack";

const outputs = {
  tenantId: "c0570500-0000-4000-8000-000000000001",
  cloud: "gccHigh",
  clientId: "c0ffee00-0000-4000-8000-000000000001",
  clientSecret: secret("of the connector"),
  clientSecretExpiresOn: "2027-01-01T00:00:00Z",
  inviteRedeemUrls: secret({ "ana@example.com": "https://example.com/redeem" }),
  guests: { "ana@example.com": "11111111-0000-4000-8000-000000000001" },
  connector: { kind: "msspApp", credential: "secret", alertApis: ["graph"], profile: "read" },
  nextSteps: ["one"],
};

describe("cli/stackOutputs", function () {
  const project = fixture(() => StackProject.create({ engine: "passphrase" }));

  before(() => project.addStack("deployed", outputs));

  const read = (stack: string, changes: NodeJS.ProcessEnv = {}, folder = project.folder, secrets = true) =>
    readStackOutputs(stack, { secrets, folder, environment: { ...project.environment, ...changes } });

  async function refused(promise: Promise<unknown>, ...says: RegExp[]): Promise<void> {
    await assert.rejects(promise, (error: unknown) => {
      assert.ok(error instanceof VisibleError, String(error));
      for (const pattern of says) assert.match(error.message, pattern);
      assert.doesNotMatch(error.message, /of the connector/);
      return true;
    });
  }

  it("reads the outputs, and secrets only on request", async () => {
    const all = await read("deployed");
    assert.equal(all.clientSecret, "of the connector");
    assert.deepEqual(all.inviteRedeemUrls, { "ana@example.com": "https://example.com/redeem" });
    assert.equal(all.cloud, "gccHigh");
    assert.deepEqual(all.connector, outputs.connector);
    const open = await read("deployed", {}, project.folder, false);
    assert.equal(open.clientSecret, undefined);
    assert.equal(open.inviteRedeemUrls, undefined);
    assert.deepEqual(open.guests, outputs.guests);
  });

  it("refuses outputs without a connector: it would be taken for one that reads other APIs", async () => {
    await project.addStack("without", { tenantId: outputs.tenantId, clientId: outputs.clientId });
    await refused(read("without"), /invalid values in them: connector\./, /pulumi up --stack without/);
  });

  it("reports each error with a remedy", async () => {
    await refused(read("nobody"), /There is no stack "nobody"/, /pulumi stack ls/);
    await project.addStack("empty");
    await refused(read("empty"), /nothing is deployed/, /pulumi up --stack empty/);
    await project.addStack("strange", { tenantId: outputs.tenantId, connector: { kind: "other" } });
    await refused(read("strange"), /clientId/, /connector\.kind/, /pulumi up --stack strange/);
    await refused(read("deployed", { PULUMI_CONFIG_PASSPHRASE: "wrong" }), /passphrase is wrong for stack "deployed"/);
    await refused(read("deployed", { PULUMI_CONFIG_PASSPHRASE: undefined }), /A passphrase is required/);
    await refused(read("deployed", {}, "/"), /Can't find stack "deployed" from this folder.*Pulumi\.yaml/);
    await refused(read("deployed", { PULUMI_BACKEND_URL: undefined }), /pulumi login.*npx mssp sandbox run --/s);
  });
});

describe("cli/stack/stackConfiguration: a token that is kept in the stack's file", () => {
  const issuedOn = "2026-11-25T03:00:00.000Z";

  it("writes values that the engine decrypts and reads as strings", async () => {
    const project = await StackProject.create();
    try {
      await project.addStack("contoso");
      const file = path.join(project.folder, "Pulumi.contoso.yaml");
      const before = `${await readFile(file, "utf8")}config:\n  defender-mssp:accessEndsOn: 2031-12-31 # a date\n`;
      await writeFile(file, before);
      await chmod(file, 0o640);
      const options = { folder: project.folder, environment: project.environment };
      const token = "0.AX-refresh\ttoken";
      const plain = { "mssp:refreshTokenIssuedOn": issuedOn };
      await changeConfiguration("contoso", { plain, secret: { "mssp:refreshToken": token } }, options);
      const after = await readFile(file, "utf8");
      assert.ok(after.startsWith(before), after);
      assert.ok(!after.includes(token));
      assert.equal((await stat(file)).mode & 0o777, 0o640);
      const pulumi = path.join(path.dirname(require.resolve("pulumi/package.json")), "run.js");
      const read = async (key: string) => {
        const args = [pulumi, "config", "get", "--stack", "contoso", key, "--non-interactive"];
        const { stdout } = await execa(process.execPath, args, {
          cwd: project.folder,
          env: project.environment,
          extendEnv: false,
        });
        return stdout;
      };
      assert.equal(await read("mssp:refreshToken"), token);
      assert.equal(await read("mssp:refreshTokenIssuedOn"), issuedOn);
    } finally {
      await project.dispose();
    }
  });
});
