/** Alerts whose fields are null, of another type, or drive a terminal: each is delivered, and only as text. */
import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { StandardError } from "@defender-mssp/terminal/processSession";
import {
  recordOfLegacyAlert,
  recordOfSecurityAlert,
  type AlertRecord,
  type LegacyAlert,
  type SecurityAlert,
} from "@defender-mssp/microsoft";
import { legacyAlert, securityAlert } from "@defender-mssp/testkit";
import fc from "fast-check";
import { originalAsJson, recordAsCef, recordAsJson } from "../../src/alerts/formats";
import { fetchedAlert, sinkRecordOf } from "../../src/alerts/fetchedAlert";
import { hecEvent } from "../../src/sinks/hec";
import { StderrProgress } from "../../src/pull/progress";
import { syslogMessage } from "../../src/sinks/syslog";
import { dayOfDetections, tenantId } from "./dayOfDetections";

/** What a terminal or a log viewer acts on: C0, DEL, C1, bidi overrides and isolates, line and paragraph separators. */
const acting = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069]/;
const [detection] = dayOfDetections();

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\u001b[31m", "\u001b]0;x\u0007", "\u009b2J", "\u0000", "\u000b", "\u202e", "\u2028", "\r\n", "|"),
    fc.string({ unit: "binary" }),
  ),
});
const anyValue = fc.oneof(
  hostile,
  fc.constantFrom<unknown>(null, undefined, 0, true, [], [null], {}, { fileName: null }, "2026-99-99T99:99:99.999Z"),
  fc.jsonValue(),
);

function spoilt<T extends object>(alert: T): fc.Arbitrary<T> {
  const fields = Object.keys(alert).map((key) => [key, fc.option(anyValue, { nil: "as it was" })] as const);
  return fc.record(Object.fromEntries(fields)).map((values) => ({
    ...alert,
    ...Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "as it was")),
  }));
}

function assertDeliverable(record: AlertRecord, original: object): void {
  const alert = fetchedAlert(record, original);
  const lines = [recordAsJson(alert), originalAsJson(alert), recordAsCef(alert)];
  for (const line of lines) assert.doesNotMatch(line, acting);
  assert.deepEqual(JSON.parse(lines[0] ?? ""), JSON.parse(JSON.stringify(record)));
  for (const format of [recordAsJson, recordAsCef]) {
    assert.doesNotMatch(
      hecEvent({ isJson: format === recordAsJson, sourcetype: "cef" }, sinkRecordOf(alert, format)),
      acting,
    );
    assert.doesNotMatch(
      syslogMessage(sinkRecordOf(alert, format), format === recordAsJson).replace("\ufeff", ""),
      acting,
    );
  }
  assert.notEqual(record.id, "");
  assert.match(record.createdAt, /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
}

describe("packages/siem/alerts/fields: fields of an alert", () => {
  it("any fields of Microsoft Graph: the pull continues and no terminal is controlled", () =>
    assertProperty(100, spoilt<SecurityAlert>(securityAlert(detection!)), (alert) =>
      assertDeliverable(recordOfSecurityAlert(alert, tenantId), alert),
    ));

  it("any fields of the legacy API: the pull continues and no terminal is controlled", () =>
    assertProperty(100, spoilt<LegacyAlert>(legacyAlert(detection!)), (alert) =>
      assertDeliverable(recordOfLegacyAlert(alert, tenantId), alert),
    ));

  it("an alert without fields gives a record with a stable ID", () => {
    for (const recordOf of [recordOfSecurityAlert, recordOfLegacyAlert] as const) {
      const record = recordOf({} as never, tenantId);
      assertDeliverable(record, {});
      assert.equal(record.id, recordOf({} as never, tenantId).id);
      assert.equal(record.severity, "unknown");
    }
  });

  it("fields that a service's error repeats are escaped in the message", () => {
    let shown = "";
    const stream = { isTTY: true, write: (text: string) => (shown += text) } as unknown as typeof process.stderr;
    const err = new StandardError(stream, (text) => stream.write(text));
    new StderrProgress("alert", false, err).note("answered 503: \u001b[2J\u009b2J\u202e");
    assert.equal(shown, "mssp: answered 503: \\u{1b}[2J\\u{9b}2J\\u{202e}\n");
  });
});
