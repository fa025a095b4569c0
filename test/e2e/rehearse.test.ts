/** A life of `mssp rehearse` on the sandbox: through to its end, refused, and killed in two of its steps. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { fixture } from "@defender-mssp/testkit";
import { inSession } from "../cli/testSession";
import { checkout, createProject, customer, dumpOfTenant, objectsOf, TenantHands, tenantIdOf } from "./support";

const guest = "zoe.quill@fabrikam-security.example";
const [stack, number] = ["practice", 0x91];
const domain = `contoso${number}.example`;

describe("mssp rehearse --life", function () {
  let onRequest: ((line: string) => void) | undefined;
  let earlier = "";

  const project = fixture(() => createProject({ sharedRuntime: false, log: (line) => onRequest?.(line) }));
  before(async () => {
    await settings();
    await project.addStack(stack);
    project.sandbox.cloud.tenant(tenantIdOf(number));
    const read = await rehearse();
    assert.equal(read.exitCode, 0, read.stderr);
    earlier = dumpOfTenant(project, tenantIdOf(number));
  });

  const settings = (changes: object = {}) => project.writeSettings(stack, customer(number, { ...life, ...changes }));
  const life = {
    rehearsal: true,
    analysts: [{ email: guest, displayName: "Zoe Quill" }],
    connector: { alertApis: ["graph"] },
  };
  const mssp = (args: readonly string[], answers?: readonly unknown[]) =>
    inSession(args, { folder: project.folder, environment: project.environment, answers });
  const rehearse = (...args: string[]) => mssp(["rehearse", "--stack", stack, ...args]);
  const whole = ["--life", "--guest", guest, "--tenant-domain", domain];

  /** Runs a life in a process group of its own, and ends all of it. */
  async function ended(
    signal: "SIGINT" | "SIGKILL",
    when: (end: () => void, stderr: NodeJS.ReadableStream) => void,
  ): Promise<string> {
    const command = [path.join(checkout, "cli", "mssp.js"), "rehearse", "--stack", stack, ...whole];
    const child = execa(process.execPath, command, {
      ...{ cwd: project.folder, env: project.environment, extendEnv: false, detached: true, reject: false },
    });
    when(() => process.kill(-(child.pid ?? 0), signal), child.stderr);
    const { exitCode, signal: by, stderr } = await child;
    assert.deepEqual([exitCode, by], signal === "SIGINT" ? [1, undefined] : [undefined, signal]);
    onRequest = undefined;
    return stderr;
  }

  it("refuses, with one error and nothing created", async () => {
    const refused = async (expected: RegExp, args = whole) => {
      const { exitCode, stderr } = await rehearse(...args);
      assert.equal(exitCode, 1);
      assert.match(stderr, expected);
      assert.equal(stderr.match(/Nothing was created/g)?.length, 1, stderr);
      assert.equal(dumpOfTenant(project, tenantIdOf(number)), earlier);
    };
    await refused(/name zoe\.quill@\S+, who might get mail\. Pass --guest/, ["--life"]);
    await refused(/no terminal\. .* Pass --tenant-domain/s, ["--life", "--guest", guest]);
    await refused(/"contoso\.example" is no verified domain/, [...whole, "--tenant-domain", "contoso.example"]);
    await refused(/run this command without --life first/, [...whole, "--out", "none/rehearsal.json"]);
    await settings({ rehearsal: false });
    await refused(/not for rehearsals\. For a test tenant/);
    await settings();
    const fleet = await mssp(["fleet", "up", "--yes", "--stack", stack]);
    assert.equal(fleet.exitCode, 1);
    assert.match(fleet.stderr, /practice is for rehearsals in a test tenant/);
  });

  it("refuses a tenant with more users, and one with a stack's object", async () => {
    const hands = new TenantHands(project, tenantIdOf(number));
    const passwordProfile = { password: "Xw8-quite-long-77" };
    for (const name of ["a", "b"]) {
      const user = {
        userPrincipalName: `${name}@${domain}`,
        mailNickname: name,
        displayName: name,
        accountEnabled: true,
      };
      await hands.graph("POST", "/v1.0/users", { ...user, passwordProfile });
    }
    const many = await rehearse(...whole, "--max-users", "1");
    assert.match(many.stderr, /Nothing was created: the tenant \S+ has \d users/);
    const description =
      "Managed by Pulumi: other/stack#0123456789abcdef, MSSP tenant 66666666-7777-4888-8999-000000000000";
    const group = {
      displayName: "Other analysts",
      description,
      mailEnabled: false,
      mailNickname: "o",
      securityEnabled: true,
    };
    const { id } = await hands.graph<{ id: string }>("POST", "/v1.0/groups", group);
    const marked = await rehearse(...whole);
    assert.deepEqual([many.exitCode, marked.exitCode], [1, 1]);
    assert.match(
      marked.stderr,
      /"Other analysts" \(.*\) of other\/stack\n[^]*Nothing was created: .* objects of a stack/,
    );
    await hands.graph("DELETE", `/v1.0/groups/${id}`);
    earlier = dumpOfTenant(project, tenantIdOf(number));
  });

  it("killed in `up`: the next run names what is left", async () => {
    await ended("SIGKILL", (kill) => {
      onRequest = (line) => /^POST \/(v1\.0|beta)\/groups/.test(line) && kill();
    });
    const { exitCode, stderr } = await rehearse(...whole);
    assert.equal(exitCode, 1);
    assert.match(stderr, /ended in its step `up`/);
    assert.match(stderr, /not in the state; npx mssp doctor --repair [^]*group "Fabrikam/);
    assert.match(
      stderr,
      /In the state; npx pulumi destroy --stack practice --refresh --yes [^]*app registration "Contoso/,
    );
    assert.match(stderr, /Nothing was changed/);
    // As printed.
    await project.succeed(["cancel", "--stack", stack, "--yes"]);
    const repaired = await mssp(["doctor", "--repair", "--yes", "--stack", stack]);
    assert.match(repaired.stdout, /Deleted/);
    await project.succeed(["destroy", "--stack", stack, "--refresh", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantIdOf(number)), earlier);
  });

  it("interrupted in `up`: the next run names what is left, also where its journal is damaged", async () => {
    const stderr = await ended("SIGINT", (interrupt) => {
      onRequest = (line) => {
        if (!/^POST \/(v1\.0|beta)\/groups/.test(line)) return;
        onRequest = undefined;
        interrupt();
      };
    });
    assert.match(stderr, /step `up`: it was stopped\. The same command, [^]*In the state; [^]*app registration "/);
    const journal = path.join(project.folder, "rehearsal", "life.json");
    const text = await readFile(journal, "utf8");
    await writeFile(journal, text.slice(0, 12));
    const damaged = await rehearse(...whole);
    assert.equal(damaged.exitCode, 1);
    assert.match(
      damaged.stderr,
      /app registration "[^]*life\.json is damaged, .* delete the file, and run this command/,
    );
    await writeFile(journal, text);
    const again = await mssp(["rehearse", "--stack", stack, ...whole], [true]);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match(again.stderr, /stack practice, ended in its step `up`/);
    assert.equal(dumpOfTenant(project, tenantIdOf(number)), earlier);
  });

  it("killed after the drift: the next run removes everything, and the one after it lives to its end", async () => {
    await ended("SIGKILL", (kill, stderr) =>
      stderr.on("data", (text) => String(text).includes("▸ Step 6 of 7") && kill()),
    );
    await project.run(["cancel", "--stack", stack, "--yes"]);
    const again = await mssp(["rehearse", "--stack", stack, ...whole], [true]);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match(again.stderr, /ended in its step `repair`[^]*app registration "Contoso 145 SIEM/);

    const { exitCode, stdout, stderr } = await rehearse(...whole);
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /- mail to zoe[^]*▸ Step 1 of 7, up[^]*▸ Step 7 of 7, destroy/);
    assert.equal(dumpOfTenant(project, tenantIdOf(number)), earlier);
    const text = await readFile(path.join(project.folder, "rehearsal", "rehearsal.json"), "utf8");
    const { life: measured } = JSON.parse(text) as {
      life: { steps: object[]; left: number; waits: { wait: string }[] };
    };
    assert.deepEqual([measured.steps.length, measured.left], [7, 0]);
    const names = measured.waits.map(({ wait }) => wait);
    for (const name of ["guest", "drift", "tokenRoles", "removal"]) assert.ok(names.includes(name), name);
    const parity = await inSession(["rehearse", "--show", "rehearsal/rehearsal.json"], { folder: project.folder });
    assert.match(parity.stdout, /^the new guest's mark +1 wait, .* +1 hit, 10 min$/m);
    assert.ok(stdout.includes(parity.stdout.slice(parity.stdout.indexOf("Life of"))));
    for (const value of [guest, "Zoe", "Contoso", "Fabrikam", "Renamed", domain, tenantIdOf(number)])
      assert.ok(!text.includes(value), value);
    const { applications, users, groups } = objectsOf(project, tenantIdOf(number));
    assert.deepEqual([applications, groups], [{}, {}]);
    for (const id of Object.keys(users)) assert.ok(!text.includes(id));
  });
});
