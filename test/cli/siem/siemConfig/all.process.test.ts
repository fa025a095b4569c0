/** `mssp siem-config --all` on a project of several customers. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { addDaemon, contoso, daemonId, graphId, fixture } from "@defender-mssp/testkit";
import { inSession as runMssp } from "../../testSession";
import { secret, StackProject } from "../../pulumiStack";

describe("mssp siem-config --all and hunt --all with a passphrase of each stack's own", function () {
  const project = fixture(() => StackProject.create({ engine: "passphrase" }));
  let passphrases: string;

  before(async () => {
    const { secret: clientSecret } = addDaemon(project.sandbox.cloud, { [graphId]: ["ThreatHunting.Read.All"] });
    passphrases = path.join(path.dirname(project.folder), "passphrases");
    await mkdir(passphrases);
    for (const stack of ["contoso", "fabrikam", "tailspin"]) {
      project.environment["PULUMI_CONFIG_PASSPHRASE"] = `passphrase of ${stack}`;
      await project.addStack(stack, {
        tenantId: contoso,
        clientId: daemonId,
        clientSecret: secret(clientSecret),
        connector: { kind: "customerApp", credential: "secret", alertApis: ["graph"], profile: "hunt" },
      });
      if (stack !== "tailspin") await writeFile(path.join(passphrases, stack), `passphrase of ${stack}\n`);
    }
    // The engine prefers it to a file.
    project.environment["PULUMI_CONFIG_PASSPHRASE"] = "of none of them";
  });

  const mssp = (...args: string[]) => runMssp(args, { folder: project.folder, environment: project.environment });

  it("siem-config reads each stack with its file, and names the stack without one", async () => {
    const args = ["siem-config", "splunk", "--all", "--out", "splunk", "--show-secrets"];
    const { exitCode, stdout, stderr } = await mssp(...args, "--passphrase-folder", passphrases);
    assert.equal(exitCode, 1, stderr);
    assert.match(stdout, /^✓ {2}contoso {3}included$/m);
    assert.match(stdout, /^✓ {2}fabrikam {2}included$/m);
    assert.match(stdout, /^✗ {2}tailspin {2}The passphrase is wrong for stack "tailspin": .*--passphrase-folder/m);
    assert.ok(!`${stdout}${stderr}`.includes("passphrase of contoso"));
    const nowhere = await mssp(...args, "--passphrase-folder", "nowhere");
    assert.equal(nowhere.exitCode, 1);
    assert.match(nowhere.stderr, /^mssp: --passphrase-folder nowhere: there is no such folder/);
  });

  it("hunt asks the same customers", async () => {
    const { exitCode, stdout, stderr } = await mssp(
      "hunt",
      "--all",
      "--passphrase-folder",
      passphrases,
      "AlertInfo | count",
    );
    assert.equal(exitCode, 1);
    const stacks = stdout
      .trim()
      .split("\n")
      .map((row) => (JSON.parse(row) as { stack: string }).stack);
    assert.deepEqual(stacks.sort(), ["contoso", "fabrikam"]);
    assert.match(stderr, /^mssp: tailspin: The passphrase is wrong for stack "tailspin"/m);
  });

  it("a folder of passphrases without stacks is a usage error", async () => {
    const args = ["siem-config", "splunk", "--connection", "a.json", "--out", "x", "--passphrase-folder", passphrases];
    const { exitCode, stderr } = await mssp(...args);
    assert.equal(exitCode, 2);
    assert.match(stderr, /--passphrase-folder goes with --stack or --all/);
  });
});
