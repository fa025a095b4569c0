/**
 * `mssp alerts` reads every alert, whatever the server does that the API's documents and reports
 * allow.
 */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { fixture } from "@defender-mssp/testkit/fixture";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import type { RecordSeverity } from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import fc from "fast-check";
import { openCheckpoint, type Position } from "../../src/pull/checkpoint";
import { graphSource } from "../../src/alerts/graphSource";
import { pullToOne as pull } from "../pull/pullToOne";
import type { FetchedAlert } from "../../src/alerts/fetchedAlert";
import type { Destination } from "../../src/sinks/sink";
import { ServiceClock } from "../../src/pull/serviceClock";
import { AlertServer, tokens, type Behaviour, type Fault } from "./alertServer";

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 24 * 3_600_000];
const tenantId = "c0570500-0000-4000-8000-00000000000a";
const sleep = () => Promise.resolve();

describe("packages/siem/alerts/complete: alerts that a server hides", function () {
  const server = fixture(() => AlertServer.start());
  let folder: string;
  let checkpoint: string;
  beforeEach(() => {
    folder = newFolder();
    checkpoint = path.join(folder, "checkpoint.json");
  });

  interface Run {
    readonly since: number;
    readonly severities?: readonly RecordSeverity[];
    /** The destination fails at this delivery, once. */
    readonly failAt?: number;
    /** Whether the server may have more alerts of one moment than it lets anybody read. */
    readonly mayBeUnreadable?: boolean;
  }

  /** Two runs of the command, the second from the first one's checkpoint; more where one ended with an error. */
  async function delivered({ since, severities, failAt, mayBeUnreadable }: Run): Promise<Set<string>> {
    const ids = new Set<string>();
    let deliveries = 0;
    const sink: Destination<FetchedAlert> = {
      deliver: (alerts) => {
        if (deliveries++ === failAt) return Promise.reject(new Error("killed"));
        for (const { record } of alerts) ids.add(record.id);
        return Promise.resolve();
      },
    };
    const endpoints = { graphEndpoint: server.origin };
    const start: Position = {
      version: 1,
      tenantId,
      api: "graph",
      recent: {},
      cursor: { since: new Date(since).toISOString() },
    };
    for (let runs = 0; runs < 2;) {
      const position = (await openCheckpoint(checkpoint, { tenantId, api: "graph" })) ?? start;
      const source = graphSource({ endpoints, tenantId, tokens, severities, sleep });
      try {
        await pull({ source, sink, position, checkpoint, clock: new ServiceClock() });
        runs++;
      } catch (error) {
        const { message } = error as Error;
        if (mayBeUnreadable === true && /can't all be read: it refuses to skip/.test(message)) {
          // It says so, and a server that lets them be read shows that it has lost none.
          assert.ok(mostOfOneMoment() > server.behaviour.largestSkip, `${mostOfOneMoment()} alerts: ${message}`);
          server.behaviour = { ...server.behaviour, largestSkip: Infinity };
        } else if (message !== "killed") throw error;
      }
      assert.ok(server.requests < 5000, "it reads without end");
    }
    return ids;
  }

  function mostOfOneMoment(): number {
    const counts = new Map<number, number>();
    for (const { created } of server.alerts) counts.set(created, (counts.get(created) ?? 0) + 1);
    return Math.max(...counts.values());
  }

  function assertComplete(found: ReadonlySet<string>, since: number): void {
    const existing = server.alerts.filter(({ created }) => created >= since).map(({ id }) => id);
    assert.deepEqual([...found].sort(), existing.sort());
    assert.equal(server.requestsElsewhere, 0, "a link led to another host");
  }

  /** A busy tenant: alerts at a steady rate until now. */
  function fill(count: number, span: number): number {
    const since = server.now() - span;
    for (let index = 0; index < count; index++) server.add(`alert ${index}`, since + (index * span) / count);
    return since;
  }

  it("a full page without a link to the next one is not the end", async () => {
    server.reset({ links: "none" });
    const since = fill(5001, 7 * day);
    assertComplete(await delivered({ since }), since);
  });

  it("a server that silently lowers $top is recognized", async () => {
    server.reset({ links: "none", cap: 100 });
    const since = fill(1001, 7 * day);
    assertComplete(await delivered({ since }), since);
  });

  it("a $top that is lowered to a few alerts, without a link, loses none", async () => {
    for (const cap of [1, 7, 49]) {
      server.reset({ links: "none", cap });
      await rm(checkpoint, { force: true });
      const since = fill(151, 7 * day);
      assertComplete(await delivered({ since }), since);
    }
  });

  it("an alert that leaves a filtered list while it is read hides no other", async () => {
    server.reset({
      links: "none",
      cap: 7,
      order: "created",
      meanwhile: (request) => {
        const [alert] = server.alerts;
        if (request === 1 && alert !== undefined) alert.severity = "low";
      },
    });
    const since = server.now() - day;
    for (let index = 0; index < 7; index++) server.add(`alert ${index}`, since + 20 * hour - index * second);
    server.add("alert 7", since + hour);
    const found = await delivered({ since, severities: ["high"] });
    // The one that changed may be in either set.
    const others = server.alerts.map(({ id }) => id).slice(1);
    assert.deepEqual([...found].filter((id) => id !== "alert 0").sort(), others);
  });

  it("more alerts of one millisecond than a page are all read, with $skip limited to 500", async () => {
    server.reset({ links: "none", cap: 60, largestSkip: 500 });
    const since = fill(20, day);
    for (let index = 0; index < 400; index++) server.add(`tie ${index}`, since + hour);
    assertComplete(await delivered({ since }), since);
  });

  it("more alerts of one millisecond than $skip reaches end the command before any later alert", async () => {
    server.reset({ links: "none", cap: 60, largestSkip: 500 });
    const since = server.now() - 2 * day;
    for (let index = 0; index < 700; index++) server.add(`tie ${index}`, since + hour);
    for (let index = 0; index < 700; index++) server.add(`later ${index}`, since + day + index * minute);
    const found = new Set<string>();
    const sink: Destination<FetchedAlert> = {
      deliver: (alerts) => {
        for (const { record } of alerts) found.add(record.id);
        return Promise.resolve();
      },
    };
    const source = graphSource({ endpoints: { graphEndpoint: server.origin }, tenantId, tokens, sleep });
    const cursor = { since: new Date(since).toISOString() };
    const position: Position = { version: 1, tenantId, api: "graph", recent: {}, cursor };
    await assert.rejects(
      pull({ source, sink, position }),
      /can't all be read: it refuses to skip 540: .*cannot exceed/,
    );
    assert.equal(found.size, 0);
  });

  it("a full page at the largest $skip is no proof of the end, and the next command loses none", async () => {
    server.reset({ links: "none", cap: 20, largestSkip: 500 });
    const since = fill(20, day);
    for (let index = 0; index < 519; index++) server.add(`tie ${index}`, since + hour);
    assertComplete(await delivered({ since }), since);
    server.add("tie 519", since + hour);
    await rm(checkpoint);
    await assert.rejects(delivered({ since }), /can't all be read: it refuses to skip 520: .*cannot exceed/);
    await rm(checkpoint);
    assertComplete(await delivered({ since, mayBeUnreadable: true }), since);
  });

  it("alerts of one millisecond that an answer has are read, even if $skip does not reach that far", async () => {
    server.reset({ links: "none", largestSkip: 500 });
    const since = fill(300, day);
    for (let index = 0; index < 542; index++) server.add(`tie ${index}`, since + hour);
    assertComplete(await delivered({ since }), since);
  });

  for (const links of ["circle", "otherHost", "otherPath", "noAddress", "stale"] as const) {
    it(`an invalid link (${links}) is not the end, and no other host is called`, async () => {
      server.reset({ links, cap: 100 });
      const since = fill(1001, 7 * day);
      for (let index = 0; index < 150; index++) server.add(`tie ${index}`, since + hour);
      assertComplete(await delivered({ since }), since);
    });
  }

  for (const hours of [-8, -2, 2, 8]) {
    it(`a clock that is ${hours} hours wrong loses no alert that arrives while the command runs`, async () => {
      server.reset({ ahead: -hours * hour });
      const since = fill(2000, 2 * day);
      const first = await delivered({ since });
      assertComplete(first, since);
      for (let index = 0; index < 30; index++) server.add(`new ${index}`, server.now() - minute + index * second);
      assertComplete(new Set([...first, ...(await delivered({ since }))]), since);
    });
  }

  it("an answer that lacks one of the service's providers is requested again", async () => {
    server.reset({ faults: ["partial", "partial", undefined, "partial"] });
    const since = fill(30, day);
    assertComplete(await delivered({ since }), since);
  });

  const clump = fc.record({
    age: fc.oneof(fc.integer({ min: 0, max: 3 * hour }), fc.integer({ min: 0, max: 40 * day })),
    count: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 45, max: 330 })),
    gap: fc.constantFrom(0, 0, 1, 17, second, 7 * minute),
  });
  const anything = fc.record({
    cap: fc.oneof(fc.integer({ min: 20, max: 300 }), fc.constant(1000)),
    links: fc.constantFrom("none", "good", "stale", "circle", "otherHost", "otherPath", "noAddress"),
    order: fc.constantFrom("created", "updated", "arbitrary"),
    ahead: fc.constantFrom(0, -12 * hour, -2 * hour, 2 * hour, 12 * hour),
    sendsDate: fc.boolean(),
    faults: fc.array(fc.constantFrom<Fault[]>(429, 503, "cut", "half", "partial", undefined, undefined, undefined), {
      maxLength: 40,
    }),
    clumps: fc.array(clump, { minLength: 1, maxLength: 8 }),
    failAt: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
    isFiltered: fc.boolean(),
    /** Numbers that decide what changes while the alerts are read. */
    changes: fc.array(fc.nat(), { maxLength: 60 }),
  });

  it("all faults together: the delivered alerts are the existing ones", async () => {
    await assertAsyncProperty(40, anything, async ({ clumps, failAt, isFiltered, changes, faults, ...rest }) => {
      const behaviour: Partial<Behaviour> = {
        ...rest,
        largestSkip: 500,
        faults: spaced(faults),
        meanwhile: (request) => change(request, changes[request]),
      };
      server.reset(behaviour);
      await rm(checkpoint, { force: true });
      const since = server.now() - 41 * day;
      for (const [number, { age, count, gap }] of clumps.entries()) {
        for (let index = 0; index < count; index++) {
          const created = Math.min(server.now(), server.now() - age + index * gap);
          server.add(`${number}-${index}`, Math.floor(created), severityOf(index));
        }
      }
      const severities = isFiltered ? (["high", "medium"] as const) : undefined;
      const first = await delivered({ since, severities, failAt, mayBeUnreadable: true });
      // What came late into a span that had been read is the next command's.
      server.behaviour = { ...server.behaviour, meanwhile: () => undefined };
      const found = new Set([...first, ...(await delivered({ since, severities, mayBeUnreadable: true }))]);
      if (!isFiltered) {
        assertComplete(found, since);
        return;
      }
      // What changed its severity meanwhile may be in either set.
      const stable = server.alerts.filter(({ updated, created }) => updated === created);
      const wanted = stable.filter(({ severity }) => severity === "high" || severity === "medium");
      const lost = wanted.filter(({ id }) => !found.has(id)).map(({ id }) => id);
      assert.deepEqual(lost, []);
      assert.equal(server.requestsElsewhere, 0);
    });
  });

  /** Something of the service changes: an alert is updated, comes, or comes late. */
  function change(request: number, number: number | undefined): void {
    if (number === undefined) return;
    const alert = server.alerts[number % server.alerts.length];
    if (number % 3 === 0 && alert !== undefined) {
      alert.updated = server.now();
      alert.severity = severityOf(number);
    }
    if (number % 3 === 1) server.add(`new ${request}`, server.now(), "high");
    if (number % 3 === 2) server.add(`late ${request}`, server.now() - (number % (5 * minute)), "medium");
  }

  function severityOf(number: number): string | null {
    return ["high", "medium", "low", "informational", null][number % 5] ?? null;
  }

  /** Never more than four in a row: five tries are made. */
  function spaced(faults: readonly Fault[]): Fault[] {
    return faults.map((fault, index) => (index % 4 === 3 ? undefined : fault));
  }
});
