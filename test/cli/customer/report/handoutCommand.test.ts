/** The hand-out before the consent: without a stack, an engine or a sign-in. */
import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import type { AccessReport } from "../../../../cli/findings/accessReport";
import { officeRule, renamedRule } from "../../detections/rulesProject";
import { checkout } from "../../mssp";
import { inSession } from "../../testSession";

const keeperId = "22222222-0000-4000-8000-000000000003";

describe("mssp report --for customer --from-settings", () => {
  const folder = newFolder();
  before(async () => {
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"])
      await copyFile(path.join(checkout, file), path.join(folder, file));
    const dev = await readFile(path.join(folder, "Pulumi.dev.yaml"), "utf8");
    const without = dev.replace(/ {2}defender-mssp:msspApplications:\n {4}automation: .*\n/, "");
    assert.notEqual(without, dev);
    await write("unnamed", without);
    await write("kept", dev.replace(/( {4})automation: .*\n/, `$&$1keeper: { id: ${keeperId}, name: Kept }\n`));
  });

  /** Each stack has a tenant of its own. */
  const write = (stack: string, text: string) =>
    writeFile(
      path.join(folder, `Pulumi.${stack}.yaml`),
      text.replace(/(tenantId: .*)../, `$1${["unnamed", "approved", "watching", "kept"].indexOf(stack) + 10}`),
    );

  // An engine would be found by PATH: there is none, and no backend.
  const run = (...args: string[]) => inSession(args, { folder, environment: { PATH: "", PULUMI_HOME: folder } });
  const handout = ["report", "--for", "customer", "--from-settings"];

  it("writes page and mail, names the automation, and says where they are", async () => {
    const out = path.join(folder, "page.html");
    const { exitCode, stdout, stderr } = await run(...handout, "--stack", "dev", "--language", "de", "--out", out);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /objects\.\n.*page\.html$/);
    assert.match(stderr, /what the settings will create/);
    assert.match(stderr, /page\.html\.mail\.txt/);
    const page = await readFile(out, "utf8");
    assert.match(page, /Was angelegt wird.*Ana Silva/s);
    assert.match(page, /adminconsent\?client_id=5ec0de00-a070-4000-8000-000000000001/);
    assert.doesNotMatch(page, /Guten Tag|planned:/);
    assert.match(await readFile(`${out}.mail.txt`, "utf8"), /^Zugriff von .*\n\nGuten Tag,.*Fabrikam SOC/s);
  });

  it("without an application ID ends with 1 and says what to give; --client-id is enough", async () => {
    const none = await run(...handout, "--stack", "unnamed", "--json");
    assert.equal(none.exitCode, 1);
    assert.match(none.stderr, /application ID of the automation is not known.*msspApplications.*--client-id/s);
    const id = "22222222-0000-4000-8000-000000000002";
    const given = await run(...handout, "--stack", "unnamed", "--json", "--client-id", id);
    assert.equal(given.exitCode, 0, given.stderr);
    const { source, applications, mail } = JSON.parse(given.stdout) as Record<string, unknown> & {
      readonly applications: readonly { readonly id: string }[];
      readonly mail: { readonly body: string };
    };
    assert.equal(source, "settings");
    assertEach(applications, (application) => application.id, [id]);
    assert.match(mail.body, new RegExp(`client_id=${id}`));
  });

  it("a keeper: what it may, where to consent, and that it is deleted, too", async () => {
    const out = path.join(folder, "kept.html");
    assert.equal((await run(...handout, "--stack", "kept", "--out", out)).exitCode, 0);
    const page = await readFile(out, "utf8");
    for (const part of [
      /Keeper of Fabrikam Security<[^]+Invite people/,
      /client_id=22222222-0000-4000-8000-000000000003/,
    ])
      assert.match(page, part);
    assert.match(page.slice(page.indexOf('id="stop"')), new RegExp(`Kept, [^<]+<code>${keeperId}`));
  });

  it("permissions --format markdown: the same, with what will be created", async () => {
    const none = await run("permissions", "--stack", "unnamed", "--format", "markdown");
    assert.deepEqual([none.exitCode, none.stdout], [1, ""]);
    const { exitCode, stdout } = await run("permissions", "--stack", "dev", "--format", "markdown");
    assert.equal(exitCode, 0);
    assert.match(stdout, /## What will be created\n\n- Guest user: Ana Silva, Ben Okafor/);
    assert.doesNotMatch(stdout, /planned:|client_id=[^5]/);
  });

  describe("with detection rules", () => {
    before(async () => {
      const dev = await readFile(path.join(folder, "Pulumi.dev.yaml"), "utf8");
      const detections = (actions: string) =>
        `${dev.trimEnd()}\n  defender-mssp:detections: { sets: [base]${actions} }\n`;
      const approved = ", actions: [isolateDevices], approvedBy: Dana Reyes, until: '2999-12-31'";
      await write("approved", detections(approved));
      await write("watching", detections(""));
      await mkdir(path.join(folder, "detections/base"), { recursive: true });
      const isolating = "automatedActions: { isolateDevices: [{ deviceIdColumn: DeviceId, isolationType: full }] }\n";
      await writeFile(path.join(folder, "detections/base/office.yaml"), officeRule + isolating);
      await writeFile(path.join(folder, "detections/base/other.yaml"), renamedRule("Other"));
    });

    it("lists them, what they do by themselves and who approved it, before the first up", async () => {
      const { exitCode, stdout, stderr } = await run("permissions", "--stack", "approved", "--format", "markdown");
      assert.equal(exitCode, 0, stderr);
      assert.match(
        stdout,
        /- Detection rule: Encoded PowerShell from Office, Other Encoded PowerShell from Office\. By themselves, on each row that their queries find: Encoded PowerShell from Office isolates devices\. Dana Reyes approved that until 2999-12-31\./,
      );
      const { stdout: json } = await run(...handout, "--stack", "approved", "--json");
      const { objects, detectionApproval } = JSON.parse(json) as AccessReport;
      assert.deepEqual(
        objects.flatMap(({ kind, name, detail }) => (kind === "detectionRule" ? [`${name}: ${detail}`] : [])),
        [
          "Encoded PowerShell from Office: enabled, PT1H, isolateDevices",
          "Other Encoded PowerShell from Office: enabled, PT1H",
        ],
      );
      assert.equal(detectionApproval?.approvedBy, "Dana Reyes");
      const out = path.join(folder, "rules.html");
      await run(...handout, "--stack", "approved", "--out", out);
      assert.match(await readFile(out, "utf8"), /Dana Reyes approved these actions until 2999-12-31: isolateDevices/);
    });

    it("names no action that nobody approved, and refuses wrong files", async () => {
      const { stdout } = await run("permissions", "--stack", "watching", "--format", "markdown");
      assert.match(stdout, /- Detection rule: Encoded PowerShell from Office, Other/);
      assert.doesNotMatch(stdout, /By themselves|isolates/);
      await writeFile(path.join(folder, "detections/base/broken.yaml"), "status: on\n");
      const { exitCode, stderr } = await run("permissions", "--stack", "watching", "--format", "markdown");
      assert.equal(exitCode, 1);
      assert.match(stderr, /detections\/base\/broken\.yaml:1:1 displayName/);
      await rm(path.join(folder, "detections/base/broken.yaml"));
    });
  });
});
