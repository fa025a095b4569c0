import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { recordOfIncident, type IncidentRecord } from "@defender-mssp/microsoft";
import fc from "fast-check";
import { incidentFormats } from "../../src/incidents/formats";
import { parseCef } from "../alerts/parsers";
import { securityIncidents } from "../sinks/itemsToSend";

const [incident] = securityIncidents(1).map((original) => recordOfIncident(original, "tenant"));
const asCef = (change: Partial<IncidentRecord> = {}) =>
  parseCef(incidentFormats.cef({ record: { ...incident!, ...change }, original: {} as never }));

const nasty = fc.string({
  unit: fc.oneof(fc.constantFrom("\\", "=", "|", "\n", "\r", " ", "a=b", "é", "\u001b[31m", "\u202e"), fc.string()),
  maxLength: 100,
});

describe("siem/incidents: CEF", () => {
  it("has the incident's own fields, and the times, categories and entities of its alerts", () => {
    const [first, second] = incident!.alerts ?? [];
    const alerts = [
      { ...first!, category: "Malware", mitreTechniques: ["T1059"], alertId: "a1", devices: [] },
      { ...second!, category: "Malware", mitreTechniques: ["T1059", "T1566"], alertId: "a2" },
    ];
    const times = ["2026-06-01T10:00:00.000Z", "2026-06-01T11:00:00.000Z", "2026-06-01T12:00:00.000Z"] as const;
    Object.assign(alerts[0]!, { firstActivityAt: times[1], lastActivityAt: times[2] });
    Object.assign(alerts[1]!, { firstActivityAt: times[0], lastActivityAt: null });
    const { header, extension } = asCef({
      alerts,
      severity: "high",
      title: "Multi-stage incident",
      summary: null,
      description: "What happened",
      classification: "truePositive",
      determination: "phishing",
      redirectIncidentId: "4712",
    });
    assert.deepEqual(header, [
      ...["CEF:0", "Microsoft", "Microsoft Defender XDR", "1", "incident", "Multi-stage incident", "8"],
    ]);
    const expected = {
      externalId: "4711",
      cat: "Malware",
      rt: String(Date.parse(incident!.updatedAt)),
      start: String(Date.parse(times[0])),
      end: String(Date.parse(times[2])),
      msg: "What happened",
      deviceExternalId: second!.devices[0]!.id,
      cs1Label: "AlertIds",
      cs1: "a1,a2",
      cs2Label: "TenantId",
      cs2: incident!.tenantId,
      cs3Label: "IncidentUrl",
      cs3: incident!.url,
      cs4Label: "MitreTechniques",
      cs4: "T1059,T1566",
      cs5Label: "AssignedTo",
      cs5: "ana@mssp.example",
      cs6Label: "RedirectIncidentId",
      cs6: "4712",
      cn1Label: "AlertCount",
      cn1: "2",
      flexString1Label: "Status",
      flexString1: "active",
      flexString2Label: "Classification",
      flexString2: "truePositive,phishing",
      deviceCustomDate1Label: "CreatedAt",
      deviceCustomDate1: String(Date.parse(incident!.createdAt)),
    };
    for (const [key, value] of Object.entries(expected)) assert.equal(extension.get(key), value, key);
  });

  it("leaves out what an incident without alerts does not have", () => {
    const { extension } = asCef({ alerts: null, url: null, assignedTo: null });
    for (const key of [
      "cat",
      "start",
      "end",
      "cs1",
      "cs1Label",
      "cs3Label",
      "cs5Label",
      "cn1",
      "cn1Label",
      "dvchost",
    ]) {
      assert.equal(extension.has(key), false, key);
    }
  });

  it("is one line that is parsed back unchanged and drives no terminal, for any characters", () =>
    assertProperty(100, nasty, nasty, (title, assignedTo) => {
      const record = { ...incident!, title, assignedTo };
      const line = incidentFormats.cef({ record, original: {} as never });
      assert.doesNotMatch(line, /[\u0000-\u001f\u202e]/);
      const { header, extension } = parseCef(line);
      if (/^[\x20-\x7e\r\n]*$/.test(title)) assert.equal(header[5], title.replace(/[\r\n]+/g, " "));
      if (/^[\x20-\x7e\r\n]*$/.test(assignedTo)) assert.equal(extension.get("cs5") ?? "", assignedTo);
      assert.equal(extension.get("externalId"), "4711");
    }));
});

describe("siem/incidents: Elastic Common Schema", () => {
  it("has the time of the last change, and the whole record", () => {
    const document = JSON.parse(incidentFormats.ecs({ record: incident!, original: {} as never })) as {
      "@timestamp": string;
      event: object;
      defender: object;
    };
    assert.equal(document["@timestamp"], incident!.updatedAt);
    assert.deepEqual(document.event, {
      id: "4711",
      kind: "alert",
      module: "defender",
      dataset: "defender.incident",
      severity: 1,
      start: incident!.createdAt,
      url: incident!.url,
    });
    assert.deepEqual(document.defender, { incident });
  });
});
