/** OCSF 1.8.0: every alert and incident of the sandbox, by the required fields and by a validator that nobody here wrote. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { execa } from "execa";
import { dayMs as day } from "@defender-mssp/errors/time";
import {
  recordOfIncident,
  recordOfLegacyAlert,
  recordOfSecurityAlert,
  type AlertRecord,
  type IncidentRecord,
} from "@defender-mssp/microsoft";
import { detectionsBetween, Incidents, legacyAlert, securityAlert, newFolder } from "@defender-mssp/testkit";
import { alertFormats } from "../../src/alerts/formats";
import { fetchedAlert } from "../../src/alerts/fetchedAlert";
import { incidentFormats } from "../../src/incidents/formats";
import { chosenDestinations, checkSinkOptions } from "../../src/sinks/destinations";

type Event = Readonly<Record<string, unknown>>;

const now = new Date("2026-06-01T12:00:00Z");
const since = new Date(0);
const sources = new Map([["alertSources", { id: "alertSources", value: "mixed" }]]);
const tenant = {
  id: "c0570500-0000-4000-8000-00000000000a",
  objects: (name: string) => (name === "sandboxSwitches" ? sources : new Map()),
  links: () => new Map(),
  deleted: new Map(),
  secretHashes: new Map(),
};
const every = (30 * day) / 2160;
const detections = [...detectionsBetween(tenant, since, now, now, every)];
const graph = detections.map((one) => recordOfSecurityAlert(securityAlert(one), tenant.id));
const legacy = detections.map((one) => recordOfLegacyAlert(legacyAlert(one), tenant.id));
const world = new Incidents(tenant, every, now);
const span = { since, until: now };
const incidents = [...world.within({ created: span, updated: span })].map((sketch) =>
  recordOfIncident({ ...world.incident(sketch), alerts: world.alerts(sketch) }, tenant.id),
);

const alertEvent = (record: AlertRecord) => JSON.parse(alertFormats.ocsf(fetchedAlert(record, {}))) as Event;
const incidentEvent = (record: IncidentRecord) =>
  JSON.parse(incidentFormats.ocsf({ record, original: {} as never })) as Event;
/** Nothing but what is never null. */
const bare = (record: AlertRecord): AlertRecord =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      ["id", "alertId", "tenantId", "createdAt", "severity", "title", "product", "api"].includes(name)
        ? value
        : Array.isArray(value)
          ? []
          : null,
    ]),
  ) as unknown as AlertRecord;

describe("OCSF 1.8.0", () => {
  const edges = [
    bare(graph[0]!),
    { ...legacy[0]!, processes: [{ id: null, fileName: null, commandLine: "x" }] },
    { ...graph[0]!, status: "toBeNew", classification: "unknown", ipAddresses: ["fe80::1%eth0", "no address"] },
    {
      ...graph[0]!,
      devices: [{ id: null, name: null, dnsName: null, group: "lone group", ipAddresses: [], tags: ["lone tag"] }],
    },
    {
      ...graph[0]!,
      files: [{ name: null, path: "c:\\", sha1: "a", sha256: null, md5: null }],
      mitreTechniques: ["T1059.001"],
    },
  ];
  const withoutAlerts = incidents.slice(0, 1).map((incident) => ({ ...incident, alerts: null }));
  const events = [
    ...[...graph, ...legacy, ...edges].map(alertEvent),
    ...[...incidents, ...withoutAlerts].map(incidentEvent),
  ];

  it("every alert and incident of the sandbox has the required fields", () => {
    assert.ok(graph.length >= 2_159 && incidents.length > 500, `${graph.length}, ${incidents.length}`);
    const required = ["time", "severity_id", "type_uid", "category_uid", "class_uid", "metadata", "activity_id"];
    for (const event of events) {
      const own = event["class_uid"] === 2004 ? ["finding_info"] : ["finding_info_list", "status_id"];
      for (const name of [...required, ...own]) assert.notEqual(event[name] ?? null, null, name);
      assert.equal(event["type_uid"], Number(event["class_uid"]) * 100 + Number(event["activity_id"]));
      assert.ok(Number.isInteger(event["time"]) && Number(event["time"]) > 1_600_000_000_000);
    }
  });

  it("no value of a record is lost: each text is in the event", () => {
    for (const record of [...graph.slice(0, 300), ...legacy.slice(0, 300), ...edges]) {
      const text = JSON.stringify(alertEvent(record));
      const values = (value: unknown): unknown[] =>
        typeof value === "object" && value !== null ? Object.values(value).flatMap(values) : [value];
      const { createdAt: _, updatedAt: _u, firstActivityAt: _f, lastActivityAt: _l, severity: _s, ...rest } = record;
      const lost = values(rest).filter(
        (value) => typeof value === "string" && value !== "" && !text.includes(JSON.stringify(value).slice(1, -1)),
      );
      // A folder that a path repeats, and what is no address.
      const folders = record.files.map((file) => file.path);
      assertNone(lost, (value) => !folders.includes(value as string) && !/%|no addr/.test(String(value)));
    }
  });

  it("severity, status, verdict, technique and evidence are as the page of the mapping says", () => {
    const ids = (changes: Partial<AlertRecord>) => {
      const event = alertEvent({ ...graph[0]!, ...changes });
      return ["severity_id", "status_id", "verdict_id"].map((name) => event[name]);
    };
    assert.deepEqual(ids({ severity: "high", status: "inProgress", classification: "truePositive" }), [4, 2, 2]);
    assert.deepEqual(ids({ severity: "unknown", status: null, classification: "unknown" }), [0, 0, 0]);
    const others = { severity: "informational", status: "constructor", classification: "later" } as const;
    assert.deepEqual(ids(others), [1, 99, 99]);
    const files = [{ name: "a.exe", path: "c:\\x", sha1: "1", sha256: "2", md5: null }];
    const event = alertEvent({ ...bare(graph[0]!), mitreTechniques: ["T1059.001", "T1566"], files });
    assert.deepEqual((event["finding_info"] as Event)["attacks"], [
      { technique: { uid: "T1059" }, sub_technique: { uid: "T1059.001" } },
      { technique: { uid: "T1566" } },
    ]);
    const named = ["class_name", "severity"].map((name) => event[name]);
    const { title } = graph[0]!;
    const { analytic } = alertEvent({ ...graph[0]!, detectorId: "d" })["finding_info"] as Event;
    assert.deepEqual(
      [...named, analytic],
      [
        "Detection Finding",
        { low: "Low", medium: "Medium", high: "High", informational: "Informational", unknown: "Unknown" }[
          graph[0]!.severity
        ],
        { uid: "d", name: title, type_id: 0 },
      ],
    );
    assert.equal(incidentEvent(incidents[0]!)["class_name"], "Incident Finding");
    const hashes = [2, 3].map((id, index) => ({ algorithm_id: id, value: String(index + 1) }));
    assert.deepEqual(event["evidences"], [{ file: { name: "a.exe", path: "c:\\x\\a.exe", type_id: 0, hashes } }]);
  });

  it("an incident is created, updated or closed, at its change", () => {
    const [incident] = incidents;
    const at = { createdAt: "2026-05-01T00:00:00.000Z", updatedAt: "2026-05-02T00:00:00.000Z" };
    const activities = [
      { ...incident!, ...at, status: "active", updatedAt: at.createdAt },
      { ...incident!, ...at, status: "inProgress" },
      { ...incident!, ...at, status: "resolved" },
    ].map((record) => incidentEvent(record));
    assertEach(activities, (event) => [event["type_uid"], event["status_id"], event["time"]], [
      [200501, 1, Date.parse(at.createdAt)],
      [200502, 2, Date.parse(at.updatedAt)],
      [200503, 4, Date.parse(at.updatedAt)],
    ]);
  });

  it("every destination that takes JSON takes it; Elasticsearch takes its own schema", () => {
    for (const options of [
      { hec: "x" },
      { syslog: "x" },
      { file: "x" },
      { logAnalytics: "x", dcr: "d", stream: "s" },
    ]) {
      assert.equal(chosenDestinations(options).length, 1);
      checkSinkOptions({ ...options, format: "ocsf" });
    }
    assert.throws(() => checkSinkOptions({ elasticsearch: "x", format: "ocsf" }), /can't be used with --format ocsf/);
  });

  it("the validator ocsf-json-schema finds no error in any, and one where a field is broken", async function () {
    this.timeout(300_000);
    const python = process.env["MSSP_TEST_PYTHON"] ?? "python3";
    const needed = ["-c", "import ocsf_json_schema, jsonschema"];
    if ((await execa(python, needed, { reject: false })).exitCode !== 0) {
      console.log(`    skipped: ${python} has no ocsf-json-schema with jsonschema`);
      this.skip();
    }
    const folder = newFolder();
    const file = path.join(folder, "events.jsonl");
    const broken = { ...events[0], severity_id: "4" };
    const lines = [...events, broken].map((event) => JSON.stringify(event)).join("\n");
    await writeFile(file, lines);
    const program = [
      "import json, sys, jsonschema, ocsf_json_schema as o",
      "all = o.OcsfJsonSchemaEmbedded(o.get_ocsf_schema(version='1.8.0'))",
      "by = {u: jsonschema.Draft202012Validator(all.get_class_schema(class_name=all.lookup_class_name_from_uid(class_uid=u), profiles=['incident'])) for u in (2004, 2005)}",
      "for n, line in enumerate(open(sys.argv[1])):",
      "    e = json.loads(line)",
      "    for x in by[e['class_uid']].iter_errors(e): print(n, list(x.absolute_path), x.validator, x.message[-200:])",
    ].join("\n");
    const { stdout } = await execa(python, ["-c", program, file]);
    const [found, ...others] = stdout.split("\n").map((line) => line.split("] ")[0]);
    assert.deepEqual([found, new Set(others)], [`${events.length} ['severity_id'`, new Set([found])], stdout);
  });
});
