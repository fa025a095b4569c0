/** `mssp ci preview` on the real engine: what it writes, what it doesn't, and how it ends. */
import assert from "node:assert/strict";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { fixture } from "@defender-mssp/testkit";
import { runPreview } from "../../cli/ci/preview/runPreview";
import { commentText } from "../../cli/ci/comment/comment";
import { driftReport } from "../../cli/ci/drift/drift";
import { mssp } from "../cli/mssp";
import { ana, checkout, createProject, customer, objectsOf, single, TenantHands, tenantIdOf } from "./support";

const policyPack = `
const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("samples", { policies: [{
  name: "no-groups", description: "Groups are refused.", enforcementLevel: "mandatory",
  validateResource: ({ type }, report) => { if (type.endsWith(":Group")) report("@octocat <b>refused</b>"); },
}] });
`;

describe("mssp ci preview", function () {
  const tenantId = tenantIdOf(7);
  const project = fixture(createProject);

  before(async () => {
    await project.writeSettings("contoso", customer(7));
    await project.addStack("contoso");
  });

  const preview = (more: Partial<Parameters<typeof runPreview>[0]> = {}) =>
    project.lending((environment) => runPreview({ stack: "contoso", folder: project.folder, environment, ...more }));

  it("names policy violations, which pulumi preview --json omits, and fails", async () => {
    const folder = path.join(project.folder, "samples");
    await mkdir(folder);
    await symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
    await writeFile(path.join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    await writeFile(path.join(folder, "package.json"), '{ "name": "samples", "version": "0.0.1", "main": "index.js" }');
    await writeFile(path.join(folder, "index.js"), policyPack);
    const found = await preview({ policyPack: folder });
    assert.equal(found.failed, true);
    assert.deepEqual(
      found.policyViolations.map(({ policy, level, resource }) => [policy, level, resource]),
      [["no-groups", "mandatory", "customer-access-analysts-group"]],
    );
    assert.match(commentText([found]), /policy <code>no-groups<\/code> \(<code>mandatory<\/code>\)/);
  });

  it("reports wrong settings without credentials of the environment", async () => {
    await project.writeSettings("contoso", {
      ...customer(7),
      customerDomain: `bad ${project.environment["ARM_CLIENT_SECRET"]}`,
    });
    const found = await preview();
    assert.equal(found.failed, true);
    assert.match(found.messages.join("\n"), /customerDomain: "bad \[secret\]"/);
  });

  it("prints its progress", async () => {
    await project.writeSettings("contoso", customer(7));
    const lines: string[] = [];
    // With processes of its own it takes long enough.
    const { environment } = project;
    await preview({ environment, progress: (line) => lines.push(line), progressEvery: 0.5 });
    assert.equal(lines[0], "contoso: previewing");
    assert.match(lines.at(-1) ?? "", /^contoso: previewing, \d+ s$/);
  });

  it("reports drift without secrets of the state or the environment", async () => {
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    const quiet = await preview({ drift: true });
    assert.deepEqual([quiet.failed, quiet.changes], [false, []]);
    assert.ok(quiet.unchanged > 5, `${quiet.unchanged}`);

    const application = single(objectsOf(project, tenantId).applications);
    const hands = new TenantHands(project, tenantId);
    await hands.graph("PATCH", `/v1.0/applications/${String(application["id"])}`, { displayName: "By @octocat" });
    await project.writeSettings("contoso", customer(7, { analysts: [ana] }));

    const out = path.join(project.folder, "previews", "contoso.json");
    const args = ["ci", "preview", "--stack", "contoso", "--drift", "--out", out, "--json"];
    const ended = await project.lending((environment) => mssp(args, { folder: project.folder, environment }));
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.match(ended.stderr, /^mssp ci: contoso: comparing the tenant\n/);
    const written = await readFile(out, "utf8");
    assert.deepEqual(JSON.parse(ended.stdout), JSON.parse(written));
    const { state, body } = driftReport(JSON.parse(written) as Awaited<ReturnType<typeof preview>>);
    assert.equal(state, "drifted");
    assert.match(body, /<code>displayName<\/code>: <code>"By &#64;&#8288;octocat"<\/code> → <code>"Contoso 7 SIEM/);
    assert.match(body, /\| \*\*delete\*\* \| <code>[^<]*Guest<\/code>/);

    const { clientSecret } = await project.outputs("contoso");
    assert.ok(typeof clientSecret === "string" && clientSecret.length > 20);
    const planted = [
      clientSecret,
      project.environment["ARM_CLIENT_SECRET"],
      project.environment["PULUMI_CONFIG_PASSPHRASE"],
    ];
    for (const secret of planted.filter((one) => one !== undefined && one !== "sandbox")) {
      for (const shown of [written, ended.stdout, ended.stderr, body]) assert.ok(!shown.includes(String(secret)));
    }
  });
});
