import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import {
  connectorRestsOn,
  daysOfRetirementWarning,
  endingOn,
  endings,
  endingSentence,
  retirement,
  retirements,
  type RestsOn,
  type RetirementId,
} from "../src";

const day = (offset: number, from: string) =>
  new Date(Date.parse(from) + offset * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
const ids = (subject: RestsOn, today = "2026-11-28") => endings(subject, today).map(({ id }) => id);

describe("endings: the days before and after an end", () => {
  const near = fc.constantFrom(-1, 0, 1, 89, 90, 91);
  const dated = retirements.filter(({ endsOn }) => endsOn !== null);

  it("each dated entry becomes a warning 90 days before, and is over from its day on, or after its last day", () =>
    assertProperty(
      500,
      fc.constantFrom(...dated),
      fc.oneof(near, fc.integer({ min: -800, max: 800 })),
      (entry, daysLeft) => {
        const { level, daysLeft: shown } = endingOn(entry, [], day(-daysLeft, entry.endsOn ?? ""));
        const worksOnTheDay = entry.precision === "month" || entry.isLastDay === true;
        const isOver = worksOnTheDay ? daysLeft < 0 : daysLeft <= 0;
        const over = entry.afterwards === "off" ? "over" : "perhapsOver";
        assert.equal(shown, daysLeft);
        assert.equal(level, isOver ? over : daysLeft <= 90 ? "soon" : "later");
      },
    ));

  it("the boundaries by hand: the advanced hunting API and the Azure portal", () => {
    assert.equal(daysOfRetirementWarning, 90);
    const levelOn = (id: RetirementId, today: string) => endingOn(retirement(id), [], today).level;
    assert.equal(levelOn("mde-advanced-hunting-api", "2026-11-02"), "later");
    assert.equal(levelOn("mde-advanced-hunting-api", "2026-11-03"), "soon");
    assert.equal(levelOn("mde-advanced-hunting-api", "2027-01-31"), "soon");
    assert.equal(levelOn("mde-advanced-hunting-api", "2027-02-01"), "over");
    assert.equal(levelOn("sentinel-azure-portal", "2027-03-31"), "soon");
    assert.equal(levelOn("sentinel-azure-portal", "2027-04-01"), "over");
  });

  it("an entry without a date has no level of time on any day, and no digits of a date in its sentence", () => {
    const undated = retirements.filter(({ endsOn }) => endsOn === null);
    assert.ok(undated.length > 3);
    assertProperty(100, fc.constantFrom(...undated), fc.integer({ min: 0, max: 9000 }), (entry, offset) => {
      const ending = endingOn(entry, [], day(offset, "2010-01-01"));
      assert.deepEqual([ending.level, ending.daysLeft], ["undated", null]);
      assert.match(endingSentence(ending), /no date is published/);
      assert.doesNotMatch(endingSentence(ending), /\d{4}-\d\d/);
    });
  });

  it("says a month where only the month is known, and what may still answer", () => {
    const sentence = (id: RetirementId, today = "2026-11-28") => endingSentence(endingOn(retirement(id), [], today));
    assert.match(sentence("graph-tiindicators"), /ended in 2026-04\.$/);
    assert.match(sentence("mde-siem-api"), /is not supported and may be off since 2024-12-31\.$/);
    assert.match(sentence("mde-advanced-hunting-api"), /ends on 2027-02-01, in 65 days\.$/);
    assert.match(sentence("sentinel-azure-portal", "2027-03-31"), /ends on 2027-03-31, today\.$/);
    assert.match(sentence("sentinel-azure-portal", "2027-03-30"), /in 1 day\.$/);
  });
});

describe("endings: what rests on the table", () => {
  it("a connector of Graph rests on nothing that ends, with every profile but respond", () => {
    for (const profile of ["read", "hunt", "triage"] as const) {
      const contract = { profile, approvedBy: "Ana Silva", writesEndOn: "2027-12-31" };
      assert.deepEqual(ids(connectorRestsOn({ alertApis: ["graph"], ...contract }, "2026-11-28")), []);
    }
  });

  it("response actions rest on an API whose end has no date", () => {
    const contract = {
      profile: "respond",
      actions: ["isolate"],
      approvedBy: "Ana Silva",
      writesEndOn: "2027-12-31",
    } as const;
    const [ending, ...others] = endings(
      connectorRestsOn({ alertApis: ["graph"], ...contract }, "2026-11-28"),
      "2026-11-28",
    );
    assert.deepEqual(others, []);
    assert.equal(ending?.id, "mde-api-rest");
    assert.ok(ending.restsOn.includes("the permission WindowsDefenderATP/Machine.Isolate"));
  });

  it("the legacy alert API by the choice, its hosts of every cloud and its permission", () => {
    assert.deepEqual(ids({ alertApis: ["legacySiem"] }), ["mde-siem-api"]);
    assert.deepEqual(ids({ urls: ["https://wdatp-alertexporter-eu.securitycenter.windows.com/api/alerts?ago=P1D"] }), [
      "mde-siem-api",
    ]);
    assert.deepEqual(ids({ urls: ["wdatp-alertexporter-us.gcc.securitycenter.windows.us"] }), ["mde-siem-api"]);
  });

  it("a path is compared by whole segments, and at its hosts only", () => {
    assert.deepEqual(ids({ urls: ["https://graph.microsoft.com/v1.0/security/alerts?$top=1"] }), [
      "graph-legacy-alerts",
    ]);
    assert.deepEqual(ids({ urls: ["https://graph.microsoft.com/v1.0/security/alerts/123"] }), ["graph-legacy-alerts"]);
    assert.deepEqual(ids({ urls: ["https://graph.microsoft.com/v1.0/security/alerts_v2"] }), []);
    assert.deepEqual(ids({ urls: ["https://example.com/v1.0/security/alerts"] }), []);
    assert.deepEqual(ids({ urls: ["https://GRAPH.microsoft.com/V1.0/Security/Alerts"] }), ["graph-legacy-alerts"]);
    assert.deepEqual(ids({ urls: ["https://x.ods.opinsights.azure.com/api/logs?api-version=2016-04-01"] }), [
      "http-data-collector-api",
    ]);
    assert.deepEqual(ids({ urls: ["https://ods.opinsights.azure.com.example.org/api/logs"] }), []);
  });

  it("a table, a column with its table, a type and an error", () => {
    assert.deepEqual(ids({ tables: ["AADSignInEventsBeta", "EntraIdSignInEvents"] }), ["aadsignineventsbeta"]);
    assert.deepEqual(ids({ tables: ["GraphApiAuditEvents"] }), []);
    assert.deepEqual(ids({ tables: ["DeviceEvents"], columns: ["IPAddress"] }), []);
    assert.deepEqual(ids({ tables: ["GraphApiAuditEvents"], columns: ["IPAddress"] }), ["graphapiauditevents-rename"]);
    assert.deepEqual(ids({ types: ["azure-native:securityinsights:TIDataConnector"] }), ["sentinel-tip-connector"]);
    assert.deepEqual(ids({ errors: ["AADSTS: Service principal-less Authentication failed for x"] }), [
      "service-principal-less-authentication",
    ]);
  });

  it("the most urgent stands first", () => {
    const subject = { alertApis: ["legacySiem" as const], access: ["sentinelInAzurePortal" as const] };
    assert.deepEqual(ids(subject), ["mde-siem-api", "sentinel-azure-portal"]);
    const tables = ["AADSignInEventsBeta"];
    assert.deepEqual(ids({ ...subject, tables }), ["aadsignineventsbeta", "mde-siem-api", "sentinel-azure-portal"]);
  });
});

describe("retirements: the table", () => {
  it("has unique IDs, real dates with a precision, a successor, a remedy and a source", () => {
    const all = retirements.map(({ id }) => id);
    assert.equal(new Set(all).size, all.length);
    for (const { id, endsOn, precision, successor, remedy, source, matches } of retirements) {
      assert.equal(endsOn === null, precision === null, id);
      if (endsOn !== null) assert.equal(new Date(endsOn).toISOString().slice(0, 10), endsOn, id);
      if (precision === "month") assert.equal(day(1, endsOn ?? "").slice(8), "01", `${id}: last day of the month`);
      for (const text of [successor, remedy, source]) assert.notEqual(text, "", id);
      assert.ok(Object.values(matches).flat().length > 0, `${id} matches nothing`);
    }
  });
});
