import assert from "node:assert/strict";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import type { SecurityAlert } from "@defender-mssp/microsoft";
import { countCoverage } from "../../src/deliveryCount/countCoverage";
import { lossesIn, type Coverage } from "../../src/pull/coverage";
import { coverageLines, coverageSummary } from "../../src/deliveryCount/coverageLines";
import { DeliveredIds } from "../../src/pull/deliveredIds";

const minute = 60 * 1000;
const hour = 60 * minute;
const now = Date.parse("2026-11-28T12:30:00Z");
const countsFrom = now - 30 * hour;
const iso = (time: number): string => new Date(time).toISOString();

/** An alert as both services have it. */
interface Alert {
  readonly id: string;
  readonly source: string;
  readonly severity: string;
  readonly created: number;
  /** AlertInfo's Timestamp; undefined: not there. */
  readonly hunted: number | undefined;
  readonly isShown: boolean;
  readonly isDelivered: boolean;
}

const endpoint = "Microsoft Defender for Endpoint";
const alert = (id: string, changes: Partial<Alert> = {}): Alert => ({
  id,
  source: endpoint,
  severity: "high",
  created: now - 5 * hour,
  isShown: true,
  isDelivered: true,
  hunted: changes.created ?? now - 5 * hour,
  ...changes,
});

async function count(
  alerts: readonly Alert[],
  {
    readUntil = now,
    severities,
    api = "graph",
  }: { readUntil?: number; severities?: string[]; api?: "graph" | "legacySiem" } = {},
): Promise<{ coverage: Coverage; lookedUp: string[] }> {
  const delivered = DeliveredIds.from(undefined, iso(countsFrom), severities);
  for (const one of alerts) if (one.isDelivered) delivered.add(one.id, one.source, iso(one.created));
  const lookedUp: string[] = [];
  const [coverage] = await countCoverage({
    deliveries: [{ api, delivered, readUntil }],
    now,
    hunt: (query) => {
      const [, from = "", until = ""] = /datetime\((.+?)\) and Timestamp < datetime\((.+?)\)/.exec(query) ?? [];
      const found = alerts.filter(({ hunted = NaN }) => hunted >= Date.parse(from) && hunted < Date.parse(until));
      const rows = found.map(({ id, source, severity, hunted = 0 }) => {
        return { AlertId: id, Title: id, ServiceSource: source, Severity: severity, Timestamp: iso(hunted) };
      });
      return Promise.resolve({ columns: [], rows: query.endsWith("| count") ? [{ Count: rows.length }] : rows });
    },
    readAlert: (id) => {
      lookedUp.push(id);
      const found = alerts.find((one) => one.id === id);
      const shown = { id, severity: found?.severity, createdDateTime: iso(found?.created ?? 0) } as SecurityAlert;
      return Promise.resolve(found?.isShown === true ? shown : undefined);
    },
  });
  assert.ok(coverage !== undefined);
  return { coverage, lookedUp };
}

const reasons = ({ huntingOnly, deliveredOnly }: Coverage) => [
  huntingOnly.map(({ reason, count: number }) => `${reason} ${number}`),
  deliveredOnly.map(({ reason, count: number }) => `${reason} ${number}`),
];

describe("packages/siem: the count of deliveries", () => {
  it("finds no difference where both have the same alerts, however near to the window's edges", async () => {
    const delivered = fc.record({
      created: fc.integer({ min: countsFrom, max: now - 1 }),
      shift: fc.integer({ min: -50 * minute, max: 50 * minute }),
    });
    await assertAsyncProperty(100, fc.array(delivered, { maxLength: 60, size: "max" }), async (list) => {
      const alerts = list.map(({ created, shift }, index) =>
        alert(`a${index}`, { created, hunted: Math.min(now - 1, created + shift) }),
      );
      const { coverage } = await count(alerts);
      assert.deepEqual(reasons(coverage), [[], []]);
      assert.equal(coverage.both, coverage.hunted);
    });
  });

  it("finds exactly the alerts of the window that were not delivered", async () => {
    const entry = fc.record({ created: fc.integer({ min: countsFrom, max: now - 1 }), isDelivered: fc.boolean() });
    await assertAsyncProperty(100, fc.array(entry, { maxLength: 60, size: "max" }), async (list) => {
      const alerts = list.map((one, index) => alert(`a${index}`, one));
      const { coverage } = await count(alerts);
      const [from, until] = [Date.parse(coverage.from), Date.parse(coverage.until)];
      const within = alerts.filter(({ created }) => created >= from && created < until);
      assert.equal(coverage.hunted, within.length);
      assert.equal(lossesIn(coverage), within.filter(({ isDelivered }) => !isDelivered).length);
    });
  });

  it("names why a lost, late, tuned or standalone alert, or one of another product, is in one of the two alone", async () => {
    const lost = { isDelivered: false };
    const unshown = { ...lost, isShown: false };
    const { coverage } = await count([
      alert("delivered"),
      alert("lost", lost),
      alert("late", { ...lost, hunted: now - 4 * hour }),
      alert("before", { ...lost, created: countsFrom - hour, hunted: now - 4 * hour }),
      alert("standalone", unshown),
      alert("tuned", unshown),
      alert("Creation of forwarding/redirect rule", { ...unshown, source: "Microsoft Defender for Office 365" }),
      alert("phish", { ...unshown, source: "Microsoft Defender for Office 365" }),
      alert("intune", { ...unshown, source: "Microsoft Intune" }),
      alert("dlp", { ...unshown, source: "Microsoft Data Loss Prevention" }),
      alert("sentinel", { ...unshown, source: "Microsoft Sentinel" }),
      alert("elsewhere", { hunted: now - 20 * hour, created: now - 15 * hour }),
      alert("moved", { hunted: now - 28 * hour, created: now - 20 * hour }),
      alert("nowhere", { hunted: undefined }),
    ]);
    assert.deepEqual(
      Object.fromEntries(
        coverage.huntingOnly.map(({ source, reason, count: number }) => [`${reason} ${source}`, number]),
      ),
      {
        [`unknown ${endpoint}`]: 1,
        [`late ${endpoint}`]: 1,
        [`beforeCount ${endpoint}`]: 1,
        [`standaloneOrTuned ${endpoint}`]: 2,
        "exchange Microsoft Defender for Office 365": 1,
        "standaloneOrTuned Microsoft Defender for Office 365": 1,
        "intune Microsoft Intune": 1,
        "dataLossPrevention Microsoft Data Loss Prevention": 1,
        "sentinel Microsoft Sentinel": 1,
      },
    );
    assert.deepEqual(reasons(coverage)[1]?.toSorted(), ["notHunted 1", "otherTime 1"]);
    assert.deepEqual(coverage.huntingOnly[0], { source: endpoint, reason: "unknown", count: 1, examples: ["lost"] });
    const lines = coverageLines(coverage, "npx mssp");
    assert.match(
      lines[0] ?? "",
      /^12 alerts in hunting from 2026-11-27 11:00 to 2026-11-28 11:00 UTC, 2 of them delivered$/,
    );
    assert.match(
      lines[1] ?? "",
      /^· in hunting only, 1 of Microsoft Defender for Endpoint: .* no reason is known \(lost\)$/,
    );
    assert.match(lines.at(-1) ?? "", /^1 should have been delivered\. `npx mssp alerts --since 2026-11-27T11:00:00Z`/);
    assert.equal(coverageSummary(coverage), "2/12");
  });

  it("knows what a pull has not reached, and what it leaves out by its options", async () => {
    const lost = { isDelivered: false };
    const behind = await count([alert("new", lost), alert("old", { ...lost, created: now - 9 * hour })], {
      readUntil: now - 8 * hour,
    });
    assert.deepEqual(reasons(behind.coverage)[0]?.toSorted(), ["pending 1", "unknown 1"]);
    assert.equal(lossesIn(behind.coverage), 2);
    const recent = alert("just created", { ...lost, created: now - 10 * minute, hunted: now - 6 * hour });
    const { coverage } = await count([recent], { readUntil: now - 20 * minute });
    assert.deepEqual(reasons(coverage)[0], ["recent 1"]);
    assert.equal(lossesIn(coverage), 0);
    const filtered = await count([alert("low", { ...lost, severity: "low" }), alert("high", lost)], {
      severities: ["high"],
    });
    assert.deepEqual(reasons(filtered.coverage)[0]?.toSorted(), ["severity 1", "unknown 1"]);
    assert.deepEqual(filtered.lookedUp, ["high"]);
    const legacy = await count([alert("a", { ...lost, source: "Microsoft Defender for Identity" })], {
      api: "legacySiem",
    });
    assert.deepEqual(reasons(legacy.coverage)[0], ["legacyApi 1"]);
  });

  it("looks 500 alerts up, of all sources in turn, and names the rest", async () => {
    const many = Array.from({ length: 900 }, (_, index) =>
      alert(`a${index}`, { isDelivered: false, isShown: false, source: index === 899 ? "Microsoft Intune" : endpoint }),
    );
    const { coverage, lookedUp } = await count(many);
    assert.equal(lookedUp.length, 500);
    assert.deepEqual(reasons(coverage)[0]?.toSorted(), ["intune 1", "notLookedUp 400", "standaloneOrTuned 499"]);
  });
});
