/**
 * `npm run test:trackers`: 200 incidents of three customers, two trackers, and `kill -9` on either side. Never part of
 * `npm test`: it takes several minutes, and PyPI.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { Incidents } from "@defender-mssp/testkit";
import { isRecord, recordsOf, textOf, valueAt } from "@defender-mssp/errors/json";
import { ManyCustomers } from "../../dev/bench/manyCustomers";
import { checkout } from "../cli/mssp";
import { installTrackers, jiraProcess, roundupProcess, type TrackerProcess } from "./realTrackers";

const wanted = 200;
const roundupFields = "title,status,defender,messages";
const secrets = { ROUNDUP_PASSWORD: "admin", JIRA_TOKEN: "admin" };

const settings = (roundup: string, jira: string): string => `version: 1
trackers:
  desk:
    profile: roundup
    url: ${roundup}
    secret: { variable: ROUNDUP_PASSWORD }
    priorities: { high: critical, medium: urgent, low: bug, informational: wish, unknown: bug }
  soc:
    profile: jira
    url: ${jira}
    user: admin
    secret: { variable: JIRA_TOKEN }
    searchSettles: 2
    toTicket: { truePositive: Done, falsePositive: "Won't Do", informationalExpectedActivity: Cannot Reproduce, unknown: Done }
    toIncident: { Done: truePositive, "Won't Do": falsePositive, Cannot Reproduce: informationalExpectedActivity }
routes:
  - { name: first, tracker: desk, customers: [customer0, customer1] }
  - { name: second, tracker: soc, project: SOC, customers: [customer2] }
`;

describe("tickets in two trackers, with kills on either side", function () {
  this.timeout(1_200_000);
  let many: ManyCustomers;
  let roundup: TrackerProcess;
  let jira: TrackerProcess;
  let since: string;
  let file: string;

  before(async function () {
    many = await ManyCustomers.start(3, { permissions: ["SecurityIncident.ReadWrite.All"] });
    const installed = await installTrackers(many.folder);
    if ("missing" in installed) {
      console.log(`      skipped: ${installed.missing}`);
      this.skip();
    }
    many.hold(30_000);
    [roundup, jira] = [await roundupProcess(installed.bin, many.folder), await jiraProcess(installed.bin, many.folder)];
    await Promise.all([roundup.start(), jira.start()]);
    file = path.join(many.folder, "tickets.yaml");
    await writeFile(file, settings(roundup.url, jira.url));
    const times = active(new Date(0)).map(({ created }) => created.toISOString());
    since = times.sort().at(-wanted) ?? "";
  });
  after(async () => {
    for (const tracker of [roundup, jira] as (TrackerProcess | undefined)[]) await tracker?.kill();
    await many.dispose();
  });

  function active(from: Date) {
    const { cloud } = many.sandbox;
    const always = { since: from, until: new Date(8.64e15) };
    return many.customers.flatMap(({ tenantId }) => {
      const incidents = new Incidents(cloud.tenant(tenantId), cloud.detectionInterval, cloud.now());
      const sketches = [...incidents.within({ created: always, updated: { ...always, since: new Date(0) } })];
      return sketches
        .filter(({ status, redirect }) => status !== "resolved" && redirect === undefined)
        .map(({ number, created, status }) => ({ tenantId, number, created, status, key: `${tenantId}/${number}` }));
    });
  }

  const args = (): string[] => [
    ...["incidents", "--connections", many.connections, "--checkpoints", path.join(many.folder, "checkpoints")],
    ...["--tickets", file, "--since", since],
  ];
  const program = path.join(checkout, "packages", "siem", "siem.js");

  async function killedCollector(after: number, meanwhile: () => Promise<void>): Promise<void> {
    const env = { ...(await many.environment()), ...secrets };
    const child = spawn(process.execPath, [program, ...args(), "--follow", "--interval", "1s"], {
      env,
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    await pause(after);
    await meanwhile();
    child.kill("SIGKILL");
    await ended;
  }

  /** Until a run says that everything was delivered. */
  async function untilQuiet(): Promise<string> {
    for (let run = 0; run < 20; run++) {
      const { exitCode, stderr } = await execa(process.execPath, [program, ...args()], {
        env: { ...(await many.environment()), ...secrets },
        extendEnv: false,
        reject: false,
        stdin: "ignore",
      });
      if (exitCode === 0) return stderr;
      console.log(`      run ${run}: exit code ${exitCode}: ${stderr.split("\n").slice(-3).join(" ")}`);
      await pause(2000);
    }
    throw new Error("it does not become quiet");
  }

  const json = async (url: string, init: RequestInit = {}): Promise<unknown> => {
    const headers = {
      authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}`,
      ...{ "x-requested-with": "rest", origin: roundup.url, referer: `${roundup.url}/` },
      ...(init.headers as Record<string, string> | undefined),
    };
    return (await fetch(url, { ...init, headers })).json();
  };

  async function tickets(): Promise<{ readonly id: string; readonly key: string; readonly isOpen: boolean }[]> {
    const issues = await json(`${roundup.url}/rest/data/issue?@verbose=2&@fields=${roundupFields}`);
    const own = recordsOf(valueAt(issues, ["data", "collection"])).map((issue) => ({
      id: textOf(issue["id"]),
      key: textOf(issue["defender"]),
      isOpen: valueAt(issue, ["status", "name"]) !== "resolved",
    }));
    const found = await json(`${jira.url}/rest/api/2/search?jql=labels%20%3D%20defender&maxResults=1000`);
    const others = recordsOf(valueAt(found, ["issues"])).map((issue) => ({
      id: textOf(issue["key"]),
      key:
        (valueAt(issue, ["fields", "labels"]) as string[]).find((label) => label.startsWith("defender/"))?.slice(9) ??
        "",
      isOpen: valueAt(issue, ["fields", "status", "name"]) !== "Done",
    }));
    return [...own, ...others];
  }

  /** The keys that the tickets were made with. */
  async function firstKeys(ids: readonly string[]): Promise<readonly string[]> {
    const keys: string[] = [];
    for (const id of ids) {
      const isJira = id.startsWith("SOC");
      const issue = isJira ? await json(`${jira.url}/rest/api/2/issue/${id}`) : undefined;
      let text = textOf(valueAt(issue, ["fields", "description"])).replaceAll("\\", "");
      if (!isJira) {
        const own = await json(`${roundup.url}/rest/data/issue/${id}`);
        const [first] = recordsOf(valueAt(own, ["data", "attributes", "messages"]));
        const message = await json(`${roundup.url}/rest/data/msg/${textOf(first?.["id"])}?@verbose=3&@fields=content`);
        text = textOf(valueAt(message, ["data", "attributes", "content"]));
      }
      keys.push(/^Key: (\S+)$/m.exec(text)?.[1] ?? assert.fail(`ticket ${id} has no key in its text`));
    }
    return keys;
  }

  it("leaves one ticket for each incident", async () => {
    const before = active(new Date(since));
    // Six kills of the collector alone, six of a tracker under it, and then the collector.
    for (const after of [4000, 9000, 6000, 2500, 7000, 5000]) await killedCollector(after, () => Promise.resolve());
    for (const tracker of [roundup, jira, roundup, jira, roundup, jira]) {
      await killedCollector(5000, async () => {
        await tracker.kill();
        await pause(1500);
        await tracker.start();
        await pause(2000);
      });
    }
    console.log(`      after the kills: ${(await tickets()).length} tickets`);
    await untilQuiet();
    const made = await tickets();
    const keys = made.map(({ key }) => key);
    // A double that was joined has another key by now: its first text has the one that it was made with.
    const first = await firstKeys(made.map(({ id }) => id));
    const doubled = first.length - new Set(first).size;
    const early = new Set(before.map(({ key }) => key));
    const later = first.filter((key) => !early.has(key));
    const still = new Set(active(new Date(since)).map(({ key }) => key));
    const lost = before.filter(({ key }) => still.has(key) && !keys.includes(key));
    const customers = new Set(before.map(({ tenantId }) => tenantId)).size;
    console.log(
      `      ${before.length} incidents of ${customers} customers, ${made.length} tickets, ` +
        `${doubled} doubled, ${lost.length} lost; ${later.length} of incidents that came, or changed, during the run, ` +
        `${keys.filter((key) => key.startsWith("joined/") || key.startsWith("merged/")).length} joined`,
    );
    assert.ok(before.length >= wanted - 5);
    assert.equal(doubled, 0);
    assert.deepEqual(lost, []);
  });

  it("takes what a person closes back to Defender, and echoes nothing", async () => {
    const [ticket] = (await tickets()).filter(({ id, isOpen }) => isOpen && !id.startsWith("SOC"));
    assert.ok(ticket !== undefined);
    const address = `${roundup.url}/rest/data/issue/${ticket.id}`;
    const etag = textOf(valueAt(await json(address), ["data", "@etag"]));
    const answer = await json(address, {
      method: "PATCH",
      headers: { "content-type": "application/json", "if-match": etag },
      body: JSON.stringify({ status: "resolved", resolution: "falsePositive/notMalicious" }),
    });
    assert.ok(isRecord(valueAt(answer, ["data"])), JSON.stringify(answer));
    await untilQuiet();
    const [tenantId = "", number = ""] = ticket.key.split("/");
    const { cloud } = many.sandbox;
    const stored = cloud.tenant(tenantId).objects("incidents").get(number);
    assert.equal(stored?.["status"], "resolved");
    assert.equal(stored["determination"], "notMalicious");
    const lines = await readFile(path.join(many.folder, "checkpoints", "tickets.jsonl"), "utf8");
    await untilQuiet();
    const again = (await tickets()).filter(({ key, isOpen }) => key === ticket.key && isOpen);
    assert.deepEqual(again, []);
    assert.ok(lines.includes(ticket.key));
  });
});
