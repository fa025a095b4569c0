/** What an evidence asks Graph for, and what it makes of the answers: pages, periods, refusals, hosts. */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertAsyncProperty, assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { ServiceError, type GraphCall } from "@defender-mssp/microsoft";
import { collect, type Entry, type WantedCall } from "../../../../cli/access/evidence/calls";
import { gapsOf } from "../../../../cli/access/evidence/evidence";
import { isWithin, lastDays, outsideRetention, periodOf } from "../../../../cli/access/evidence/period";
import { wantedCalls } from "../../../../cli/access/evidence/wanted";

const graph = "https://graph.microsoft.com";
const now = new Date("2026-11-26T09:00:00Z");
const period = periodOf("2026-11-01", "2026-11-25", now);
const ana = { kind: "guest", id: "a1", name: "ana@fabrikam.example", because: "a guest of the stack" } as const;
const siem = { kind: "application", id: "b2", name: "SIEM", because: "the SIEM's application" } as const;
const audits: WantedCall = {
  source: "directoryAudits",
  subject: "ana",
  path: "/v1.0/auditLogs/directoryAudits?$filter=x",
};

const audit = (id: string, activityDateTime: string): Entry => ({ id, activityDateTime });

/** Graph in pages of `size`, with links of `host`. */
function paged(entries: readonly Entry[], size: number, host = graph): { call: GraphCall; paths: string[] } {
  const paths: string[] = [];
  const call: GraphCall = (path) => {
    paths.push(path);
    const start = Number(new URL(path, graph).searchParams.get("$skiptoken") ?? 0);
    const more = start + size < entries.length;
    const body = {
      value: entries.slice(start, start + size),
      ...(more ? { "@odata.nextLink": `${host}/v1.0/auditLogs/directoryAudits?$skiptoken=${start + size}` } : {}),
    };
    return Promise.resolve({ status: 200, headers: new Headers(), text: "", body, tries: 1 });
  };
  return { call, paths };
}

describe("an evidence's calls", () => {
  it("property: every entry of the period is there once, the oldest first, whatever the pages", () =>
    assertAsyncProperty(
      100,
      fc.array(fc.integer({ min: -20, max: 40 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      async (days, size) => {
        const entries = days.map((day, index) =>
          audit(`e${index}`, new Date(Date.UTC(2026, 10, 1) + day * 86_400_000).toISOString()),
        );
        const { call } = paged(entries, size);
        const { entries: found, calls } = await collect(call, graph, [audits, audits], period);
        const wanted = entries.filter((one) => isWithin(period, String(one["activityDateTime"])));
        assert.equal(found.directoryAudits.length, wanted.length);
        const moments = found.directoryAudits.map((one) => String(one["activityDateTime"]));
        assert.deepEqual(moments, [...moments].sort());
        assert.equal(calls[0]?.entries, wanted.length);
        assert.equal(calls[0].pages, Math.max(1, Math.ceil(entries.length / size)));
      },
    ));

  it("a next page on another host is not asked for, and the list counts as incomplete", async () => {
    const entries = [audit("1", "2026-11-02T00:00:00Z"), audit("2", "2026-11-03T00:00:00Z")];
    for (const host of [
      "https://graph.evil.example",
      "https://graph.microsoft.com.evil.example",
      "https://graph.microsoft.com:444",
    ]) {
      const { call, paths } = paged(entries, 1, host);
      const collected = await collect(call, graph, [audits], period);
      assert.equal(paths.length, 1);
      assert.match(collected.calls[0]?.problem ?? "", /another host/);
      assert.equal(collected.entries.directoryAudits.length, 1);
      const [gap] = gapsOf({ subjects: [ana], unseen: [] }, collected, { days: 30, outside: undefined });
      assert.equal(gap?.kind, "incomplete");
    }
  });

  it("a link that is no address, and pages in a circle, are incomplete as well", async () => {
    for (const link of ["x:.evil.example/", 7, `${graph}${audits.path}`]) {
      const call: GraphCall = () =>
        Promise.resolve({
          status: 200,
          headers: new Headers(),
          text: "",
          body: { value: [], "@odata.nextLink": link },
          tries: 1,
        });
      const { calls } = await collect(call, graph, [audits], period);
      assert.notEqual(calls[0]?.problem, "", String(link));
    }
  });

  it("an answer that is no list is no empty list", async () => {
    const call: GraphCall = () =>
      Promise.resolve({ status: 200, headers: new Headers(), text: "", body: {}, tries: 1 });
    assert.match((await collect(call, graph, [audits], period)).calls[0]?.problem ?? "", /no list/);
  });

  it("a refused list is asked for once, and another list still is", async () => {
    const paths: string[] = [];
    const call: GraphCall = (path) => {
      paths.push(path);
      if (!path.includes("signIns")) return paged([], 1).call(path);
      const serviceCode = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
      throw new ServiceError({ status: 403, serviceCode, message: "no licence", method: "GET", url: path });
    };
    const wanted = wantedCalls([ana, siem], period, "public");
    const collected = await collect(call, graph, wanted, period);
    assertEach(paths, (path) => path.split("?")[0], [
      "/v1.0/auditLogs/directoryAudits",
      "/v1.0/auditLogs/directoryAudits",
      "/v1.0/auditLogs/signIns",
      "/beta/auditLogs/signIns",
    ]);
    const gaps = gapsOf({ subjects: [ana, siem], unseen: [] }, collected, { days: 7, outside: undefined });
    assertEach(gaps, ({ kind }) => kind, ["licence", "licence", "licence"]);
    assert.match(
      gaps[2]?.text ?? "",
      /no Microsoft Entra ID P1; Graph answers 403 Authentication_RequestFromNonPremium/,
    );
  });

  it("without the permission, the gap names it", async () => {
    const call: GraphCall = (path) => {
      throw new ServiceError({
        status: 403,
        serviceCode: "Authentication_MSGraphPermissionMissing",
        message: "",
        method: "GET",
        url: path,
      });
    };
    const collected = await collect(call, graph, wantedCalls([ana], period, "public"), period);
    const [first] = gapsOf({ subjects: [ana], unseen: [] }, collected, { days: 30, outside: undefined });
    assert.deepEqual([first?.kind, /requires AuditLog\.Read\.All/.test(first?.text ?? "")], ["permission", true]);
  });

  it("v1.0 where it has the list, the beta elsewhere; in a national cloud only the beta has sign-ins", () => {
    const paths = (cloud: "public" | "gccHigh"): string[] =>
      wantedCalls([siem], period, cloud).map(({ path }) => decodeURIComponent(path));
    const [, interactive, , application] = paths("public");
    assert.match(
      interactive ?? "",
      /^\/v1\.0\/auditLogs\/signIns\?\$filter=appId eq 'b2' and createdDateTime ge 2026-11-01T00:00:00\.000Z/,
    );
    assert.match(application ?? "", /^\/beta\/.*signInEventTypes\/any\(t: t eq 'servicePrincipal'\)/);
    assert.ok(
      paths("gccHigh")
        .slice(1)
        .every((path) => path.startsWith("/beta/") && path.includes("signInEventTypes")),
    );
    const hostile = wantedCalls([{ ...siem, id: "x' or 1 eq 1" }], period, "public")[0];
    assert.ok(decodeURIComponent(hostile?.path ?? "").includes("'x'' or 1 eq 1'"));
  });
});

describe("an evidence's period", () => {
  it("days are whole days in UTC; moments are taken as they are; the future is left out", () => {
    assert.deepEqual(periodOf("2026-11-01", "2026-11-01", now), {
      from: new Date("2026-11-01T00:00:00Z"),
      until: new Date("2026-11-02T00:00:00Z"),
    });
    assert.deepEqual(periodOf("2026-11-01T08:00:00+02:00", "2026-12-31", now), {
      from: new Date("2026-11-01T06:00:00Z"),
      until: now,
    });
  });

  it("property: neighbouring periods share no moment and miss none", () =>
    assertProperty(100, fc.integer({ min: 0, max: 86_400_000 * 3 }), (offset) => {
      const moment = new Date(Date.UTC(2026, 10, 1) + offset).toISOString();
      const days = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"].map((day) => periodOf(day, day, now));
      assert.equal(days.filter((one) => isWithin(one, moment)).length, 1, moment);
    }));

  it("seven decimals at midnight belong to the day before", () => {
    const day = periodOf("2026-11-01", "2026-11-01", now);
    assert.ok(isWithin(day, "2026-11-01T23:59:59.9999999Z"));
    assert.ok(!isWithin(day, "2026-11-02T00:00:00.0000000Z"));
  });

  it("refuses what is no date, a reversed period and the future", () => {
    for (const [from, to] of [
      ["2026-02-30", "2026-11-01"],
      ["yesterday", "2026-11-01"],
      ["2026-11-01T08:00:00", "2026-11-02"],
      ["2026-11-02", "2026-11-01"],
      ["2027-01-01", "2027-01-02"],
    ] as const)
      assert.throws(() => periodOf(from, to, now), /is no date|has no time|in the future/);
  });

  it("retention: the part before it, and nothing of a recent period", () => {
    const wide = periodOf("2026-10-01", "2026-11-25", now);
    assert.deepEqual(outsideRetention(wide, 30, now)?.until, new Date("2026-10-27T09:00:00Z"));
    assert.equal(outsideRetention(lastDays(7, now), 7, now), undefined);
    const old = periodOf("2026-09-01", "2026-09-02", now);
    assert.deepEqual(outsideRetention(old, 30, now), old);
  });
});
