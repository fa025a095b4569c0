/** `mssp alerts` as people type it, on a stack with a connector in a sandbox of its own. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import tls from "node:tls";
import { text } from "node:stream/consumers";
import { type AlertRecord } from "@defender-mssp/microsoft";
import { certificateFiles, serverCertificate } from "@defender-mssp/testkit";
import { inSession } from "../../testSession";
import { StackProject } from "../../pulumiStack";
import { clientId, clientSecret, createAlertsProject, detected, since, sinceOption, tenantId } from "./alertsProject";
import { parseCef, parseSyslog, SyslogFrames } from "@defender-mssp/siem/testing";
import { siemProject } from "../siemProject";

describe("mssp alerts", function () {
  let project: StackProject;
  let folder: string;
  siemProject(createAlertsProject, (made) => ({ project, folder } = made));

  function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const options = { folder: project.folder, environment: { ...project.environment, ...environment } };
    const selection = args.includes("--stack") ? [] : ["--stack", "contoso"];
    return inSession(["alerts", ...selection, ...args], options);
  }

  const recordsOf = (lines: string) =>
    lines
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as AlertRecord);

  function assertAllOnce(ids: readonly string[], before: Date): void {
    const expected = detected(project, since, before);
    const found = new Set(ids);
    assert.ok(expected.length > 1000);
    assert.equal(found.size, ids.length, "some come twice");
    assert.equal(expected.filter((id) => !found.has(id)).length, 0, "some are lost");
  }

  for (const [name, args] of [
    ["graph, by default", []],
    ["the legacy API", ["--api", "legacySiem"]],
    ["the legacy API, where the connector has nothing else", ["--stack", "legacy"]],
  ] as const) {
    it(`writes each alert on a line, from ${name}`, async () => {
      const until = new Date();
      const { exitCode, stdout, stderr } = await run([...sinceOption, ...args]);
      assert.equal(exitCode, 0, stderr);
      const records = recordsOf(stdout);
      assertAllOnce(
        records.map(({ alertId }) => alertId),
        until,
      );
      assert.equal(records[0]!.api, args.length === 0 ? "graph" : "legacySiem");
      assert.match(stderr, /^mssp: [\d,]+ alerts\.$/);
      assert.ok(!`${stdout}${stderr}`.includes(clientSecret));
    });
  }

  it("writes original objects (--raw), selected severities and CEF", async () => {
    const raw = await run(["--since", "P2D", "--raw", "--severity", "high,Low", "--quiet"]);
    const severities = new Set(
      raw.stdout.split("\n").map((line) => (JSON.parse(line) as { severity: string }).severity),
    );
    assert.deepEqual([...severities].sort(), ["high", "low"]);
    assert.equal(raw.stderr, "");
    const legacy = await run(["--since", "P2D", "--raw", "--api", "legacySiem", "--severity", "high"]);
    for (const line of legacy.stdout.split("\n"))
      assert.equal((JSON.parse(line) as { Severity: string }).Severity, "High");
    const cef = await run(["--since", "P2D", "--format", "cef"]);
    for (const line of cef.stdout.split("\n")) assert.equal(parseCef(line).header.length, 7);
  });

  it("pulls all customers to a file, names those that fail, and shows metrics and health", async () => {
    const [file, metrics, health] = ["alerts.jsonl", "mssp.prom", "health.json"].map((name) => path.join(folder, name));
    const checkpoints = path.join(folder, "checkpoints");
    const command = [
      ...["alerts", "--all", ...sinceOption, "--checkpoints", checkpoints],
      ...["--file", file!, "--set", "fileSize=2M", "--metrics", metrics!, "--health", health!],
    ];
    const until = new Date();
    const options = { folder: project.folder, environment: project.environment };
    const { exitCode, stderr } = await inSession(command, options);
    assert.equal(exitCode, 1, "refused and unusable customers have one exit code");
    assert.match(stderr, /^mssp: certificate: The connector of stack "certificate" uses a certificate/m);
    assert.match(stderr, /^mssp: stranger: .*AADSTS7000215/m);
    assert.match(stderr, /^mssp: 2 of 4 customers were read completely\.$/m);
    assert.deepEqual((await readdir(checkpoints)).sort(), ["contoso.graph.json", "legacy.legacySiem.json"]);
    const files = (await readdir(folder)).filter((name) => name.startsWith("alerts.jsonl"));
    assert.ok(files.length > 1, "the file was not rotated");
    const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), "utf8")));
    const records = texts.flatMap(recordsOf);
    for (const api of ["graph", "legacySiem"]) {
      assertAllOnce(
        records.filter((record) => record.api === api).map(({ alertId }) => alertId),
        until,
      );
    }
    assert.ok(records.every((record) => record.tenantId === tenantId));
    const text = await readFile(metrics!, "utf8");
    assert.match(text, new RegExp(`^mssp_alerts_pull_success\\{stack="contoso",tenant_id="${tenantId}"\\} 1$`, "m"));
    assert.match(text, /^mssp_alerts_pull_success\{stack="stranger",tenant_id="[^"]+"\} 0$/m);
    const state = JSON.parse(await readFile(health!, "utf8")) as { status: string; failing: string[] };
    assert.deepEqual([state.status, state.failing.sort()], ["degraded", ["certificate", "stranger"]]);
  });

  for (const transport of ["tcp", "tls"] as const) {
    it(`sends each alert to a syslog server by ${transport}, also where connections break`, async () => {
      const received: string[] = [];
      let connections = 0;
      let beneath: net.Socket | undefined;
      const onConnection = (socket: net.Socket): void => {
        const frames = new SyslogFrames();
        socket.on("error", () => undefined);
        if (connections++ === 1) {
          // It reads a little, and falls over.
          socket.once("data", () => beneath?.resetAndDestroy());
          return;
        }
        socket.on("data", (bytes) => frames.push(bytes));
        socket.on("end", () => {
          assert.equal(frames.rest, 0);
          received.push(...frames.messages);
          socket.end();
        });
      };
      const keys = path.dirname(
        certificateFiles(path.join(path.dirname(project.folder), "sandbox", "keys")).certificate,
      );
      const { privateKey, certificate } = await serverCertificate(keys, new Date());
      const server =
        transport === "tcp"
          ? net.createServer(onConnection)
          : tls.createServer({ key: privateKey, cert: certificate }, onConnection);
      server.prependListener("connection", (socket: net.Socket) => (beneath = socket));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = `${transport}://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const until = new Date();
      const { exitCode, stdout, stderr } = await run([...sinceOption, "--syslog", address, "--format", "cef"]);
      server.close();
      assert.equal(exitCode, 0, stderr);
      assert.equal(stdout, "");
      assertAllOnce(
        received.map((message) => parseCef(parseSyslog(message).message).extension.get("externalId") ?? ""),
        until,
      );
      assert.ok(connections > 2);
    });
  }

  it("by UDP, says in the summary that nobody has confirmed the alerts", async () => {
    const server = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    await once(server, "listening");
    const { exitCode, stderr } = await run([...sinceOption, "--syslog", `udp://127.0.0.1:${server.address().port}`]);
    server.close();
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /^mssp: [\d,]+ alerts sent by UDP: nobody has confirmed that they arrived\.$/m);
  });

  it("sends each alert to Splunk's collector, with the token from the environment", async () => {
    const token = "0c0ffee0-1111-4000-8000-000000000001";
    const events: { event: AlertRecord; fields: { id: string } }[] = [];
    let calls = 0;
    const collector = http.createServer((request, response) => {
      void text(request).then((body) => {
        if (calls++ === 0) {
          response.writeHead(503).end('{"text":"Server is busy","code":9}');
          return;
        }
        const isAllowed =
          request.url === "/services/collector/event" && request.headers.authorization === `Splunk ${token}`;
        if (isAllowed)
          events.push(...body.split(/(?<=\})(?=\{"time")/).map((event) => JSON.parse(event) as (typeof events)[0]));
        response.writeHead(isAllowed ? 200 : 403, { "content-type": "application/json" });
        response.end(isAllowed ? '{"text":"Success","code":0}' : '{"text":"Invalid token","code":4}');
      });
    });
    collector.listen(0, "127.0.0.1");
    await once(collector, "listening");
    const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const until = new Date();
    const { exitCode, stderr } = await run([...sinceOption, "--hec", url], { MSSP_HEC_TOKEN: token });
    assert.equal(exitCode, 0, stderr);
    assertAllOnce(
      events.map(({ event }) => event.alertId),
      until,
    );
    assert.ok(events.every(({ event, fields }) => event.id === fields.id));
    const refused = await run([...sinceOption, "--hec", url], { MSSP_HEC_TOKEN: "secret and wrong" });
    collector.close();
    assert.equal(refused.exitCode, 5);
    assert.match(refused.stderr, /Splunk's collector took nothing more.*403.*Is MSSP_HEC_TOKEN the collector's token/);
    assert.ok(!refused.stderr.includes("secret and wrong"));
  });

  it("delivers to several destinations at once; one that fails loses nothing, and repeats nothing for the others", async () => {
    const token = "0c0ffee0-1111-4000-8000-000000000001";
    const received: string[] = [];
    let calls = 0;
    let isBroken = true;
    const collector = http.createServer((request, response) => {
      void text(request).then((body) => {
        // It has taken two calls, and then refuses.
        if (isBroken && calls++ >= 2) {
          response.writeHead(403, { "content-type": "application/json" }).end('{"text":"Token disabled","code":1}');
          return;
        }
        const events = body.split(/(?<=\})(?=\{"time")/).map((event) => JSON.parse(event) as { event: AlertRecord });
        received.push(...events.map(({ event }) => event.alertId));
        response.writeHead(200, { "content-type": "application/json" }).end('{"text":"Success","code":0}');
      });
    });
    collector.listen(0, "127.0.0.1");
    await once(collector, "listening");
    const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const [file, checkpoint, metrics] = ["alerts.jsonl", "c.json", "m.prom"].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    const args = ["--hec", url, "--file", file, "--checkpoint", checkpoint, "--metrics", metrics];
    const idsInFile = async () => recordsOf(await readFile(file, "utf8")).map(({ alertId }) => alertId);
    const until = new Date();
    const first = await run([...sinceOption, ...args], { MSSP_HEC_TOKEN: token });
    assert.equal(first.exitCode, 5, first.stderr);
    assert.match(first.stderr, /^mssp: --hec: .*403.*The other destinations go on\.$/m);
    assert.match(first.stderr, /^mssp: --hec did not take everything\./m);
    assert.match(
      first.stderr,
      /^mssp: [\d,]+ alerts to --hec, [\d,]+ to --file\.$|^mssp: [\d,]+ alerts to --file, [\d,]+ to --hec\.$/m,
    );
    const taken = received.length;
    assertAllOnce(await idsInFile(), until);
    assert.ok(taken > 0 && taken < 1000, String(taken));
    assert.deepEqual((await readdir(folder)).filter((name) => name.startsWith("c.")).sort(), [
      "c.file.json",
      "c.hec.json",
    ]);
    assert.match(await readFile(metrics, "utf8"), /^mssp_alerts_destination_failures_total\{destination="hec"\} 1$/m);
    const alone = ["--hec", url, "--checkpoint", path.join(folder, "alone.json"), "--metrics", metrics];
    assert.equal((await run([...sinceOption, ...alone], { MSSP_HEC_TOKEN: token })).exitCode, 5);
    assert.match(await readFile(metrics, "utf8"), /^mssp_alerts_destination_failures_total 1$/m);
    isBroken = false;
    const second = await run(args, { MSSP_HEC_TOKEN: token });
    collector.close();
    assert.equal(second.exitCode, 0, second.stderr);
    assertAllOnce(await idsInFile(), until);
    // The collector has had a part of the page that it refused, which comes again.
    assertAllOnce([...new Set(received)], until);
    assert.match(
      await readFile(metrics, "utf8"),
      /^mssp_alerts_delivered_total\{stack="contoso",tenant_id="[^"]+",destination="hec"\} \d+$/m,
    );
  });

  it("reads the legacy API with the refresh token of a signed-in user", async () => {
    const { stderr, exitCode } = await run(["--api", "legacySiem"], {
      MSSP_REFRESH_TOKEN: "no refresh token of anybody's",
    });
    assert.equal(exitCode, 3);
    assert.match(stderr, /oauth2\/token answered 400/);
    assert.ok(!stderr.includes("of anybody's"));
    const refreshToken = await signIn();
    const until = new Date();
    const read = await run([...sinceOption, "--api", "legacySiem"], { MSSP_REFRESH_TOKEN: refreshToken });
    assert.equal(read.exitCode, 0, read.stderr);
    assertAllOnce(
      recordsOf(read.stdout).map(({ alertId }) => alertId),
      until,
    );
  });

  /** As a browser would, by Entra's v1 endpoints. */
  async function signIn(): Promise<string> {
    const redirectUri = "https://contoso.com/SiemMsspConnector";
    const tenant = project.sandbox.cloud.tenant(tenantId);
    const application = [...tenant.objects("applications").values()].find(({ appId }) => appId === clientId)!;
    application["web"] = { redirectUris: [redirectUri] };
    const base = `${project.sandbox.origins.http}/${tenantId}/oauth2`;
    const query = {
      client_id: clientId,
      response_type: "code",
      redirect_uri: redirectUri,
      resource: "https://graph.windows.net",
    };
    const answer = await fetch(`${base}/authorize?${new URLSearchParams(query).toString()}`, { redirect: "manual" });
    const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const form = {
      grant_type: "authorization_code",
      client_id: clientId,
      client_secret: clientSecret,
      code,
      redirect_uri: redirectUri,
    };
    const body = new URLSearchParams({ ...form, resource: query.resource });
    const tokens = (await (await fetch(`${base}/token`, { method: "POST", body })).json()) as { refresh_token: string };
    return tokens.refresh_token;
  }

  it("reports invalid options and failures, each with its exit code", async () => {
    const cases: readonly [readonly string[], number, RegExp][] = [
      [["--api", "soap"], 2, /Allowed choices are graph, legacy/],
      [["--severity", "grave"], 2, /Allowed are informational, low, medium, high/],
      [["--since", "yesterday"], 2, /neither a time nor a duration/],
      [["--raw", "--format", "cef"], 2, /--raw is the service's own JSON/],
      [["--file", "a", "--set", "index=soc"], 2, /--set index goes with --hec/],
      [["--set", "dataStream=logs-a-b"], 2, /--set dataStream goes with --elasticsearch/],
      [["--elasticsearch", "https://elastic.example.com"], 1, /MSSP_ELASTICSEARCH_API_KEY/],
      [["--log-analytics", "https://a.ingest.monitor.azure.com"], 2, /needs --set dcr=<id> stream=<name>/],
      [["--log-analytics", "https://a.example", "--format", "cef"], 2, /--log-analytics takes JSON/],
      [["--file", "a", "--set", "fileSize=1"], 2, /A size is a number with k, M or G/],
      [["--metrics", "0.0.0.0:9464"], 2, /is neither a port of this machine/],
      [["--checkpoints", "a"], 2, /--checkpoints goes with several customers/],
      [["--all"], 2, /use exactly one of --stack <pattern>, --all, --connection <file>, --connections <folder>/],
      [["--interval", "PT5M"], 2, /--interval goes with --follow/],
      [["--follow", "--interval", "5"], 2, /is not a duration from a second to a day/],
      [["--hec", "https://splunk.example.com"], 1, /MSSP_HEC_TOKEN/],
      [["--syslog", "siem"], 2, /is not an address such as/],
      [["--checkpoint", path.join(folder, "none", "c.json")], 1, /c\.json can't be written: ENOENT/],
      [["--stack", "nobody"], 1, /There is no stack "nobody"/],
      [["--stack", "certificate"], 1, /--certificate/],
      [["--stack", "stranger"], 3, /AADSTS7000215/],
      [
        ["--syslog", "tcp://127.0.0.1:1"],
        5,
        /syslog server tcp:\/\/127\.0\.0\.1:1 could not be reached: .*ECONNREFUSED/,
      ],
    ];
    for (const [args, code, says] of cases) {
      const { exitCode, stdout, stderr } = await run(args);
      assert.equal(exitCode, code, `${args.join(" ")}: ${stderr}`);
      assert.match(stderr, says);
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
    const http = await run(["--hec", "http://splunk.example.com"], { MSSP_HEC_TOKEN: "t" });
    assert.equal(http.exitCode, 2);
    assert.match(http.stderr, /--hec needs an https address/);
    for (const option of [
      "--hec=https://",
      "--hec=http://",
      "--hec=",
      "--syslog=tls://",
      "--syslog=udp://",
      "--syslog=",
      "--elasticsearch=https://",
      "--log-analytics=https://",
    ]) {
      const { exitCode, stderr } = await run([`${option}siem:hunter2@siem.example.com`], {
        MSSP_HEC_TOKEN: "t",
        MSSP_ELASTICSEARCH_API_KEY: "k",
      });
      assert.equal(exitCode, 2);
      assert.doesNotMatch(stderr, /hunter2/);
    }
    const down = await run([], { ARM_METADATA_HOSTNAME: "127.0.0.1:1" });
    assert.equal(down.exitCode, 4, down.stderr);
    const help = await run(["--help", "--all"]);
    assert.equal(help.exitCode, 0);
    assert.match(help.stdout, /Exit codes:[\s\S]*Examples:/);
  });

  it("names the missing consent", async () => {
    const assignments = project.sandbox.cloud.tenant(tenantId).objects("appRoleAssignments");
    const kept = [...assignments];
    assignments.clear();
    try {
      const { exitCode, stderr } = await run([]);
      assert.equal(exitCode, 3);
      assert.match(stderr, /answered 403.*SecurityAlert\.Read\.All/);
      assert.match(stderr, /mssp verify/);
    } finally {
      for (const [id, assignment] of kept) assignments.set(id, assignment);
    }
  });
});
