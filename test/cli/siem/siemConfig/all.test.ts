/** `mssp siem-config --all` on a project of several customers. */
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { contoso, daemonId, fixture } from "@defender-mssp/testkit";
import { inSession as runMssp } from "../../testSession";
import { secret, StackProject } from "../../pulumiStack";
import { readSplunkConf } from "@defender-mssp/siem/testing";

describe("mssp siem-config --all", function () {
  const project = fixture(() => StackProject.create({ engine: "stand-in" }));

  before(async () => {
    const outputs = {
      tenantId: contoso,
      clientId: daemonId,
      clientSecret: secret("the-client-secret"),
      connector: { kind: "customerApp", credential: "secret", alertApis: ["graph"] },
    };
    await project.addStack("contoso", outputs);
    await project.addStack("fabrikam", outputs);
    await project.addStack("certificate", {
      ...outputs,
      connector: { ...outputs.connector, credential: "certificate" },
    });
    await project.addStack("damaged", { ...outputs, tenantId: 7 });
    await project.addStack("nothing");
    await project.addStack("dev", outputs);
  });

  const mssp = (...args: string[]) => runMssp(args, { folder: project.folder, environment: project.environment });

  it("writes one set, and names each customer that it does not include", async () => {
    const { exitCode, stdout, stderr } = await mssp("siem-config", "splunk", "--all", "--out", "splunk");
    assert.equal(exitCode, 1, stderr);
    assert.match(stdout, /^✗ {2}certificate {2}Splunk signs in with a client secret only/m);
    assert.match(stdout, /^✓ {2}contoso {6}included$/m);
    assert.match(stdout, /^✗ {2}damaged {6}Stack "damaged" lacks these outputs .*: tenantId/m);
    assert.match(stdout, /^– {2}nothing {6}nothing is deployed$/m);
    assert.match(stdout, /^2 customers included, 2 failed, 1 without a deployment\.$/m);
    const file = path.join(project.folder, "splunk/Splunk_TA_MS_Security/local/splunk_ta_ms_security_account.conf");
    const text = await readFile(file, "utf8");
    assert.deepEqual(Object.keys(readSplunkConf(text)), ["defender_contoso", "defender_fabrikam"]);
    assert.ok(!text.includes("the-client-secret"));
    const again = await mssp("siem-config", "splunk", "--all", "--out", "splunk");
    assert.equal(again.exitCode, 1);
    assert.match(again.stderr, /^mssp: Nothing was written: these files exist/);
    await rm(path.join(project.folder, "splunk"), { recursive: true });
  });

  it("--json: the files and the state of each customer", async () => {
    const { stdout } = await mssp("siem-config", "elastic", "--all", "--out", "elastic", "--json");
    const { files, customers } = JSON.parse(stdout) as {
      files: string[];
      customers: { stack: string; state: string }[];
    };
    assert.deepEqual(files, ["elastic/contoso/m365_defender.json", "elastic/fabrikam/m365_defender.json"]);
    assert.deepEqual(
      customers.map(({ stack, state }) => `${stack}: ${state}`),
      ["certificate: failed", "contoso: passed", "damaged: failed", "fabrikam: passed", "nothing: notChecked"],
    );
  });

  it("refuses a region for all customers, and another selector", async () => {
    for (const other of [
      ["--region", "eu"],
      ["--stack", "contoso"],
      ["--connection", "contoso.json"],
    ]) {
      const { exitCode } = await mssp("siem-config", "splunk", "--all", "--out", "splunk", ...other);
      assert.equal(exitCode, 2, other[0]);
    }
  });
});
