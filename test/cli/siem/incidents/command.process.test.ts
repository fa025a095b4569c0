/** `mssp incidents` as people type it, on stacks of two customers in a sandbox. */
import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { microsoftGraph, type IncidentRecord } from "@defender-mssp/microsoft";
import { addApplication, addConsentedServicePrincipal, detectionIntervalFor, Incidents } from "@defender-mssp/testkit";
import { execa } from "execa";
import { checkout } from "../../mssp";
import { inSession } from "../../testSession";
import { secret, StackProject } from "../../pulumiStack";

const tenants = {
  contoso: "c0570500-0000-4000-8000-00000000000a",
  fabrikam: "c0570500-0000-4000-8000-00000000000b",
} as const;
const clientSecret = "the connector's secret";
const reader = "c0ffee00-0000-4000-8000-000000000003";
const triager = "c0ffee00-0000-4000-8000-000000000004";
const hour = 60 * 60 * 1000;

describe("mssp incidents", function () {
  let project: StackProject;
  let folder: string;

  before(async () => {
    project = await StackProject.create({
      engine: "stand-in",
      tenants: [
        { tenantId: tenants.contoso, displayName: "Contoso", domain: "contoso.com" },
        { tenantId: tenants.fabrikam, displayName: "Fabrikam", domain: "fabrikam.com" },
      ],
    });
    project.sandbox.cloud.detectionInterval = detectionIntervalFor(6000);
    addConnector(tenants.contoso, reader, ["SecurityIncident.Read.All"]);
    addConnector(tenants.contoso, triager, ["SecurityIncident.ReadWrite.All"]);
    addConnector(tenants.fabrikam, reader, ["ThreatHunting.Read.All"]);
    const connector = { kind: "customerApp", credential: "secret", alertApis: ["graph"] };
    const outputs = { clientSecret: secret(clientSecret), connector };
    const triage = (writesEndOn: string) => ({
      connector: { ...connector, profile: "triage", approvedBy: "Megan Bowen", writesEndOn },
    });
    await project.addStack("contoso", { ...outputs, tenantId: tenants.contoso, clientId: reader });
    const writer = { ...outputs, tenantId: tenants.contoso, clientId: triager };
    await project.addStack("triage", { ...writer, ...triage("2099-12-31") });
    await project.addStack("ended", { ...writer, ...triage("2026-01-31") });
    await project.addStack("stale", { ...writer, ...triage("2099-12-31"), clientId: reader });
    await project.addStack("fabrikam", { ...outputs, tenantId: tenants.fabrikam, clientId: reader });
  });
  after(() => project.dispose());
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mssp-incidents-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function addConnector(tenantId: string, applicationId: string, roles: readonly string[]): void {
    const { cloud } = project.sandbox;
    const tenant = cloud.tenant(tenantId);
    const description = { applicationId, displayName: "Connector", signInAudience: "AzureADMyOrg" } as const;
    addApplication(tenant, description);
    addConsentedServicePrincipal(tenant, { ...description, homeTenantId: tenantId }, { [microsoftGraph.appId]: roles });
    cloud.acceptPassingSecret(clientSecret, applicationId);
  }

  function start(args: readonly string[]) {
    return execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), ...args], {
      cwd: project.folder,
      env: project.environment,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
  }

  async function run(args: readonly string[]) {
    const { exitCode, stdout, stderr } = await inSession(args, {
      folder: project.folder,
      environment: project.environment,
    });
    assert.ok(!`${stdout}${stderr}`.includes(clientSecret));
    return { exitCode, stdout, stderr: stripVTControlCharacters(stderr) };
  }

  const recordsOf = (text: string) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as IncidentRecord);

  function changedSince(since: Date): string[] {
    const { cloud } = project.sandbox;
    const bounds = { created: always, updated: { since, until: always.until } };
    const incidents = new Incidents(cloud.tenant(tenants.contoso), cloud.detectionInterval, cloud.now());
    return [...incidents.within(bounds)].map(({ number, updated }) => `${number}@${updated.toISOString()}`);
  }

  it("incidents: writes each incident with its alerts on a line", async () => {
    const since = new Date(Date.now() - 72 * hour);
    const wanted = changedSince(since);
    const { exitCode, stdout, stderr } = await run(["incidents", "--stack", "contoso", "--since", since.toISOString()]);
    assert.equal(exitCode, 0, stderr);
    const records = recordsOf(stdout);
    const found = new Set(records.map(({ id, updatedAt }) => `${id}@${updatedAt}`));
    assert.deepEqual(
      wanted.filter((one) => !found.has(one)),
      [],
    );
    assert.ok(wanted.length > 150 && records.some(({ alerts }) => alerts?.length === 3));
    assert.match(stderr, /^mssp: [\d,]+ incidents\.$/);
  });

  it("incidents: after kill -9 the next run goes on at the checkpoint, and none is lost", async () => {
    const since = new Date(Date.now() - 25 * 24 * hour);
    const wanted = changedSince(since);
    const output = path.join(folder, "incidents.jsonl");
    const checkpoint = path.join(folder, "checkpoint.json");
    const command = ["incidents", "--stack", "contoso", "--checkpoint", checkpoint, "--since", since.toISOString()];
    let kills = 0;
    for (let isWhole = false; !isWhole;) {
      const process_ = start(command);
      let lines = "";
      process_.stdout.on("data", (chunk: Buffer) => {
        lines += chunk.toString();
        if (kills < 3 && lines.length > 400_000) {
          kills++;
          process_.kill("SIGKILL");
        }
      });
      const { exitCode } = await process_;
      // What a killed run has written comes first; half a line is nobody's.
      await appendFile(output, lines.slice(0, lines.lastIndexOf("\n") + 1));
      isWhole = exitCode === 0;
      if (kills > 5) assert.fail("it never ends");
    }
    const found = new Set(recordsOf(await readFile(output, "utf8")).map(({ id, updatedAt }) => `${id}@${updatedAt}`));
    assert.equal(kills, 3);
    assert.ok(wanted.length > 1500);
    assert.deepEqual(
      wanted.filter((one) => !found.has(one)),
      [],
    );
  });

  it("incidents: changes an incident and says what, as text and as JSON", async () => {
    const id = idOf("active");
    const closed = await run([
      ...["incidents", "--stack", "triage", "--id", id, "--close", "--classify", "truePositive"],
      ...["--determination", "phishing", "--comment", "Mailbox cleaned."],
    ]);
    assert.equal(closed.exitCode, 0, closed.stderr);
    assert.match(closed.stdout, new RegExp(`^Incident ${id}: `));
    assert.match(closed.stdout, /status: active -> resolved\n.*classification: unknown -> truePositive/);
    assert.match(closed.stdout, /determination: unknown -> phishing\n {2}comment: added\nhttps:/);
    const again = await run(["incidents", "--stack", "triage", "--id", id, "--close", "--json"]);
    const { changes, incident } = JSON.parse(again.stdout) as { changes: unknown[]; incident: IncidentRecord };
    assert.deepEqual(changes, []);
    assert.deepEqual([incident.status, incident.comments[0]?.text], ["resolved", "Mailbox cleaned."]);
  });

  it("incidents: changes the incident that another one was merged into", async () => {
    const id = idOf("redirected");
    const assigned = await run(["incidents", "--stack", "triage", "--id", id, "--assign", "ana@fabrikam.example"]);
    assert.equal(assigned.exitCode, 0, assigned.stderr);
    assert.match(assigned.stdout, new RegExp(`Incident ${id} was merged into incident ${Number(id) - 1}`));
    assert.match(assigned.stdout, /assignedTo: .* -> ana@fabrikam\.example/);
  });

  it("incidents: names the permission and the setting that a connector lacks", async () => {
    const write = await run(["incidents", "--stack", "stale", "--id", idOf("active"), "--close"]);
    assert.equal(write.exitCode, 3);
    assert.match(write.stderr, /SecurityIncident\.ReadWrite\.All.*connector\.profile: triage/);
    const read = await run(["incidents", "--stack", "fabrikam"]);
    assert.equal(read.exitCode, 3);
    assert.match(read.stderr, /SecurityIncident\.Read\.All.*connector\.incidents: true/);
    assert.doesNotMatch(write.stderr + read.stderr, /\n\s+at /);
  });

  it("incidents: refuses a change that the contract does not include, before any call", async () => {
    const profile = await run(["incidents", "--stack", "contoso", "--id", "1", "--close"]);
    assert.equal(profile.exitCode, 1);
    assert.match(profile.stderr, /has the profile "read".*connector\.profile: triage/);
    const ended = await run(["incidents", "--stack", "ended", "--id", "1", "--close"]);
    assert.equal(ended.exitCode, 1);
    assert.match(ended.stderr, /until 2026-01-31.*connector\.writesEndOn/);
  });

  for (const [args, reason] of [
    [["--close"], /--close goes with --id/],
    [["--id", "1", "--follow"], /--follow is for a pull/],
    [["--id", "1", "--determination", "apt"], /--determination goes with --classify/],
    [["--raw", "--format", "cef"], /--raw is JSON: it can't be used with --format cef/],
    [["--elasticsearch", "https://a.example", "--format", "cef"], /--elasticsearch takes JSON/],
    [["--id", "../x", "--close"], /is no incident's ID/],
    [["--id", "1"], /has no incident 1/],
  ] as const) {
    it(`incidents: refuses ${args.join(" ")}`, async () => {
      const { exitCode, stderr, stdout } = await run(["incidents", "--stack", "triage", ...args]);
      assert.equal(exitCode, args.length === 2 ? 1 : 2);
      assert.match(stderr, reason);
      assert.equal(stdout, "");
    });
  }

  /** The newest incident of that status. */
  function idOf(status: string): string {
    const { cloud } = project.sandbox;
    const incidents = new Incidents(cloud.tenant(tenants.contoso), cloud.detectionInterval, cloud.now());
    const found = [...incidents.within({ created: always, updated: always })].filter((one) => one.status === status);
    return String(found.at(0)?.number);
  }
});

const always = { since: new Date(0), until: new Date(8.64e15) };
