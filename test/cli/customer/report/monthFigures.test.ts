/** The figures of a month, told from the events by plain loops and by the product. */
import assert from "node:assert/strict";
import { dayIn, daysOfMonth, monthBefore, shifted, spanOfDay } from "../../../../cli/base/spanOfDay";
import type { Day, DayFigures } from "../../../../cli/customer/report/month/dayFigures";
import { monthFigures } from "../../../../cli/customer/report/month/monthFigures";

const month = "2026-11";
const empty = (day: string, numbers: DayFigures["numbers"] = {}, reasons: DayFigures["reasons"] = {}): DayFigures => {
  return { msspDay: 1, day, timeZone: "UTC", writtenAt: `${day}T23:59:00Z`, numbers, reasons, incidents: [] };
};
const of = (days: Iterable<readonly [string, Day]>, life: { onboardedOn?: string; offboardedOn?: string } = {}) =>
  monthFigures({ month, today: "2026-12-01", days: new Map(days), ...life });
const valueOf = ({ figures }: ReturnType<typeof of>, name: string) =>
  figures.find((figure) => figure.name === name)?.value;

describe("the figures of a month", () => {
  it("are those of the events, for 100,000 alerts in 30,000 incidents, closed days later or never", () => {
    let seed = 41;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    const one = (...of: string[]) => of[random(of.length)] ?? "";
    const events = Array.from({ length: 30_000 }, (_, id) => ({
      ...{ id: String(id), first: random(30), severity: one("high", "low"), kind: one("truePositive", "unknown") },
      ...{ touch: random(300) / 10, close: random(4) === 0 ? undefined : 30 + random(5000) / 10 },
      isMerged: random(20) === 0,
    }));
    const rules = () => ({ ruleAlerts: { quiet: 0 }, rulesOn: { quiet: 1 }, rulesActing: { rule3: 1 } });
    const none = () => ({ incidents: { count: 0 }, alerts: { count: 0 }, ...rules() });
    const days = daysOfMonth(month).map((day) => empty(day, none()));
    const alerts = Array.from({ length: 100_000 }, () => ({ day: random(30), rule: `rule${random(12)}` }));
    for (const { day, rule } of alerts) {
      const { alerts: all = {}, ruleAlerts = {}, rulesOn = {} } = days[day]!.numbers;
      all["count"]! += 1;
      ruleAlerts[rule] = (ruleAlerts[rule] ?? 0) + 1;
      rulesOn[rule] = 1;
    }
    const closedOn = ({ first, close }: (typeof events)[number]) => first + Math.floor((close ?? Infinity) / 24);
    for (const event of events) {
      const { id, first, severity, kind: classification, touch: hoursToTouch, close: hoursToClose, isMerged } = event;
      const row = { id, createdOn: days[first]!.day, severity };
      days[first]!.incidents.push({ ...row, status: "active", classification: "unknown" });
      const touched = { ...row, classification, hoursToTouch };
      if (first < 29) days[first + 1]!.incidents.push({ ...touched, status: isMerged ? "redirected" : "inProgress" });
      const last = days[closedOn(event)];
      if (last !== undefined && last !== days[first] && hoursToClose !== undefined && !isMerged)
        last.incidents.push({ ...touched, status: "resolved", hoursToClose });
    }
    const figures = of(days.map((day) => [day.day, day]));

    const touches: number[] = [];
    const truth: Record<string, number> = { created: 0, high: 0, open: 0, "closed.truePositive": 0 };
    for (const event of events) {
      if (event.isMerged && event.first < 29) continue;
      truth["created"]! += 1;
      if (event.severity === "high") truth["high"]! += 1;
      const isClosed = !event.isMerged && closedOn(event) < 30;
      if (!isClosed) truth["open"]! += 1;
      else if (event.kind === "truePositive") truth["closed.truePositive"]! += 1;
      if (event.first < 29) touches.push(event.touch);
    }
    for (const [name, value] of Object.entries(truth)) assert.equal(valueOf(figures, `incidents.${name}`), value, name);
    const shorter = (limit: number) => touches.filter((touch) => touch <= limit).length / touches.length;
    const nine = valueOf(figures, "incidents.touchNineOfTen")!;
    assert.ok(shorter(nine) >= 0.9 && shorter(nine - 0.1) < 0.9, String(nine));
    const middle = valueOf(figures, "incidents.touchMedian")!;
    assert.ok(shorter(middle) >= 0.5 && shorter(middle - 0.1) < 0.5, String(middle));
    assert.equal(valueOf(figures, "alerts.count"), 100_000);
    assert.equal(valueOf(figures, "ruleAlerts.silent"), 1);
    assert.equal(valueOf(figures, "ruleAlerts.loud"), 12);
    assert.equal(valueOf(figures, "ruleAlerts.acted"), 1);
    const rule3 = figures.rules.find(({ acts }) => acts);
    assert.equal(rule3?.alerts, alerts.filter(({ rule }) => rule === "rule3").length);
  });

  it("are null, and one gap of 30 days, without a file", () => {
    const figures = of([]);
    assert.ok(figures.figures.every(({ value, days }) => value === null && days === 0));
    const gap = ["All figures", "2026-11-01", "2026-11-30", 30, "no run wrote its figures"];
    assert.deepEqual(figures.gaps.map(Object.values), [gap]);
  });

  it("are of the days between onboarding and off-boarding", () => {
    const days = daysOfMonth(month).map((day) => [day, empty(day, { alerts: { count: 1 } })] as const);
    assert.equal(valueOf(of(days, { onboardedOn: "2026-11-20" }), "alerts.count"), 11);
    assert.equal(valueOf(of(days, { offboardedOn: "2026-11-05" }), "alerts.count"), 4);
    assert.equal(of(days, { onboardedOn: "2026-12-01" }).days, 0);
  });

  it("name each reason with its days, count none of a part that was not read, and find the longest gap", () => {
    const days = daysOfMonth(month).map((day, index) => {
      if (index === 4 || index === 5) return [day, empty(day, {}, { delivery: "refused" })] as const;
      const numbers = { delivery: { hunted: 2, delivered: index === 6 ? 1 : 2 }, people: { count: 3 } };
      return [day, empty(day, numbers, index === 9 ? { people: "P1" } : {})] as const;
    });
    const figures = of(days);
    const gaps = figures.gaps.map(({ what, from, days: length, reason }) => `${what} ${from} ${length} ${reason}`);
    assert.deepEqual(gaps, ["Sign-ins of people 2026-11-10 1 incomplete: P1", "Delivered alerts 2026-11-05 2 refused"]);
    assert.equal(valueOf(figures, "delivery.longestGap"), 3);
    assert.equal(valueOf(figures, "delivery.delivered"), 55);
    const people = figures.figures.find(({ name }) => name === "people.count");
    assert.deepEqual([people?.value, people?.days, people?.isIncomplete], [84, 28, true]);
    assert.equal(valueOf(figures, "alerts.count"), null);
  });

  it("have the days of a time zone, with 23 and 25 hours", () => {
    const hours = (day: string, zone: string) => {
      const { from, until } = spanOfDay(day, zone);
      return [from.toISOString(), (until.getTime() - from.getTime()) / 3_600_000];
    };
    assert.deepEqual(hours("2026-10-25", "Europe/Berlin"), ["2026-10-24T22:00:00.000Z", 25]);
    assert.deepEqual(hours("2026-03-29", "Europe/Berlin"), ["2026-03-28T23:00:00.000Z", 23]);
    assert.deepEqual(hours("2026-04-05", "Pacific/Auckland"), ["2026-04-04T11:00:00.000Z", 25]);
    assert.equal(dayIn("2026-12-01T04:59:59Z", "America/New_York"), "2026-11-30");
    assert.equal(daysOfMonth("2028-02").length, 29);
    assert.equal(monthBefore("2027-01"), "2026-12");
    assert.equal(shifted("2026-12-31", 1), "2027-01-01");
  });
});
