/** The settings, what is written, and trackers that answer with something else. */
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, verify, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { parse } from "yaml";
import { DestinationError } from "../../src/sinks/sink";
import { jiraWiki, plainLine } from "../../src/tickets/plainText";
import { openTracker } from "../../src/tickets/profiles/profiles";
import { TicketRecords } from "../../src/tickets/ticketRecords";
import { TrackerRefusal, type Tracker } from "../../src/tickets/tracker";
import { checkedTicketSettings, routesFor, type TrackerSettings } from "../../src/tickets/ticketSettings";
import { newFolder } from "@defender-mssp/testkit";
import { recordOf, textOf, valueAt, type JsonRecord } from "@defender-mssp/errors/json";
import { Collector, settingsForTests, tenant, twoTrackers, World, type CollectorOptions } from "./ticketWorld";

const tracker = { profile: "roundup", url: "https://tracker.example", secret: { variable: "SECRET" } };
const route = { name: "all", tracker: "desk" };
const check = (more: object): unknown =>
  checkedTicketSettings({ version: 1, trackers: { desk: tracker }, routes: [route], ...more }, "tickets.yaml");

describe("siem/tickets: settings", function () {
  it("takes the file of the documents", () => {
    const page = readFileSync(path.join(__dirname, "..", "..", "..", "..", "docs", "tickets.md"), "utf8");
    const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    assert.equal(checkedTicketSettings(parse(text), "tickets.yaml").routes.length, 2);
  });

  it("says everything that is wrong at once", () => {
    assert.throws(() => check({ colour: "red" }), /Unrecognized key: "colour"/);
    const jira = {
      profile: "jira",
      url: "http://jira.example",
      secret: { variable: "SECRET" },
      toTicket: { truePositive: "Done" },
    };
    const wrong = {
      trackers: { desk: tracker, soc: jira },
      routes: [route, { ...route, tracker: "other" }, { name: "j", tracker: "soc" }],
    };
    for (const text of [
      /soc\.url: http:\/\/jira\.example is not https/,
      /soc\.toTicket: it has no close reason for falsePositive/,
      /soc\.toIncident: it has no classification for "Done"/,
      /there is no tracker "other"/,
      /the name "all" is there twice/,
      /Jira needs a project/,
    ])
      assert.throws(() => check(wrong), text);
    const priorities = { high: "1" };
    assert.throws(() => check({ trackers: { desk: { ...tracker, priorities } } }), /priorities/);
  });

  it("knows the routes of an incident by customer, severity, tag and title", () => {
    const world = new World();
    world.newIncident();
    const incident = { ...world.incident(0)!, title: "Ransomware on SRV1", customTags: ["vip"] };
    const names = (more: object): string[] =>
      routesFor(
        checkedTicketSettings({ version: 1, trackers: { desk: tracker }, routes: [{ ...route, ...more }] }, "f"),
        "contoso",
        incident,
      ).map(({ name }) => name);
    assert.deepEqual(names({ customers: ["contoso"], severities: ["low"], tags: ["vip"], titles: ["ransomware"] }), [
      "all",
    ]);
    for (const more of [{ customers: ["fabrikam"] }, { severities: ["high"] }, { tags: ["x"] }, { titles: ["phish"] }])
      assert.deepEqual(names(more), []);
  });
});

describe("siem/tickets: a folder", function () {
  it("is one process's, survives a cut line, and refuses a damaged one", async () => {
    const folder = newFolder();
    const open = (): Promise<TicketRecords> => TicketRecords.open(folder, "2026-01-01T00:00:00.000Z", () => 0);
    const first = await open();
    first.put({ key: `${tenant}/1`, tracker: "desk", route: "all", ticket: "7" });
    first.close();
    const { appendFileSync, writeFileSync } = await import("node:fs");
    const file = path.join(folder, "tickets.jsonl");
    appendFileSync(file, '{"key":"cut');
    // Process 1 lives, and began at another time than this says.
    writeFileSync(path.join(folder, "tickets.lock"), "1 1");
    const second = await open();
    assert.equal(second.get(`${tenant}/1`)?.ticket, "7");
    second.close();
    const [start] = [readFileSync(`/proc/${process.ppid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19]];
    writeFileSync(path.join(folder, "tickets.lock"), `${process.ppid} ${start}`);
    await assert.rejects(open(), /is another collector's \(process \d+\)/);
    writeFileSync(path.join(folder, "tickets.lock"), "1 1");
    writeFileSync(file, `${readFileSync(file, "utf8")}{"key":1}\n`);
    await assert.rejects(open(), /tickets\.jsonl, line 3, is not of this command, or is damaged/);
  });
});

describe("siem/tickets: text of a tenant", function () {
  it("is no markup, no mention, no link and no second line", () => {
    const title = "{code}[~admin] https://evil.example !x.png!\n\u202eh1. *b*";
    assert.equal(
      jiraWiki(plainLine(title)),
      "\\{code\\}\\[\\~admin\\] https\\[:\\]//evil.example \\!x.png\\! h1. \\*b\\*",
    );
    assert.equal(plainLine("a".repeat(50), 10).length, 10);
  });
});

describe("siem/tickets: what a tracker refuses", function () {
  const opened: Collector[] = [];
  const collect = (options: Omit<CollectorOptions, "folder"> & { readonly folder?: string }): Collector => {
    const collector = new Collector({ folder: newFolder(), ...options });
    opened.push(collector);
    return collector;
  };
  afterEach(() => opened.splice(0).forEach((collector) => collector.stop()));
  const incidentsOf = (world: World) => [...world.incidents.values()];
  const keysOf = (world: World) => [...world.tickets.values()].map(({ key }) => key);

  it("is a dead letter with its reason, holds up no other incident, and is repeated by command only", async () => {
    const world = new World();
    const [refused, other] = [world.newIncident(), world.newIncident()];
    const collector = collect({ world });
    const desk = await collector.desk();
    const isRefused = (write: object) => "title" in write && "key" in write && write.key === `${tenant}/${refused}`;
    world.refusal = (write) => (isRefused(write) ? "the title is forbidden" : undefined);
    await desk.deliver(incidentsOf(world));
    assert.deepEqual(keysOf(world), [`${tenant}/${other}`]);
    const letter = { key: `${tenant}/${refused}`, reason: "the title is forbidden" };
    assert.deepEqual(collector.state()?.refused, [letter]);
    world.addAlert(refused);
    await desk.deliver(incidentsOf(world));
    await desk.pass(tenant);
    await desk.repeat(tenant);
    assert.deepEqual(collector.state()?.refused, [letter]);
    world.refusal = () => undefined;
    await desk.deliver(incidentsOf(world));
    await desk.pass(tenant);
    assert.equal(world.tickets.size, 1, "a dead letter is tried again without a command");
    await desk.repeat(tenant);
    await desk.repeat(tenant);
    assert.deepEqual(keysOf(world), [`${tenant}/${other}`, `${tenant}/${refused}`]);
    assert.deepEqual([collector.state()?.refused, collector.state()?.withoutTicket], [[], []]);
    assert.equal(collector.notes.filter((note) => note.includes("forbidden")).length, 2, "said at each try");
  });

  it("is not lost where its repetition meets a tracker that is down", async () => {
    const world = new World();
    world.newIncident();
    const collector = collect({ world });
    world.refusal = () => "no";
    await collector.do((desk) => desk.deliver(incidentsOf(world)));
    world.refusal = () => undefined;
    world.faults.push({ in: 2, fault: "killBefore" });
    assert.equal(await collector.do((desk) => desk.repeat(tenant)), false);
    await collector.do((desk) => desk.pass(tenant));
    assert.equal(world.tickets.size, 1);
  });

  it("of a change is a dead letter of that ticket, which gets the change after the repetition", async () => {
    const world = new World();
    const id = world.newIncident();
    const collector = collect({ world });
    const desk = await collector.desk();
    await desk.deliver(incidentsOf(world));
    world.refusal = () => "notes are forbidden";
    world.addAlert(id);
    await desk.deliver(incidentsOf(world));
    assert.equal(collector.state()?.refused[0]?.reason, "notes are forbidden");
    world.refusal = () => undefined;
    await desk.repeat(tenant);
    const notes = [...world.tickets.values()][0]?.notes ?? [];
    assert.equal(notes.length, 1);
    assert.match(notes[0]?.text ?? "", /The incident has 2 alerts, before 1/);
  });

  it("two routes for one incident are told, and make its ticket when one of them is left", async () => {
    const world = new World();
    world.newIncident();
    const other = world.newIncident();
    world.changeIncident(other, { severity: "high" });
    const low = { name: "low", tracker: "desk", severities: ["low"] };
    const all = { name: "all", tracker: "desk" };
    const folder = newFolder();
    const two = twoTrackers([low, all]);
    const first = collect({ world, folder, settings: two, trackers: [world.tracker(two)] });
    await (await first.desk()).deliver(incidentsOf(world));
    assert.deepEqual(keysOf(world), [`${tenant}/${other}`]);
    assert.match(
      first.state()?.refused[0]?.reason ?? "",
      /^Two routes take it: low, all\. Make them exclude each other/,
    );
    await (await first.desk()).repeat(tenant);
    assert.equal(world.tickets.size, 1);
    first.stop();
    const one = twoTrackers([all]);
    const second = collect({ world, folder, settings: one, trackers: [world.tracker(one)] });
    await (await second.desk()).repeat(tenant);
    assert.equal(world.tickets.size, 2);
    assert.deepEqual(second.state()?.refused, []);
  });

  it("one of two trackers that is down keeps its incidents in the folder, and the other one goes on", async () => {
    const [world, away, settings, folder] = [new World(), new World(), twoTrackers(), newFolder()];
    const ids = [0, 1, 2, 3].map(() => world.newIncident());
    for (const id of ids.slice(0, 2)) world.changeIncident(id, { severity: "high" });
    away.isDown = true;
    const options = { world, folder, settings };
    const trackers = [away.tracker(settings, "other"), world.tracker(settings)];
    const first = collect({ ...options, trackers });
    await (await first.desk()).deliver(incidentsOf(world));
    assert.equal(world.tickets.size, 2);
    assert.equal(first.state()?.waiting, 2);
    assert.deepEqual(
      first.state()?.unreached.map((tracker) => tracker.tracker),
      ["other"],
    );
    assert.deepEqual(first.notes, ["--tickets: no answer. Its tickets wait; the other trackers go on."]);
    await (await first.desk()).deliver(incidentsOf(world));
    world.advance(60_000);
    await (await first.desk()).pass(tenant);
    assert.ok(first.state()!.oldestSeconds >= 60 && first.state()!.unreached[0]!.seconds >= 60);
    assert.equal(first.notes.length, 1, "an outage is said twice");
    first.stop();
    away.isDown = false;
    const second = collect({ ...options, trackers });
    await (await second.desk()).pass(tenant);
    assert.deepEqual(keysOf(away), [`${tenant}/${ids[0]}`, `${tenant}/${ids[1]}`]);
    assert.match(away.drafts[0]?.lines.join() ?? "", /Alerts: Alert of 2026/);
    assert.deepEqual([second.state()?.waiting, second.state()?.unreached], [0, []]);
  });

  it("a merged incident's ticket is closed where the other incident's ticket is in another tracker", async () => {
    const [world, away, settings] = [new World(), new World(), twoTrackers()];
    const [low, high] = [world.newIncident(), world.newIncident()];
    world.changeIncident(high, { severity: "high" });
    const collector = collect({
      world,
      settings,
      trackers: [away.tracker(settings, "other"), world.tracker(settings)],
    });
    await (await collector.desk()).deliver(incidentsOf(world));
    world.merge(low, high);
    for (let times = 0; times < 2; times++) await (await collector.desk()).deliver(incidentsOf(world));
    const [own, kept] = [world.ticketAt(0), away.ticketAt(0)];
    assert.deepEqual([own?.isOpen, kept?.isOpen, kept?.key], [false, true, `${tenant}/${high}`]);
    assert.match(
      own?.notes.map(({ text }) => text).join() ?? "",
      /merged into incident .* of the tracker other serves/,
    );
    world.setIncident(high, { status: "resolved" });
    await (await collector.desk()).deliver(incidentsOf(world));
    assert.equal(away.ticketAt(0)?.isOpen, false);
  });

  it("whose key can't be read back makes one ticket, and no more", async () => {
    const world = new World();
    for (let count = 0; count < 3; count++) world.newIncident();
    const blind = world.tracker(settingsForTests());
    const read: Tracker["read"] = async (id) => ({ ...(await blind.read(id))!, key: "" });
    const collector = collect({ world, trackers: [{ ...blind, read }] });
    for (let run = 0; run < 2; run++)
      await assert.rejects((await collector.desk()).deliver(incidentsOf(world)), /key can't be read back/);
    assert.equal(world.tickets.size, 1);
  });

  it("a list without permission is an outage of its tracker", async () => {
    const world = new World();
    world.newIncident();
    const settings = twoTrackers();
    const closed = new World().tracker(settings, "other");
    const refuse = (): never => {
      throw new TrackerRefusal("no permission to list", 403);
    };
    const forbidden = { ...closed, changed: refuse };
    const collector = collect({ world, settings, trackers: [forbidden, world.tracker(settings)] });
    await (await collector.desk()).deliver(incidentsOf(world));
    assert.equal(world.tickets.size, 1);
    assert.match(collector.notes.join(), /no permission to list\. Its tickets wait/);
    const alone = collect({ world, settings: twoTrackers(), trackers: [forbidden] });
    await assert.rejects(
      (await alone.desk()).deliver(incidentsOf(world)),
      (error) => error instanceof DestinationError && !error.isPassing,
    );
  });
});

describe("siem/tickets: a tracker that answers with something else", function () {
  let server: http.Server;
  let origin: string;
  let answer: (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void;
  const requests: { url: string; headers: http.IncomingHttpHeaders; body: string }[] = [];

  before(async () => {
    server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        requests.push({ url: request.url ?? "", headers: request.headers, body });
        answer(request, response, body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => (requests.length = 0));
  after(() => server.close());

  const hmacSecret = Buffer.alloc(24, 7).toString("base64");
  const settingsFor = (
    profile: string,
    more: object = {},
    routes: readonly object[] = [{ ...route, project: "SOC" }],
  ) => {
    const reasons = { truePositive: "Done", falsePositive: "No", informationalExpectedActivity: "No", unknown: "Done" };
    const tables = { toTicket: reasons, toIncident: { Done: "truePositive", No: "falsePositive" } };
    const own =
      profile === "jira" ? { ...tables, searchSettles: 0 } : profile === "webhook" ? { list: `${origin}/list` } : {};
    const desk = { ...tracker, profile, url: origin, ...own, ...more };
    return checkedTicketSettings({ version: 1, trackers: { desk }, routes }, "f");
  };
  const opened = (profile: string, settings = settingsFor(profile), secret = hmacSecret) =>
    openTracker(settings.trackers["desk"] as TrackerSettings, {
      name: "desk",
      secret,
      now: () => 1_750_000_000_000,
      sleep: () => Promise.resolve(),
    });
  const about = { key: `${tenant}/1`, title: "t", lines: [], link: null, customer: "c", severity: "low" };
  const draft = { ...about, priority: undefined, project: undefined, updatedAt: "2026" };
  const say = (status: number, text: string, headers: http.OutgoingHttpHeaders = {}) => {
    answer = (_, response) => response.writeHead(status, headers).end(text);
  };

  for (const profile of ["roundup", "jira", "webhook"]) {
    it(`${profile}: a page of HTML, another address and a refusal make no ticket`, async () => {
      const desk = opened(profile);
      say(200, "<html>Sign in</html>");
      await assert.rejects(desk.find(`${tenant}/1`), (error) => error instanceof DestinationError && error.isPassing);
      say(302, "", { location: "http://127.0.0.1:1/" });
      await assert.rejects(desk.find(`${tenant}/1`), (error) => error instanceof DestinationError && !error.isPassing);
      say(403, "{}");
      await assert.rejects(desk.find(`${tenant}/1`), /The tracker "desk" refuses with 403/);
      say(401, "{}");
      await assert.rejects(desk.find(`${tenant}/1`), /The tracker "desk" refuses the user or the secret/);
    });
  }

  it("roundup: a refused create says why, and does not use its one-time token twice", async () => {
    let isUsed = false;
    answer = ({ url }, response) => {
      const msg = isUsed ? "POE token 'x' not valid." : 'property priority: "nosuch" is not a priority.';
      const isMessage = url?.endsWith("/msg") === true;
      isUsed ||= !isMessage;
      response
        .writeHead(isMessage ? 201 : 400)
        .end(JSON.stringify(isMessage ? { data: { id: "1" } } : { error: { status: 400, msg } }));
    };
    await assert.rejects(opened("roundup").create({ ...draft, priority: "nosuch" }, "0".repeat(40)), /"nosuch" is not/);
    assert.equal(await opened("roundup").create(draft, "0".repeat(40)), undefined);
  });

  it("another ticket's key is not taken for the asked one", async () => {
    const issue = { key: "SOC-1", fields: { labels: ["defender", `defender/${tenant}/10`], status: { name: "Open" } } };
    say(200, JSON.stringify({ issues: [issue], total: 1 }));
    assert.deepEqual(await opened("jira").find(`${tenant}/1`), []);
    assert.equal((await opened("jira").find(`${tenant}/10`)).length, 1);
  });

  it("a list without an end ends", async () => {
    const issue = (n: number) => ({ key: `SOC-${n}`, fields: { labels: [`defender/${tenant}/1`] } });
    let page = 0;
    answer = (_, response) => response.end(JSON.stringify({ issues: [issue(page++)], total: 1e9 }));
    await assert.rejects(opened("jira").find(`${tenant}/1`), DestinationError);
    assert.equal(page, 2000);
  });

  it("a webhook is a CloudEvent whose ID, time and body are signed", async () => {
    say(200, '{"ticket":"T-1"}');
    const id = await opened("webhook").create(draft, undefined);
    assert.equal(id, "T-1");
    const { headers, body } = requests[0]!;
    const event = JSON.parse(body) as Record<string, unknown>;
    assert.deepEqual([event["specversion"], event["id"], event["subject"]], ["1.0", `${tenant}/1/2026`, `${tenant}/1`]);
    const signed = `${String(headers["webhook-id"])}.1750000000.${body}`;
    const expected = createHmac("sha256", Buffer.alloc(24, 7)).update(signed).digest("base64");
    assert.equal(headers["webhook-signature"], `v1,${expected}`);
  });

  it("a webhook's secret that is no key of its kind is refused", () => {
    const pem = (type: "ed25519" | "x25519") =>
      String(generateKeyPairSync(type as "ed25519").privateKey.export({ format: "pem", type: "pkcs8" }));
    const ed25519 = settingsFor("webhook", { signature: "ed25519" });
    for (const wrong of [pem("x25519"), hmacSecret])
      assert.throws(() => opened("webhook", ed25519, wrong), /no private key of Ed25519 in PEM/);
    assert.throws(() => opened("webhook", settingsFor("webhook"), "c2hvcnQ="), /fewer than 24 bytes of base64/);
    assert.ok(opened("webhook", ed25519, pem("ed25519")));
  });

  /** A receiver that verifies each signature of Ed25519 and lists one ticket a page. */
  function webhookReceiver(publicKey: KeyObject) {
    type Listed = { id: string; subject: string; version: number; open: boolean; notes: object[] } & Record<
      string,
      unknown
    >;
    const [events, tickets]: [JsonRecord[], Listed[]] = [[], []];
    let version = 0;
    const take = ({ type, subject, data }: JsonRecord): object => {
      const { ticket, notes, close, reopen } = recordOf(data);
      const known = tickets.find(({ id }) => id === ticket);
      if (type === "io.defender-mssp.ticket.create") {
        const made = {
          id: `T-${tickets.length + 1}`,
          subject: textOf(subject),
          version: ++version,
          open: true,
          notes: [],
        };
        tickets.push(made);
        return { ticket: made.id };
      }
      if (known === undefined) return {};
      known.version = ++version;
      for (const text of notes as string[]) known.notes.push({ id: String(known.notes.length + 1), text });
      if (close !== undefined) Object.assign(known, { open: false, status: "closed", reason: close });
      if (reopen === true) known.open = true;
      return {};
    };
    const list = ({ searchParams }: URL): object => {
      const [since, at] = [Number(searchParams.get("since") ?? 0), Number(searchParams.get("cursor") ?? 0)];
      const asked = tickets.filter(
        (ticket) =>
          ticket.version > since &&
          ["id", "subject"].every((name) => [null, ticket[name]].includes(searchParams.get(name))),
      );
      const cursor = at + 1 < asked.length ? { cursor: String(at + 1) } : {};
      const page = asked.slice(at, at + 1).map((ticket) => ({ ...ticket, version: String(ticket.version) }));
      return { tickets: page, position: String(version), ...cursor };
    };
    answer = ({ headers, method, url = "" }, response, body) => {
      const signed = `${String(headers["webhook-id"])}.1750000000.${method === "GET" ? url : body}`;
      const [kind, signature = ""] = String(headers["webhook-signature"]).split(",");
      const isGenuine = verify(null, Buffer.from(signed), publicKey, Buffer.from(signature, "base64"));
      if (kind !== "v1a" || !isGenuine) return void response.writeHead(401).end("{}");
      if (method === "GET") return void response.end(JSON.stringify(list(new URL(url, origin))));
      const event = recordOf(JSON.parse(body));
      events.push(event);
      return void response.end(JSON.stringify(take(event)));
    };
    const close = (id: string, reason: string): void => {
      const ticket = tickets.find((listed) => listed.id === id)!;
      Object.assign(ticket, { open: false, status: "closed", reason, version: ++version });
    };
    return { events, tickets, close };
  }

  it("a webhook carries changes, and its list the way back, both signed by Ed25519", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const receiver = webhookReceiver(publicKey);
    const settings = settingsFor("webhook", { signature: "ed25519" });
    const secret = String(privateKey.export({ format: "pem", type: "pkcs8" }));
    const world = new World();
    const [first, second] = [world.newIncident(), world.newIncident()];
    const collector = new Collector({
      ...{ world, settings, folder: newFolder() },
      trackers: [opened("webhook", settings, secret)],
    });
    const desk = await collector.desk();
    await desk.deliver([...world.incidents.values()]);
    world.addAlert(first);
    world.setIncident(first, { status: "resolved", classification: "falsePositive", determination: "notMalicious" });
    await desk.deliver([...world.incidents.values()]);
    receiver.close("T-2", "truePositive/malware");
    await desk.pass(tenant);
    assert.deepEqual([...new Set(collector.notes)], []);
    const { status, classification, determination } = world.incidents.get(second)!;
    assert.deepEqual([status, classification, determination], ["resolved", "truePositive", "malware"]);
    const [, , change, ...more] = receiver.events;
    assert.deepEqual([change?.["type"], more.length], ["io.defender-mssp.ticket.change", 0]);
    const { ticket, close, notes } = recordOf(change?.["data"]);
    assert.deepEqual([ticket, close, (notes as string[]).length], ["T-1", "falsePositive/notMalicious", 2]);
    const ids = new Set(receiver.events.map(({ id }) => id));
    assert.equal(ids.size, receiver.events.length);
    // What it wrote does not come back: two more passes send nothing.
    const { writes } = world;
    for (let pass = 0; pass < 2; pass++) await desk.pass(tenant);
    assert.deepEqual([receiver.events.length, world.writes], [3, writes]);
    const lists = requests.filter(({ url }) => url.startsWith("/list?since=")).map(({ url }) => url);
    assert.ok(
      lists.some((url) => url.includes("cursor=1")),
      `no second page: ${lists.join(" ")}`,
    );
    collector.stop();
  });

  /** As much of Jira as the profile asks for; no transition is allowed, and one project is hidden. */
  function strictJira() {
    const issues = new Map<string, { readonly labels: string[]; readonly comments: object[] }>();
    const view = (key: string) => ({ key, fields: { labels: issues.get(key)?.labels, status: { name: "Open" } } });
    const refused = (text: string): [number, object] => [400, { errorMessages: [text] }];
    const reply = (method: string, { pathname, searchParams }: URL, json: JsonRecord): [number, object] => {
      const [, key = "", verb] = /\/issue\/(\w+-\d+)(?:\/(\w+))?/.exec(pathname) ?? [];
      const issue = issues.get(key);
      const jql = searchParams.get("jql") ?? "";
      if (jql.includes('"HR"')) return refused("The value 'HR' does not exist for the field 'project'.");
      if (jql !== "") {
        const found = [...issues.keys()].filter((name) =>
          issues.get(name)!.labels.some((label) => jql.includes(`"${label}"`)),
        );
        return [200, { issues: found.map(view), total: found.length }];
      }
      if (issue === undefined) {
        const made = `SOC-${issues.size + 1}`;
        issues.set(made, { labels: valueAt(json, ["fields", "labels"]) as string[], comments: [] });
        return [201, { key: made }];
      }
      if (verb === "comment" && method === "POST") issue.comments.push({ id: String(issue.comments.length), ...json });
      if (verb === "comment") return [200, { comments: issue.comments, total: issue.comments.length }];
      if (verb !== "transitions") return [200, view(key)];
      if (method === "POST") return refused("Only an approver may close this issue.");
      return [200, { transitions: [{ id: "31", to: { name: "Done", statusCategory: { key: "done" } } }] }];
    };
    answer = ({ method = "", url = "" }, response, body) => {
      const [status, json] = reply(method, new URL(url, origin), recordOf(JSON.parse(body || "{}")));
      response.writeHead(status).end(JSON.stringify(json));
    };
    return issues;
  }

  it("jira: a workflow that refuses, and a project without permission, hold up nothing else", async () => {
    const issues = strictJira();
    const settings = settingsFor("jira", {}, [
      { name: "hr", tracker: "desk", project: "HR", severities: ["high"] },
      { name: "soc", tracker: "desk", project: "SOC", severities: ["low"] },
    ]);
    const world = new World();
    const [hidden, first] = [world.newIncident(), world.newIncident(), world.newIncident()];
    world.changeIncident(hidden, { severity: "high" });
    const collector = new Collector({ world, settings, folder: newFolder(), trackers: [opened("jira", settings)] });
    const desk = await collector.desk();
    await desk.deliver([...world.incidents.values()]);
    const reason = `The tracker "desk" refuses with 400: The value 'HR' does not exist for the field 'project'.`;
    assert.deepEqual(collector.state()?.refused, [{ key: `${tenant}/${hidden}`, reason }]);
    assert.deepEqual([issues.size, collector.state()?.unreached], [2, []]);
    world.setIncident(first, { status: "resolved", classification: "truePositive" });
    for (let time = 0; time < 2; time++) {
      await desk.deliver([...world.incidents.values()]);
      await desk.pass(tenant);
    }
    const [finding, ...others] = collector.state()?.findings ?? [];
    assert.equal(finding?.key, `${tenant}/${first}`);
    assert.match(finding.text, /refuses to close the ticket: .* Only an approver may close this issue/);
    assert.deepEqual([others, collector.state()?.open], [[], 2]);
    const comments = issues.get("SOC-1")?.comments.map((comment) => textOf(recordOf(comment)["body"])) ?? [];
    assert.equal(comments.filter((text) => text.includes("Only an approver")).length, 1, comments.join("\n"));
    collector.stop();
  });
});
