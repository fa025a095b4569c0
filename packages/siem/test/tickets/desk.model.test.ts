/** Tickets and incidents after any order of changes on both sides, faults and kills: one ticket each, states equal. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import type { IncidentRecord } from "@defender-mssp/microsoft";
import { Collector, tenant, twoTrackers, World, type Fault } from "./ticketWorld";

const runs = Number(process.env["TICKET_MODEL_RUNS"] ?? 100);

const knownReason = "truePositive/malware";

const number = fc.nat({ max: 2 });
const collector = fc.nat({ max: 1 });
const step = fc.oneof(
  fc.record({ act: fc.constant("incident" as const) }),
  fc.record({ act: fc.constantFrom("alert", "severity", "resolve", "activate", "noTable"), at: number }),
  fc.record({ act: fc.constant("merge" as const), at: number, into: number }),
  fc.record({
    act: fc.constantFrom("close", "closeUnknown", "open", "own", "ownUnknown", "customerNote", "delete", "wait"),
    at: number,
  }),
  {
    weight: 5,
    arbitrary: fc.record({ act: fc.constant("deliver" as const), collector, at: number, isOld: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("pass" as const), collector }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("advance" as const), by: fc.constantFrom(10, 5_000, 40_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("fault" as const),
      in: fc.integer({ min: 1, max: 4 }),
      fault: fc.constantFrom<Fault>("before", "after", "refused", "killBefore", "killAfter", "stale"),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function live(steps: readonly Step[], collectors: number, oneWay: string | undefined, skew = 0) {
  const folder = mkdtempSync(path.join(tmpdir(), "tickets-"));
  const world = new World();
  world.skew = skew;
  const all = Array.from({ length: collectors }, (_, index) => {
    return new Collector({ world, folder: mkdtempSync(path.join(folder, `${index}-`)), oneWay });
  });
  const history: IncidentRecord[] = [];
  const changed = (id: string | undefined, change: (id: string) => void): void => {
    if (id === undefined || world.incidents.get(id)?.redirectIncidentId !== null) return;
    change(id);
  };
  try {
    for (const each of steps) {
      const collector = all[("collector" in each ? each.collector : 0) % collectors]!;
      const at = "at" in each ? each.at : 0;
      const [incident, ticket] = [world.incident(at), world.ticketAt(at)];
      for (const one of world.incidents.values()) if (!history.includes(one)) history.push(one);
      switch (each.act) {
        case "incident":
          world.newIncident();
          break;
        case "alert":
          changed(incident?.id, (id) => world.addAlert(id));
          break;
        case "severity":
          changed(incident?.id, (id) => world.changeIncident(id, { severity: "high" }));
          break;
        case "resolve":
          changed(incident?.id, (id) => world.setIncident(id, { status: "resolved", classification: "falsePositive" }));
          break;
        case "noTable":
          changed(incident?.id, (id) =>
            world.setIncident(id, { status: "resolved", classification: "unknownFutureValue" }),
          );
          break;
        case "activate":
          changed(incident?.id, (id) => world.setIncident(id, { status: "active" }));
          break;
        case "merge": {
          const into = world.incident(each.into)?.id;
          if (into !== incident?.id) changed(into, (target) => changed(incident?.id, (id) => world.merge(id, target)));
          break;
        }
        case "close":
          world.setTicket(ticket?.id ?? "", { isOpen: false, status: "closed", reason: knownReason });
          break;
        case "closeUnknown":
          world.setTicket(ticket?.id ?? "", { isOpen: false, status: "closed", reason: "lunch" });
          break;
        case "open":
          world.setTicket(ticket?.id ?? "", { isOpen: true, status: "open", reason: null });
          break;
        case "wait":
          if (ticket?.isOpen === true) world.changeTicket(ticket.id, { status: "waiting" });
          break;
        case "own":
          world.changeTicket(ticket?.id ?? "", { owner: "ana" });
          break;
        case "ownUnknown":
          world.changeTicket(ticket?.id ?? "", { owner: "eve" });
          break;
        case "customerNote":
          if (ticket !== undefined) world.addNote(ticket.id, "#customer We look at it.");
          break;
        case "delete":
          if (ticket !== undefined) world.delete(ticket.id);
          break;
        case "deliver": {
          const delivered = each.isOld ? history[at % Math.max(1, history.length)] : incident;
          if (delivered !== undefined) await collector.do((desk) => desk.deliver([delivered]));
          break;
        }
        case "pass":
          await collector.do((desk) => desk.pass(tenant));
          break;
        case "advance":
          world.advance(each.by);
          break;
        case "fault":
          world.faults.push({ in: each.in, fault: each.fault });
          break;
      }
    }
    world.faults.length = 0;
    // The clock of this machine may be behind: the search gets its time by it.
    for (let round = 0; round < 5; round++) await quiet(world, all);
    const writes = world.writes;
    for (let round = 0; round < 2; round++) await quiet(world, all);
    assert.equal(world.writes, writes, "it echoes");
    judge(world, all[0]!);
    if (collectors > 1) return;
    // A ticket that was deleted before its answer arrived was never known.
    for (const [key, count] of world.made)
      assert.ok(count === 1 || world.deletedKeys.has(key), `${count} tickets were made for ${key}`);
    assert.ok(world.flips.desk <= world.flips.people, "what this program wrote came back");
  } finally {
    for (const one of all) one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function quiet(world: World, all: readonly Collector[]): Promise<void> {
  for (const collector of all) {
    world.advance(8_000_000);
    for (const incident of [...world.incidents.values()]) await collector.do((desk) => desk.deliver([incident]));
    for (let pass = 0; pass < 2; pass++) {
      world.advance(100_000);
      await collector.do((desk) => desk.pass(tenant));
    }
  }
}

function judge(world: World, first: Collector): void {
  const found = new Map((first.state()?.findings ?? []).map(({ key, text }) => [key, text]));
  for (const key of first.state()?.withoutTicket ?? [])
    assert.ok(found.has(key), `nothing says why ${key} has no ticket`);
  for (const ticket of world.tickets.values()) {
    const markers = ticket.notes.flatMap(({ text }) => /\[defender:\w+\]/.exec(text)?.[0] ?? []);
    assert.equal(new Set(markers).size, markers.length, "a note is there twice");
  }
  for (const { id, redirectIncidentId, status, comments } of world.incidents.values()) {
    const texts = comments.map(({ text }) => text);
    assert.equal(new Set(texts).size, texts.length, "a comment is there twice");
    const key = `${tenant}/${id}`;
    const tickets = [...world.tickets.values()].filter((ticket) => ticket.key === key);
    assert.ok(tickets.length <= 1, `incident ${id} has ${tickets.length} tickets`);
    if (redirectIncidentId !== null) {
      assert.ok(
        tickets.every(({ isOpen }) => !isOpen),
        "a merged incident's ticket is open",
      );
      continue;
    }
    const [ticket] = tickets;
    if (ticket === undefined) {
      const isExplained = world.deletedKeys.size > 0 || status === "resolved" || found.has(key);
      assert.ok(isExplained, `incident ${id} has no ticket`);
    } else if (!found.has(key) && ticket.status !== "waiting") {
      assert.equal(
        ticket.isOpen,
        status !== "resolved",
        `incident ${id} is ${status}, ticket ${ticket.id} ${ticket.status}`,
      );
    } else if (ticket.reason === knownReason && !/only read|refuses to open/.test(found.get(key) ?? "")) {
      assert.equal(status, "resolved", `ticket ${ticket.id} has a reason of the table, and the incident is ${status}`);
    }
  }
}

const eitherTracker = fc.constantFrom("desk" as const, "other" as const);
const outage = fc.oneof(
  fc.record({ act: fc.constant("incident" as const), severity: fc.constantFrom("low" as const, "high" as const) }),
  fc.record({ act: fc.constantFrom("down", "up"), tracker: eitherTracker }),
  fc.record({ act: fc.constantFrom("resolve", "alert", "close"), at: number, tracker: eitherTracker }),
  fc.record({ act: fc.constantFrom("deliver", "pass", "advance", "kill") }),
);
type OutageStep = typeof outage extends fc.Arbitrary<infer Value> ? Value : never;

/** Two trackers, of which either is down at times; the incident's severity says which one has its ticket. */
async function liveWithOutages(steps: readonly OutageStep[]): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "tickets-"));
  const defender = new World();
  const worlds = { desk: new World(), other: new World() };
  const settings = twoTrackers();
  const trackers = [worlds.desk.tracker(settings), worlds.other.tracker(settings, "other")];
  const collector = new Collector({ world: defender, folder, settings, trackers });
  const all = [defender, worlds.desk, worlds.other];
  const worldFor = ({ severity }: IncidentRecord): World => (severity === "low" ? worlds.desk : worlds.other);
  const advance = (by: number): void => all.forEach((world) => world.advance(by));
  const ticketsOf = (incident: IncidentRecord) =>
    [...worldFor(incident).tickets.values()].filter(({ key }) => key === `${tenant}/${incident.id}`);
  let undelivered = new Set<string>();
  const deliver = async (): Promise<void> => {
    const incidents = [...undelivered].map((id) => defender.incidents.get(id)!);
    const isTaken = await collector.do((desk) => desk.deliver(incidents));
    if (!isTaken) {
      assert.ok(worlds.desk.isDown || worlds.other.isDown, "a delivery failed without an outage");
      return;
    }
    undelivered = new Set();
    const unreached = (collector.state()?.unreached ?? []).map(({ tracker }) => tracker);
    assert.ok(unreached.length < 2, "a delivery that no tracker took was confirmed");
    for (const incident of incidents.filter(({ status }) => status === "active"))
      if (!unreached.includes(incident.severity === "low" ? "desk" : "other"))
        assert.equal(ticketsOf(incident).length, 1, "an incident waits for another tracker");
  };
  try {
    for (const each of steps) {
      const incident = "at" in each ? defender.incident(each.at) : undefined;
      const ticket = "at" in each ? worlds[each.tracker].ticketAt(each.at) : undefined;
      if (each.act === "incident") {
        const id = defender.newIncident();
        defender.changeIncident(id, { severity: each.severity });
        undelivered.add(id);
      } else if (each.act === "down" || each.act === "up") {
        if ("tracker" in each) worlds[each.tracker].isDown = each.act === "down";
      } else if (each.act === "resolve" || each.act === "alert") {
        if (incident === undefined) continue;
        if (each.act === "alert") defender.addAlert(incident.id);
        else defender.setIncident(incident.id, { status: "resolved", classification: "falsePositive" });
        undelivered.add(incident.id);
      } else if (each.act === "close") {
        const isOpen = false;
        if (ticket !== undefined)
          worlds[each.tracker].setTicket(ticket.id, { isOpen, status: "closed", reason: "truePositive" });
      } else if (each.act === "deliver") await deliver();
      else if (each.act === "pass") await collector.do((desk) => desk.pass(tenant));
      else if (each.act === "advance") advance(40_000);
      else collector.stop();
    }
    worlds.desk.isDown = worlds.other.isDown = false;
    // Nothing is delivered anew: what was queued comes by itself.
    await deliver();
    for (let round = 0; round < 3; round++) {
      advance(400_000);
      await collector.do((desk) => desk.pass(tenant));
    }
    const state = collector.state()!;
    assert.deepEqual([state.waiting, state.unreached], [0, []]);
    for (const incident of defender.incidents.values()) {
      const tickets = ticketsOf(incident);
      if (incident.status === "resolved" && tickets.length === 0) continue;
      assert.equal(tickets.length, 1, `incident ${incident.id} has ${tickets.length} tickets`);
      assert.equal(tickets[0]?.isOpen, incident.status !== "resolved");
    }
    for (const world of Object.values(worlds)) for (const count of world.made.values()) assert.equal(count, 1);
  } finally {
    collector.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const lives = fc.array(step, { minLength: 5, maxLength: 60 });
const skews = fc.constantFrom(0, -3_600_000, 3_600_000);

describe("siem/tickets: any order, faults and kills", function () {
  this.timeout(900_000);

  it("leaves one ticket for each incident and no echo, with one collector", () =>
    assertAsyncProperty(runs, lives, skews, (steps, skew) => live(steps, 1, undefined, skew)));

  it("takes the reason that a closed ticket gets later", () => {
    const deliver = { act: "deliver", collector: 0, at: 0, isOld: false } as const;
    const pass = [{ act: "advance", by: 40_000 } as const, { act: "pass", collector: 0 } as const];
    const closed = { act: "closeUnknown", at: 0 } as const;
    return live([{ act: "incident" }, deliver, closed, ...pass, { act: "close", at: 0 }], 1, undefined);
  });

  it("joins every double of two collectors", () =>
    assertAsyncProperty(Math.ceil(runs / 2), lives, skews, (steps, skew) => live(steps, 2, undefined, skew)));

  it("lets neither of two trackers wait for the other, and loses nothing of the one that is down", () =>
    assertAsyncProperty(Math.ceil(runs / 2), fc.array(outage, { minLength: 5, maxLength: 40 }), liveWithOutages));

  it("writes nothing to incidents that are only read", () =>
    assertAsyncProperty(Math.ceil(runs / 5), lives, async (steps) => live(steps, 1, "read")));
});
