/** `mssp incidents` as people type it, on stacks of two customers in a sandbox. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { hourMs as hour } from "@defender-mssp/errors/time";
import type { IncidentRecord } from "@defender-mssp/microsoft";
import { Incidents } from "@defender-mssp/testkit";
import { inSession } from "../../testSession";
import type { StackProject } from "../../pulumiStack";
import {
  always,
  changedSince,
  clientSecret,
  createIncidentsProject,
  incidentRecords,
  lostChanges,
  tenants,
} from "./incidentsProject";
import { siemProject } from "../siemProject";

describe("mssp incidents", function () {
  let project: StackProject;
  let folder: string;
  siemProject(createIncidentsProject, (made) => ({ project, folder } = made));

  async function run(args: readonly string[]) {
    const { exitCode, stdout, stderr } = await inSession(args, {
      folder: project.folder,
      environment: project.environment,
    });
    assert.ok(!`${stdout}${stderr}`.includes(clientSecret));
    return { exitCode, stdout, stderr: stripVTControlCharacters(stderr) };
  }

  it("incidents: writes each incident with its alerts on a line", async () => {
    const since = new Date(Date.now() - 72 * hour);
    const changes = changedSince(project, since);
    const { exitCode, stdout, stderr } = await run(["incidents", "--stack", "contoso", "--since", since.toISOString()]);
    assert.equal(exitCode, 0, stderr);
    const records = incidentRecords(stdout);
    assert.deepEqual(lostChanges(changes, records), []);
    assert.ok(changes.length > 150 && records.some(({ alerts }) => alerts?.length === 3));
    assert.match(stderr, /^mssp: [\d,]+ incidents\.$/);
  });

  it("incidents: shows the open ones on a terminal as a table, unless a format is asked", async () => {
    const args = ["incidents", "--stack", "contoso", "--since", "72h"];
    const on = (...more: string[]) =>
      inSession([...args, ...more], { folder: project.folder, environment: project.environment, columns: 200 });
    const latest = new Map(incidentRecords((await run(args)).stdout).map((record) => [record.id, record]));
    const open = [...latest.values()].filter(({ status }) => status !== "resolved" && status !== "redirected");
    const [heading, ...rows] = stripVTControlCharacters((await on()).stdout).split("\n");
    assert.match(heading ?? "", /^Customer +ID +Severity +Age +Owner +Title$/);
    assert.ok(open.length > 10 && open.length < latest.size);
    const ids = rows.map((row) => /^contoso +(\d+) +\w+ +\d+ [hd] +\S+ +\S/.exec(row)?.[1]);
    assert.deepEqual(new Set(ids), new Set(open.map(({ id }) => id)));
    const ranks = rows.map((row) => ["high", "medium", "low", "informational"].indexOf(row.split(/ +/)[2] ?? ""));
    assert.deepEqual(ranks, ranks.toSorted());
    assert.ok(incidentRecords((await on("--format", "json")).stdout).length > 150);
    const refused = await inSession(["incidents", "--stack", "fabrikam"], {
      folder: project.folder,
      environment: project.environment,
      columns: 200,
    });
    assert.deepEqual([refused.exitCode, refused.stdout], [3, ""]);
  });

  it("incidents: pulls several customers with a checkpoint each, metrics and health; a refusal stops no other", async () => {
    const since = new Date(Date.now() - 72 * hour);
    const changes = changedSince(project, since);
    const [file, metrics, health, checkpoints] = ["i.jsonl", "i.prom", "health.json", "checkpoints"].map((name) =>
      path.join(folder, name),
    ) as [string, string, string, string];
    const command = [
      ...["incidents", "--stack", "contoso", "--stack", "fab*", "--since", since.toISOString()],
      ...["--checkpoints", checkpoints, "--file", file, "--metrics", metrics, "--health", health],
    ];
    const { exitCode, stderr } = await run(command);
    assert.equal(exitCode, 3, stderr);
    assert.match(stderr, /^mssp: fabrikam: .*403.*\n.*SecurityIncident\.Read\.All/m);
    assert.match(stderr, /^mssp: 1 of 2 customers were read completely\.$/m);
    assert.deepEqual(lostChanges(changes, incidentRecords(await readFile(file, "utf8"))), []);
    assert.deepEqual(await readdir(checkpoints), ["contoso.incidents.json"]);
    assert.match(
      await readFile(metrics, "utf8"),
      /^mssp_incidents_pull_success\{stack="contoso",tenant_id="[^"]+"\} 1$/m,
    );
    const state = JSON.parse(await readFile(health, "utf8")) as { status: string; failing: string[] };
    assert.deepEqual([state.status, state.failing], ["degraded", ["fabrikam"]]);
    const again = await run(command);
    assert.match(again.stderr, /contoso: The checkpoint continues at/);
    const several = await run(["incidents", "--all", "--id", "1"]);
    assert.equal(several.exitCode, 2);
    assert.match(several.stderr, /--id is of one customer/);
  });

  it("incidents: changes an incident and says what, as text and as JSON", async () => {
    const id = idOf("active");
    const closed = await run([
      ...["incidents", "--stack", "triage", "--id", id, "--set", "status=resolved"],
      ...["classification=truePositive", "determination=phishing", "comment=Mailbox cleaned."],
    ]);
    assert.equal(closed.exitCode, 0, closed.stderr);
    assert.match(closed.stdout, new RegExp(`^Incident ${id}: `));
    assert.match(closed.stdout, /status: active -> resolved\n.*classification: unknown -> truePositive/);
    assert.match(closed.stdout, /determination: unknown -> phishing\n {2}comment: added\nhttps:/);
    const again = await run(["incidents", "--stack", "triage", "--id", id, "--set", "status=resolved", "--json"]);
    const { changes, incident } = JSON.parse(again.stdout) as { changes: unknown[]; incident: IncidentRecord };
    assert.deepEqual(changes, []);
    assert.deepEqual([incident.status, incident.comments[0]?.text], ["resolved", "Mailbox cleaned."]);
  });

  it("incidents: changes the incident that another one was merged into", async () => {
    const id = idOf("redirected");
    const assigned = await run([
      "incidents",
      "--stack",
      "triage",
      "--id",
      id,
      "--set",
      "assignedTo=ana@fabrikam.example",
    ]);
    assert.equal(assigned.exitCode, 0, assigned.stderr);
    assert.match(assigned.stdout, new RegExp(`Incident ${id} was merged into incident ${Number(id) - 1}`));
    assert.match(assigned.stdout, /assignedTo: .* -> ana@fabrikam\.example/);
  });

  it("incidents: names the permission and the setting that a connector lacks", async () => {
    const write = await run(["incidents", "--stack", "stale", "--id", idOf("active"), "--set", "status=resolved"]);
    assert.equal(write.exitCode, 3);
    assert.match(write.stderr, /SecurityIncident\.ReadWrite\.All.*connector\.profile: triage/);
    const read = await run(["incidents", "--stack", "fabrikam"]);
    assert.equal(read.exitCode, 3);
    assert.match(read.stderr, /SecurityIncident\.Read\.All.*connector\.incidents: true/);
    assert.doesNotMatch(write.stderr + read.stderr, /\n\s+at /);
  });

  it("incidents: refuses a change that the contract does not include, before any call", async () => {
    const profile = await run(["incidents", "--stack", "contoso", "--id", "1", "--set", "status=resolved"]);
    assert.equal(profile.exitCode, 1);
    assert.match(profile.stderr, /has the profile "read".*connector\.profile: triage/);
    const ended = await run(["incidents", "--stack", "ended", "--id", "1", "--set", "status=resolved"]);
    assert.equal(ended.exitCode, 1);
    assert.match(ended.stderr, /until 2026-01-31.*connector\.writesEndOn/);
  });

  for (const [args, reason] of [
    [["--set", "status=resolved"], /--set status goes with --id/],
    [["--id", "1", "--follow"], /--follow is for a pull/],
    [["--id", "1", "--set", "determination=apt"], /--set determination goes with --set classification/],
    [["--raw", "--format", "cef"], /--raw is the service's own JSON: it can't be used with --format cef/],
    [["--elasticsearch", "https://a.example", "--format", "cef"], /--elasticsearch takes JSON/],
    [["--id", "../x", "--set", "status=resolved"], /is no incident's ID/],
    [["--id", "1"], /has no incident 1/],
  ] as const) {
    it(`incidents: refuses ${args.join(" ")}`, async () => {
      const { exitCode, stderr, stdout } = await run(["incidents", "--stack", "triage", ...args]);
      assert.equal(exitCode, args[0] === "--id" && args.length === 2 ? 1 : 2);
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
