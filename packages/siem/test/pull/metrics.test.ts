import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { connectorRestsOn, endings } from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { Metrics, metricsPlace, publish } from "../../src/pull/metrics";

interface Family {
  help?: string;
  type?: string;
  readonly samples: { readonly labels: Record<string, string>; readonly value: number }[];
}

/** The text format 0.0.4, strictly. Source: Prometheus, "Exposition formats". */
function parseExposition(text: string): Map<string, Family> {
  assert.ok(text.endsWith("\n"), "the last line has no end");
  const families = new Map<string, Family>();
  const familyOf = (name: string): Family => {
    const family = families.get(name) ?? { samples: [] };
    families.set(name, family);
    return family;
  };
  for (const line of text.slice(0, -1).split("\n")) {
    const [, kind, about = "", rest = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line) ?? [];
    if (kind !== undefined) {
      const family = familyOf(about);
      assert.equal(family.samples.length, 0, `${kind} after a sample: ${line}`);
      if (kind === "HELP") family.help = rest;
      else family.type = rest;
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line);
    assert.ok(sample, `not a sample: ${line}`);
    const [, name = "", pairs = "", value] = sample;
    const labels = [...pairs.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"/g)].map(([, key, text = ""]) => [
      key,
      text.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character)),
    ]);
    assert.ok(!Number.isNaN(Number(value)), line);
    familyOf(name).samples.push({ labels: Object.fromEntries(labels) as Record<string, string>, value: Number(value) });
  }
  return families;
}

describe("siem/pull: metrics", () => {
  const note = (text: string): never => {
    throw new Error(text);
  };
  let now = Date.parse("2026-11-01T12:00:00Z");
  const metrics = new Metrics("alert", () => now);

  it("have Prometheus' format and names, and each customer's figures", () => {
    const customer = metrics.customer('a"b\\c\nd');
    customer.label({ tenant_id: "t" });
    customer.started();
    customer.delivered(250, "2026-11-01T11:00:00.000Z");
    const value = (name: string) => parseExposition(metrics.text).get(`mssp_alerts_${name}`)?.samples[0]?.value;
    assert.equal(value("lag_seconds"), 3600);
    assert.equal(value("last_success_timestamp_seconds"), undefined);
    customer.delivered(1, "2026-11-01T10:00:00.000Z");
    assert.equal(value("lag_seconds"), 3600, "a late alert is a step back");
    now += 5000;
    customer.succeeded();
    assert.equal(value("lag_seconds"), 5, "measured from the start of the complete pull");
    assert.equal(value("last_success_timestamp_seconds"), now / 1000);
    customer.failed();
    assert.deepEqual(metrics.failing, ['a"b\\c\nd']);
    metrics.destinationFailed();
    const families = parseExposition(metrics.text);
    assertEach([...families], ([name, { type, samples }]) => [name, type, samples[0]?.value], [
      ["mssp_alerts_delivered_total", "counter", 251],
      ["mssp_alerts_pull_failures_total", "counter", 1],
      ["mssp_alerts_pull_success", "gauge", 0],
      ["mssp_alerts_last_success_timestamp_seconds", "gauge", now / 1000],
      ["mssp_alerts_lag_seconds", "gauge", 5],
      ["mssp_alerts_delivery_lag_seconds", "histogram", undefined],
      ["mssp_alerts_retirement_days", "gauge", undefined],
      ["mssp_alerts_destination_failures_total", "counter", 1],
    ]);
    for (const [name, { help, type }] of families) {
      assert.ok(help);
      assert.equal(name.endsWith("_total"), type === "counter");
    }
    assert.deepEqual(families.get("mssp_alerts_lag_seconds")?.samples[0]?.labels, {
      stack: 'a"b\\c\nd',
      tenant_id: "t",
    });
  });

  it("have the lag from creation to delivery as a histogram", () => {
    const own = new Metrics("alert", () => now);
    const customer = own.customer("contoso");
    const ago = (seconds: number) => new Date(now - 1000 * seconds).toISOString();
    customer.lagged([ago(10), ago(15), ago(16), ago(400), ago(100_000), ago(-5), "no time"]);
    customer.lagged([ago(30)], "hec");
    const families = parseExposition(own.text);
    const name = "mssp_alerts_delivery_lag_seconds";
    const samples = (part: string, destination?: string) =>
      (families.get(`${name}_${part}`)?.samples ?? []).filter(({ labels }) => labels["destination"] === destination);
    const buckets = new Map(samples("bucket").map(({ labels, value }) => [labels["le"], value]));
    assert.deepEqual(
      [
        buckets.get("15"),
        buckets.get("30"),
        buckets.get("300"),
        buckets.get("600"),
        buckets.get("86400"),
        buckets.get("+Inf"),
      ],
      [3, 4, 4, 5, 5, 6],
    );
    assert.deepEqual([samples("count")[0]?.value, samples("sum")[0]?.value], [6, 10 + 15 + 16 + 400 + 100_000]);
    assert.equal(samples("count", "hec")[0]?.value, 1);
    assert.equal(families.get(name)?.type, "histogram");
  });

  it("have the days until something ends, negative after it, and no sample for what has no date", () => {
    const approved = {
      profile: "respond",
      actions: ["isolate"],
      approvedBy: "Ana",
      writesEndOn: "2030-01-01",
    } as const;
    const rights = { alertApis: ["legacySiem", "graph"], ...approved } as const;
    const own = new Metrics("alert", () => now);
    let today = "2024-12-30";
    own.customer("contoso").restsOn(() => endings(connectorRestsOn(rights, today), today));
    const samples = () => parseExposition(own.text).get("mssp_alerts_retirement_days")?.samples;
    const labels = { stack: "contoso", retirement: "mde-siem-api" };
    assert.deepEqual(samples(), [{ labels, value: 1 }]);
    today = "2025-01-01";
    assert.deepEqual(samples(), [{ labels, value: -1 }]);
  });

  it("are written to a file and to the health file, at once and at the end, and leave no other file", async () => {
    const folder = newFolder();
    const place = metricsPlace(path.join(folder, "mssp.prom"));
    const health = path.join(folder, "health.json");
    const own = new Metrics("alert");
    const publication = await publish({ metrics: own, place, health, note });
    assert.deepEqual((await readdir(folder)).sort(), ["health.json", "mssp.prom"]);
    const first = JSON.parse(await readFile(health, "utf8")) as { status: string };
    assert.equal(first.status, "starting");
    own.customer("a").failed();
    await publication.stop();
    const state = JSON.parse(await readFile(health, "utf8")) as object;
    assert.deepEqual({ ...state, at: "" }, { status: "degraded", at: "", customers: 1, failing: ["a"] });
    const families = parseExposition(await readFile(path.join(folder, "mssp.prom"), "utf8"));
    assert.equal(families.get("mssp_alerts_pull_failures_total")?.samples[0]?.value, 1);
    assert.deepEqual((await readdir(folder)).sort(), ["health.json", "mssp.prom"]);
    const missing = { file: path.join(folder, "no", "a.prom") };
    await assert.rejects(publish({ metrics: own, place: missing, note }), /a\.prom can't be written/);
  });

  it("are served on this machine alone", async () => {
    const publication = await publish({ metrics, place: metricsPlace("127.0.0.1:0"), note });
    const url = `http://127.0.0.1:${publication.port}`;
    const answer = await fetch(`${url}/metrics`);
    assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert.equal(parseExposition(await answer.text()).size, 8);
    assert.equal((await fetch(url)).status, 404);
    await assert.rejects(
      publish({ metrics, place: { host: "127.0.0.1", port: publication.port! }, note }),
      /--metrics can't listen on 127\.0\.0\.1:\d+/,
    );
    await publication.stop();
    await assert.rejects(fetch(url));
    for (const text of ["0.0.0.0:9464", "example.com:80", "metrics.txt", "127.0.0.1:99999", ""]) {
      assert.throws(() => metricsPlace(text), /is neither a port of this machine/);
    }
  });
});
