import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import {
  type AlertRecord,
  type LegacyAlert,
  recordOfLegacyAlert,
  recordOfSecurityAlert,
} from "@defender-mssp/microsoft";
import { legacyAlert, securityAlert } from "@defender-mssp/testkit";
import fc from "fast-check";
import { recordAsCef, recordAsEcs, recordAsJson } from "../../src/alerts/formats";
import { fetchedAlert, sinkRecordOf } from "../../src/alerts/fetchedAlert";
import { hecEvent } from "../../src/sinks/hec";
import { syslogAddress, syslogFrame, syslogMessage } from "../../src/sinks/syslog";
import { momentOf } from "../../src/pull/time";
import { dayOfDetections, now, tenantId } from "./dayOfDetections";
import { parseCef, parseSyslog, SyslogFrames } from "./parsers";

const detections = dayOfDetections();
const [detection] = detections;
const graph = recordOfSecurityAlert(securityAlert(detection!), tenantId);
const fetched = (record: AlertRecord) => fetchedAlert(record, record);

/** Text with everything that any of the formats treats in its own way. */
const nasty = fc.string({
  unit: fc.oneof(fc.constantFrom("\\", "=", "|", "\n", "\r", " ", "n", "<", ">", "a=b", "é", "😀", '"'), fc.string()),
});
const nastyRecord = fc
  .record({ title: nasty, description: nasty, product: nasty, commandLine: nasty, id: nasty })
  .map(({ commandLine, ...texts }): AlertRecord => ({
    ...graph,
    ...texts,
    processes: [{ id: 1, fileName: "a", commandLine }],
  }));

describe("packages/siem: one schema", () => {
  it("has the same keys, and the same values for the same alert, from both APIs", () => {
    for (const one of detections) {
      const [legacy, alert] = [
        recordOfLegacyAlert(legacyAlert(one), tenantId),
        recordOfSecurityAlert(securityAlert(one), tenantId),
      ];
      assert.deepEqual(Object.keys(legacy), Object.keys(alert));
      for (const key of ["alertId", "tenantId", "title", "description", "category", "severity"] as const)
        assert.equal(legacy[key], alert[key]);
      for (const key of [
        "createdAt",
        "firstActivityAt",
        "product",
        "detectionSource",
        "detectorId",
        "threatName",
      ] as const)
        assert.equal(legacy[key], alert[key], key);
      for (const key of ["devices", "files"] as const) assert.deepEqual(legacy[key], alert[key]);
      assert.equal(legacy.users[0]?.name, alert.users[0]?.name);
      assert.match(alert.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.notEqual(legacy.id, alert.id);
    }
  });

  it("accepts alerts with missing fields", () => {
    const empty = {
      AlertId: "a",
      FullId: "",
      AlertTitle: "t",
      Severity: "High",
      Source: "",
      AlertTime: "2026-01-02T03:04:05",
    };
    const record = recordOfLegacyAlert({ ...empty } as LegacyAlert, tenantId);
    assert.equal(record.id, "a");
    assert.equal(record.createdAt, "2026-01-02T03:04:05.000Z");
    assert.deepEqual([record.users, record.files, record.processes, record.urls], [[], [], [], []]);
    assert.equal(
      recordOfSecurityAlert({ ...securityAlert(detection!), severity: "unknownFutureValue" }, tenantId).severity,
      "unknown",
    );
  });
});

describe("packages/siem: users of an alert", () => {
  const usersOf = (...accounts: object[]) => {
    const evidence = accounts.map((userAccount) => ({
      "@odata.type": "#microsoft.graph.security.userEvidence",
      userAccount,
    }));
    return recordOfSecurityAlert({ ...securityAlert(detection!), evidence } as never, tenantId).users;
  };
  const [name, domain, other] = ["ann", "contoso", "ann@fabrikam.com"];

  it("are complete, including those with only a user principal name and those without a domain", () => {
    assert.equal(usersOf({ userPrincipalName: "ann@contoso.com" }, { userPrincipalName: other }).length, 2);
    const sameName = [
      { accountName: name, userPrincipalName: "ann@contoso.com" },
      { accountName: name, userPrincipalName: other },
      { accountName: name },
    ];
    assert.equal(usersOf(...sameName).length, 3);
  });

  it("are listed once if name and domain are equal", () => {
    const account = { accountName: name, domainName: domain };
    const expected = [{ name, domain, userPrincipalName: other }];
    assert.deepEqual(usersOf(account, { ...account, userPrincipalName: other }, account), expected);
  });
});

describe("packages/siem: CEF", () => {
  it("is parsed back unchanged, for any characters", () =>
    assertProperty(100, nastyRecord, (record) => {
      const line = recordAsCef(fetched(record));
      assert.doesNotMatch(line, /[\r\n]/);
      const { header, extension } = parseCef(line);
      const oneLine = (text: string) => text.replace(/[\r\n]+/g, " ");
      const digest = createHash("sha256").update(record.id).digest("hex").slice(0, 40);
      assert.deepEqual(header, [
        "CEF:0",
        "Microsoft",
        oneLine(cut(record.product, 63)),
        "1",
        graph.detectorId,
        oneLine(record.title),
        header[6],
      ]);
      assert.equal(extension.get("externalId") ?? "", record.id.length > 40 ? digest : record.id);
      assert.equal(extension.get("msg") ?? "", record.description);
      assert.equal(extension.get("cs5") ?? "", record.processes[0]!.commandLine);
      assert.equal(extension.get("rt"), String(Date.parse(record.createdAt)));
    }));

  const cut = (text: string, most: number) =>
    text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;

  it("has the full path of a file, and the alert's status under its own label", () => {
    const cef = (path: string | null, name: string | null) => {
      const file = { path, name, sha1: null, sha256: null, md5: null };
      return parseCef(recordAsCef(fetched({ ...graph, status: "new", files: [file] }))).extension;
    };
    assert.equal(cef("C:\\Users", "a.exe").get("filePath"), "C:\\Users\\a.exe");
    assert.equal(cef("C:\\Users\\a.exe", "A.exe").get("filePath"), "C:\\Users\\a.exe");
    assert.equal(cef("/usr/bin", "sh").get("filePath"), "/usr/bin/sh");
    assert.equal(cef("/", "sh").get("filePath"), "/sh");
    assert.equal(cef(null, "sh").get("filePath"), undefined);
    const extension = cef("/", "sh");
    assert.equal(extension.get("outcome"), undefined);
    assert.deepEqual([extension.get("flexString1Label"), extension.get("flexString1")], ["Status", "new"]);
  });

  it("truncates each field to its length in ArcSight's dictionary", () => {
    const long = "x".repeat(5000);
    const device = { id: long, name: long, dnsName: long, group: long, ipAddresses: [], tags: [] };
    const record = { ...graph, id: long, alertId: long, title: long, product: long, description: long };
    const { header, extension } = parseCef(recordAsCef(fetched({ ...record, devices: [device] })));
    assert.deepEqual([header[2]?.length, header[5]?.length], [63, 512]);
    const keys = ["externalId", "dvchost", "deviceExternalId", "msg", "cs1"];
    assertEach(keys, (key) => extension.get(key)?.length, [40, 100, 255, 1023, 4000]);
  });

  it("has severities in the ranges of ArcSight's dictionary", () => {
    const bands = { unknown: "Unknown", informational: "1", low: "3", medium: "6", high: "8" } as const;
    for (const [severity, number] of Object.entries(bands)) {
      const record = { ...graph, severity: severity as AlertRecord["severity"] };
      assert.equal(parseCef(recordAsCef(fetched(record))).header[6], number);
    }
  });
});

describe("packages/siem: Elastic Common Schema", () => {
  it("has time, ID, tenant and entities in the schema's fields, for any characters", () =>
    assertProperty(100, nastyRecord, (record) => {
      const document = JSON.parse(recordAsEcs(fetched(record))) as Record<string, Record<string, unknown>>;
      assert.equal(document["@timestamp"], record.createdAt);
      assert.equal(document["message"], record.title);
      assert.equal(document["event"]?.["id"], record.id);
      assert.equal(document["event"]["kind"], "alert");
      assert.equal(document["organization"]?.["id"], record.tenantId);
      assert.equal(document["host"]?.["name"], record.devices[0]?.name ?? undefined);
      assert.deepEqual(document["defender"], JSON.parse(JSON.stringify(record)));
    }));

  it("file.path is the full path with the file's name, as the schema defines it", () => {
    const paths = [
      ["C:\\Windows\\System32", "cmd.exe", "C:\\Windows\\System32\\cmd.exe"],
      ["C:\\Windows\\cmd.exe", "cmd.exe", "C:\\Windows\\cmd.exe"],
      ["/usr/bin", "curl", "/usr/bin/curl"],
      [null, "curl", undefined],
    ] as const;
    for (const [folder, name, full] of paths) {
      const file = { ...graph.files[0]!, path: folder, name };
      const document = JSON.parse(recordAsEcs(fetched({ ...graph, files: [file] }))) as { file: { path?: string } };
      assert.equal(document.file.path, full);
    }
  });

  it("leaves out what is no IP address, and the zone of one: the server refuses a document with them", () => {
    const device = { ...graph.devices[0]!, ipAddresses: ["10.0.0.1", "not an address", "fe80::1%eth0"] };
    const document = JSON.parse(recordAsEcs(fetched({ ...graph, devices: [device] }))) as { host: { ip: string[] } };
    assert.deepEqual(document.host.ip, ["10.0.0.1", "fe80::1"]);
  });
});

describe("packages/siem: syslog", () => {
  it("is framed and parsed back unchanged, in chunks of any size", () =>
    assertProperty(100, fc.array(nastyRecord, { maxLength: 5 }), fc.integer({ min: 1, max: 900 }), (records, size) => {
      const bytes = Buffer.concat(
        records.map((record) => syslogFrame(syslogMessage(sinkRecordOf(fetched(record), recordAsJson), true))),
      );
      const frames = new SyslogFrames();
      for (let at = 0; at < bytes.length; at += size) frames.push(bytes.subarray(at, at + size));
      const parsed = frames.messages.map(parseSyslog);
      assert.equal(frames.rest, 0);
      assertEach(parsed, ({ message }) => JSON.parse(message) as unknown, JSON.parse(JSON.stringify(records)));
      for (const { facility, timestamp, application, structuredData } of parsed) {
        assert.equal(facility, 16);
        assert.equal(timestamp, graph.createdAt);
        assert.equal(application, "defender-mssp");
        assert.equal(structuredData, "-");
      }
    }));

  it("is ASCII without a byte order mark where it is JSON, and read back unchanged", () =>
    assertProperty(100, nastyRecord, (record) => {
      const title = `é😀\u2028\uFEFF${record.title}`;
      const message = syslogMessage(sinkRecordOf(fetched({ ...record, title }), recordAsJson), true);
      assert.match(message, /^[\x20-\x7e]*$/);
      const { title: read } = JSON.parse(parseSyslog(message).message) as { readonly title: string };
      assert.equal(read, JSON.parse(JSON.stringify(title)));
    }));

  it("begins with a byte order mark only if the message is not plain ASCII", () => {
    const message = (title: string) => syslogMessage(sinkRecordOf(fetched({ ...graph, title }), recordAsCef), false);
    assert.ok(message("é").includes(" - \uFEFFCEF:0|"));
    assert.ok(message("e").includes(" - CEF:0|"));
  });

  it("accepts valid destination addresses and refuses others", () => {
    assert.deepEqual(syslogAddress("tls://siem.example.com"), {
      transport: "tls",
      host: "siem.example.com",
      port: 6514,
    });
    assert.deepEqual(syslogAddress("tcp://10.0.0.5:1514"), { transport: "tcp", host: "10.0.0.5", port: 1514 });
    assert.deepEqual(syslogAddress("tcp://[::1]:1514"), { transport: "tcp", host: "::1", port: 1514 });
    assert.deepEqual(syslogAddress("udp://10.0.0.5"), { transport: "udp", host: "10.0.0.5", port: 514 });
    for (const text of ["siem", "unix://a:1", "tls://", "tls://a/path", "https://a"])
      assert.throws(() => syslogAddress(text), /is not an address such as/);
  });
});

describe("packages/siem: Splunk events", () => {
  it("carry time, host, id and the alert", () =>
    assertProperty(100, nastyRecord, fc.boolean(), (record, isJson) => {
      const format = isJson ? recordAsJson : recordAsCef;
      const sent = sinkRecordOf(fetched(record), format);
      const event = JSON.parse(hecEvent({ isJson, sourcetype: "t", index: "i" }, sent)) as Record<string, unknown>;
      assert.equal(event.time, Date.parse(record.createdAt) / 1000);
      assert.equal(event.host, record.devices[0]!.name);
      assert.deepEqual([event.sourcetype, event.index], ["t", "i"]);
      assert.deepEqual(event.fields, { id: record.id });
      const expected = isJson ? (JSON.parse(JSON.stringify(record)) as unknown) : recordAsCef(fetched(record));
      assert.deepEqual(event.event, expected);
    }));
});

describe("packages/siem: times", () => {
  it("are ISO 8601 times, or durations in ISO 8601 or with one unit", () => {
    assert.equal(momentOf("PT1H", now).toISOString(), "2026-06-01T11:00:00.000Z");
    assert.equal(momentOf("1h", now).toISOString(), "2026-06-01T11:00:00.000Z");
    assert.equal(momentOf("2026-05-01", now).toISOString(), "2026-05-01T00:00:00.000Z");
    assert.equal(momentOf("2026-05-01T10:00:00", now).toISOString(), "2026-05-01T10:00:00.000Z");
    assert.equal(momentOf("2026-05-01T10:00:00+02:00", now).toISOString(), "2026-05-01T08:00:00.000Z");
    assert.throws(() => momentOf("yesterday", now), /neither a time nor a duration: /);
    assert.throws(() => momentOf("2026-13-01", now), /neither a time/);
    assert.throws(() => momentOf("2027-01-01", now), /in the future/);
  });
});
