/** `mssp report --day` and `--month` over nights of a sandbox, with a stand-in of the engine. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { dayMs } from "@defender-mssp/errors/time";
import { graphCall, graphList, microsoftGraph, type GraphCall } from "@defender-mssp/microsoft";
import { DeliveredIds } from "@defender-mssp/siem/pull/deliveredIds";
import { writeCheckpoint } from "@defender-mssp/siem/pull/checkpoint";
import { openEnvelope } from "@defender-mssp/siem/signed/openEnvelope";
import { StoppedClock, trustCertificates, fixture } from "@defender-mssp/testkit";
import type { DayFigures } from "../../../../cli/customer/report/month/dayFigures";
import type { Month } from "../../../../cli/customer/report/month/readMonth";
import { recordedFile } from "../../../compat/recorded";
import { officeRule, renamedRule } from "../../detections/rulesProject";
import { StackProject } from "../../pulumiStack";
import { inSession } from "../../testSession";

const tenantId = "c0570500-0000-4000-8000-00000000000b";
const zone = "America/New_York";
const [alertsPath, incidentsPath] = ["/v1.0/security/alerts_v2", "/v1.0/security/incidents?$top=50"];
const signInsPath = "/beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq 'servicePrincipal')";

describe("mssp report --month", function () {
  const clock = new StoppedClock();
  const project = fixture(() => StackProject.create({ engine: "stand-in", alerts: 240, clock }));
  let call: GraphCall;
  let state: string;
  const nights: string[] = [];

  const run = (...args: string[]) =>
    inSession(args, { folder: project.folder, environment: project.environment, now: () => clock.now() });
  const file = (...names: string[]) => path.join(project.folder, ...names);
  const local = (moment: string) => new Date(moment).toLocaleDateString("sv-SE", { timeZone: zone });
  const figure = ({ figures }: Month, name: string) => figures.find((one) => one.name === name)?.value;
  const rows = (list: string) => graphList<Readonly<Record<string, unknown>>>(call, list);
  const hunt = async (Query: string) => {
    const json = { Query, Timespan: "P20D" };
    const { body } = await call("/v1.0/security/runHuntingQuery", { method: "POST", json });
    return (body as { readonly results: readonly Record<string, unknown>[] }).results;
  };
  /** Rows of a day, by their time. */
  const on = (day: string, list: readonly Readonly<Record<string, unknown>>[]) => {
    const found = [];
    for (const row of list) if (local(String(row["createdDateTime"] ?? row["Timestamp"])) === day) found.push(row);
    return found;
  };
  /** A checkpoint that has delivered every alert but one in three. */
  const deliver = async () => {
    const since = new Date(clock.now().getTime() - 3 * dayMs).toISOString();
    const delivered = DeliveredIds.from(undefined, since, undefined);
    for (const [index, { id, createdDateTime: at }] of (await rows(alertsPath)).entries())
      if (index % 3 > 0) delivered.add(String(id), "Defender", new Date(String(at)).toISOString());
    const cursor = { since: clock.now().toISOString() };
    const position = { version: 1 as const, tenantId, api: "graph", cursor, recent: {}, delivered: delivered.content };
    await mkdir(file("checkpoints"), { recursive: true });
    await writeCheckpoint(file("checkpoints", "northwind.graph.json"), position);
  };
  const month = () => (nights[0] ?? "").slice(0, 7);
  const asked = () => ["--month", month(), "--stack", "northwind"];
  const json = async (stack = "northwind", of = month()) =>
    JSON.parse((await run("report", "--month", of, "--stack", stack, "--json")).stdout) as { readonly months: Month[] };

  before(async () => {
    // Noon of the fifth of the next month: the nights are in one month.
    const now = clock.now();
    clock.advance(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 5, 12) - now.getTime());
    const names = "AuditLog Directory SecurityAlert SecurityIncident ThreatHunting CustomDetection".split(" ");
    const permissions = names.map((name) => `${name}.Read.All`);
    project.sandbox.cloud.describedTenant({ tenantId, permissions: { [microsoftGraph.appId]: permissions } });
    await project.addStack("northwind");
    const recorded = await readFile(recordedFile("basic", "stack.yaml"), "utf8");
    const settings = `config:\n  defender-mssp:reportTimeZone: ${zone}\n  defender-mssp:detections: { sets: [base] }\n`;
    await writeFile(file("Pulumi.northwind.yaml"), recorded.replace("config:\n", settings));
    await mkdir(file("detections", "base"), { recursive: true });
    await writeFile(file("detections", "base", "office.yaml"), officeRule);
    await writeFile(file("detections", "base", "quiet.yaml"), renamedRule("quiet"));
    const states = path.join(project.environment["PULUMI_HOME"] ?? "", "stacks");
    state = path.join(states, "northwind.state.json");
    await copyFile(recordedFile("basic", "state.json"), state);
    const first = new Date(clock.now().getTime() - 1.2 * dayMs).toISOString();
    const update = { kind: "update", startTime: first, result: "succeeded", resourceChanges: { create: 9 } };
    await writeFile(path.join(states, "northwind.history.json"), JSON.stringify([update]));
    trustCertificates(project.environment["NODE_EXTRA_CA_CERTS"]);
    call = await graphCall(tenantId, { environment: project.environment });
  });

  it("writes the figures of each night as the tenant's rows have them, without a name", async () => {
    for (let night = 0; night < 4; night++) {
      const day = local(new Date(clock.now().getTime() - dayMs).toISOString());
      nights.push(day);
      // Somebody forgets a night.
      if (night !== 2) {
        await deliver();
        const ended = await run("report", "--day", "--stack", "northwind", "--checkpoints", file("checkpoints"));
        assert.equal(ended.exitCode, 0, ended.stderr);
        assert.match(ended.stdout, new RegExp(`^northwind: .mssp/figures/northwind/${day}.json\\n?`));
      }
      if (night < 3) clock.advance(dayMs);
    }
    const [alerts, signIns] = [await rows(alertsPath), await rows(signInsPath)];
    const hunted = await hunt("AlertInfo | project Timestamp, AlertId, Title, ServiceSource, Severity");
    const machines = await hunt('AlertEvidence | where EntityType == "Machine"');
    for (const [night, day] of nights.entries()) {
      if (night === 2) continue;
      const text = await readFile(file(".mssp", "figures", "northwind", `${day}.json`), "utf8");
      const { numbers, reasons, incidents } = JSON.parse(text) as DayFigures;
      assert.ok(on(day, alerts).length > 3);
      assert.deepEqual(numbers.alerts, { count: on(day, alerts).length }, day);
      assert.deepEqual(numbers.applications ?? { count: 0 }, { count: on(day, signIns).length }, day);
      assert.equal(numbers.delivery?.["hunted"], on(day, hunted).length, day);
      assert.ok(numbers.delivery["delivered"]! < numbers.delivery["hunted"], day);
      assert.equal(numbers.devices?.["reported"], new Set(on(day, machines).map(({ DeviceId }) => DeviceId)).size, day);
      assert.equal(numbers.incidents?.["count"], incidents.length);
      assert.ok(incidents.some(({ createdOn }) => createdOn === day) && Object.keys(reasons).length === 0);
      assert.doesNotMatch(text, /Silva|Okafor|northwind|office|quiet|@|srv-|desktop/i);
    }
  });

  it("makes the month of them, says what was not read, and never 0 for it", async () => {
    const [made] = (await json()).months as [Month];
    assert.deepEqual([made.days, made.daysRead, made.timeZone], [4, 3, zone]);
    // The night that was forgotten is told by the next one, as far as it changed.
    const incidents = (await rows(incidentsPath)).filter(({ status }) => status !== "redirected");
    const own = on(nights[1]!, incidents).length + on(nights[3]!, incidents).length;
    assert.ok(figure(made, "incidents.created")! >= own && own > 2);
    assert.equal(figure(made, "delivery.longestGap"), 4);
    assert.equal(figure(made, "runs.create"), 9);
    assertEach(made.gaps, ({ what, from, days }) => [what, from, days], [["All figures", nights[2], 1]]);
  });

  it("writes page, mail and figures, signed as a step that the customer verifies; a changed figure is refused", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    await writeFile(file("mssp.pem"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    await writeFile(file("mssp.pub.pem"), publicKey.export({ type: "spki", format: "pem" }));
    const out = file("sent", "page.html");
    const written = await run("report", ...asked(), "--out", out, "--sign-with", "mssp.pem");
    assert.equal(written.exitCode, 0, written.stderr);
    const files = ["", ".mail.txt", ".csv"].map((ending) => readFile(`${out}${ending}`, "utf8"));
    const [page = "", mail = "", csv = ""] = await Promise.all(files);
    for (const text of ["Ana Silva", "office", "no run wrote its figures", "on 3 of 4 days"])
      assert.ok(page.includes(text), text);
    assert.doesNotMatch(page, />undefined|NaN|\[object/);
    assert.match(page, /<section id="changes".*Custom controls of Conditional Access that exist.*perhaps off/s);
    assert.match(mail, /^.* \d{4}: Fabrikam Security for Northwind Traders\n/);
    assert.ok(
      csv.includes(`,alerts.count,Alerts in Defender,${figure((await json()).months[0]!, "alerts.count")},`),
      csv,
    );
    const [, digest = ""] = /Digest of this signed step, to keep: ([0-9a-f]{64})/.exec(mail) ?? [];
    const verify = ["evidence", "verify", file("sent"), "--key", file("mssp.pub.pem"), "--anchor", digest];
    assert.equal((await run(...verify)).exitCode, 0);
    await writeFile(`${out}.csv`, csv.replace("Defender", "defender"));
    assert.equal((await run(...verify)).exitCode, 1);
  });

  it("is asked for by `status` when it is over, until it is noted as sent", async () => {
    const isAsked = async () =>
      / \d{4}: not sent"/.test((await run("status", "--json", "--stack", "northwind")).stdout);
    clock.advance(31 * dayMs);
    assert.equal(await isAsked(), true);
    assert.match((await run("report", "--month", month(), "--all", "--sent")).stdout, /^northwind: .* noted as sent/);
    assert.equal(await isAsked(), false);
  });

  it("refuses a month before the onboarding and a wrong one, and leaves such a customer out of all", async () => {
    const before = await run("report", "--month", "2020-01", "--stack", "northwind");
    assert.match(before.stderr, /northwind has no day in January 2020 that is over: onboarded \d{4}/);
    const all = await run("report", "--month", "2020-01", "--all");
    assert.deepEqual([all.exitCode, all.stdout], [0, ""]);
    for (const day of ["2020-01-01", "2999-01-01"])
      assert.match(
        (await run("report", "--day", day, "--stack", "northwind")).stderr,
        /a day that is over, and at most/,
      );
    for (const wrong of ["--month 2026-13", "--day --sent", "--month 2026-11 --live", "--checkpoints x"])
      assert.equal((await run("report", "--stack", "northwind", ...wrong.split(" "))).exitCode, 2, wrong);
  });

  it("signs the month of the off-boarding, whose state is empty, after the last step", async () => {
    const settings = await readFile(file("Pulumi.northwind.yaml"), "utf8");
    const on = nights[3] ?? "";
    const offboarded = `config:\n  defender-mssp:offboarded: { on: "${on}" }\n`;
    await writeFile(file("Pulumi.northwind.yaml"), settings.replace("config:\n", offboarded));
    await writeFile(state, JSON.stringify({ version: 3, deployment: {} }));
    const out = file("sent", "last.html");
    const { stdout, stderr } = await run("report", ...asked(), "--out", out, "--sign-with", "mssp.pem");
    assert.match(stdout, /^northwind: figures of 2 of 3 days/, stderr);
    assert.match(
      await readFile(out, "utf8"),
      new RegExp(`Off-boarded on ${on}.*Nothing is granted.*Step 2, signed by`, "s"),
    );
    const night = await run("report", "--day", "--all");
    assert.deepEqual([night.exitCode, night.stdout], [0, ""]);
  });

  it("is preceded by the approval of automated actions and the rules as deployed, as steps before the hand-out's", async () => {
    await project.addStack("ruled");
    const approval =
      'sets:\n      - recorded\n    actions: [isolateDevices]\n    approvedBy: Ida\n    until: "2099-01-01"\n';
    const settings = (await readFile(recordedFile("detections", "stack.yaml"), "utf8")).replace(
      "sets:\n      - recorded\n",
      approval,
    );
    await writeFile(file("Pulumi.ruled.yaml"), settings);
    await copyFile(recordedFile("detections", "state.json"), path.join(path.dirname(state), "ruled.state.json"));
    const out = file("ruled", "page.html");
    const handout = ["report", "--stack", "ruled", "--for", "customer", "--client-id", tenantId, "--out", out];
    assert.equal((await run(...handout)).exitCode, 0);
    assert.deepEqual((await readdir(file("ruled"))).sort(), ["page.html", "page.html.mail.txt"]);
    const signed = await run(...handout, "--sign-with", "mssp.pem");
    assert.equal(signed.exitCode, 0, signed.stderr);
    const kinds = ["approval.json.", "rules.json.", ""].map(async (name) => {
      const { statement } = openEnvelope(await readFile(`${out}.${name}dsse.json`, "utf8"), name);
      return [statement.predicateType, statement.predicate.step];
    });
    const types = ["approval", "rules", "handout"].map((kind, index) => [`urn:defender-mssp:${kind}:v1`, index + 1]);
    assert.deepEqual(await Promise.all(kinds), types);
    assert.match(await readFile(`${out}.rules.json`, "utf8"), /"displayName": "/);
    const verify = ["evidence", "verify", file("ruled"), "--key", file("mssp.pub.pem")];
    assert.equal((await run(...verify)).exitCode, 3);
    await writeFile(`${out}.approval.json`, JSON.stringify({ approvedBy: "Ivo" }));
    assert.equal((await run(...verify)).exitCode, 1);
  });

  it("is not read, and never 0, of a tenant that gave no permission", async () => {
    const [, day = ""] = /ruled\/(.*)\.json/.exec((await run("report", "--day", "--stack", "ruled")).stdout) ?? [];
    const { months } = await json("ruled", day.slice(0, 7));
    const read = months[0]?.figures.filter(({ name, value }) => value !== null && !/^(objects|runs)\./.test(name));
    assert.deepEqual(read, []);
    assert.ok(months[0]?.gaps.some(({ reason }) => reason === "not permitted: requires SecurityIncident.Read.All"));
    const out = file("ruled", "month.html");
    await run("report", "--month", day.slice(0, 7), "--stack", "ruled", "--out", out);
    const [page, mail] = [await readFile(out, "utf8"), await readFile(`${out}.mail.txt`, "utf8")];
    const consent = /has not consented to ThreatHunting\.Read\.All, SecurityIncident\.Read\.All/;
    assert.match(page, consent);
    assert.match(mail, consent);
    assert.doesNotMatch(mail, /not read/);
    await run("report", "--month", day.slice(0, 7), "--stack", "ruled", "--out", out, "--language", "de");
    const german = await readFile(out, "utf8");
    assert.match(german, /<html lang="de"[^]*Wer was bis wann darf/);
  });
});
