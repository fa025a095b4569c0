/** `mssp status --notify` in a session, by files alone: a webhook on loopback takes, refuses and redirects. */
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { stringify } from "yaml";
import { requiredSettings } from "../../../../settings/required";
import { inSession } from "../../../testSession";

const now = () => new Date("2026-11-28T12:00:00Z");
const otherTenant = "c0570500-0000-4000-8000-00000000000c";
const analysts = [{ email: "ana@fabrikam.example", displayName: "Ana Silva", accessEndsOn: "2026-12-01" }];

describe("mssp status --notify", () => {
  const folder = newFolder();
  let webhook: http.Server;
  let url: string;
  let answer: { status: number; headers?: Record<string, string>; text?: string };
  let bodies: { readonly needs?: readonly { readonly stack: string; readonly topic: string }[] }[];

  before(async () => {
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: defender-mssp\nruntime: nodejs\n");
    const config = Object.fromEntries(
      Object.entries({ ...requiredSettings, analysts }).map(([key, value]) => [`defender-mssp:${key}`, value]),
    );
    await writeFile(path.join(folder, "Pulumi.leaver.yaml"), stringify({ config }));
    const left = { ...config, "defender-mssp:offboarded": { on: "2026-11-20" }, "defender-mssp:tenantId": otherTenant };
    await writeFile(path.join(folder, "Pulumi.gone.yaml"), stringify({ config: left }));
    webhook = http.createServer((request, response) => {
      let body = "";
      request.on("data", (data: Buffer) => (body += data.toString()));
      request.on("end", () => {
        bodies.push(JSON.parse(body) as (typeof bodies)[number]);
        response.writeHead(answer.status, answer.headers).end(answer.text);
      });
    });
    await new Promise<void>((resolve) => webhook.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/planted-webhook-4711`;
  });
  after(() => webhook.close());
  beforeEach(() => {
    answer = { status: 202 };
    bodies = [];
  });
  afterEach(() => rm(path.join(folder, "sent.json"), { force: true }));

  const notify = async (...args: readonly string[]) => notifyWith({}, ...args);
  const notifyWith = async (variables: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    const options = { folder: folder, environment: { MSSP_NOTIFY_URL: url, ...variables }, now };
    const ended = await inSession(["status", "--offline", "--stack", "leaver", "gone", ...args], options);
    assert.doesNotMatch(ended.stdout + ended.stderr, /planted-webhook|127\.0\.0\.1/);
    return ended;
  };
  const remembering = { MSSP_NOTIFY_STATE: "sent.json" };
  const remember = () => notifyWith(remembering, "--notify");
  const sentFile = () => readFile(path.join(folder, "sent.json"), "utf8").catch(() => "none");

  it("sends what needs somebody; without MSSP_NOTIFY_STATE each run does", async () => {
    for (let run = 1; run <= 2; run++) {
      const { exitCode, stderr } = await notify("--notify");
      assert.equal(exitCode, 3);
      assert.match(stderr, /Sent 1 to the webhook in MSSP_NOTIFY_URL/);
    }
    assert.deepEqual(
      bodies.map(({ needs = [] }) => needs.map(({ stack, topic }) => `${stack} ${topic}`)),
      [["leaver ends"], ["leaver ends"]],
    );
  });

  it("with MSSP_NOTIFY_STATE sends once, and again when it is worse", async () => {
    await remember();
    const { exitCode, stderr } = await remember();
    assert.equal(exitCode, 3);
    assert.match(stderr, /Nothing new to send/);
    assert.equal(bodies.length, 1);
    const later = () => new Date("2026-12-01T12:00:00Z");
    const options = { folder: folder, environment: { MSSP_NOTIFY_URL: url, ...remembering }, now: later };
    await inSession(["status", "--offline", "--stack", "leaver", "--notify"], options);
    assert.equal(bodies.length, 2);
  });

  const failures: readonly (readonly [number, RegExp, Record<string, string>?, string?])[] = [
    [500, /The webhook answered 500\. The notification was not sent\. The URL is in MSSP_NOTIFY_URL\.$/],
    [302, /a redirect \(302\), which is not followed/, { location: "http://127.0.0.1:9/planted-webhook-elsewhere" }],
    [400, /The webhook answered 400 \(invalid_payload\)\./, {}, "invalid_payload"],
    [404, /The webhook answered 404\./, {}, "<html>planted-webhook</html>"],
  ];
  for (const [code, message, headers, text] of failures) {
    it(`a webhook that answers ${code}: one error, exit code 1, and the next run sends again`, async () => {
      await remember();
      const before = await sentFile();
      await rm(path.join(folder, "sent.json"));
      answer = { status: code, ...(headers && { headers }), ...(text && { text }) };
      const { exitCode, stdout, stderr } = await remember();
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
      assert.equal(stderr.split("\n").length, 1);
      assert.match(stdout, /leaver/);
      assert.equal(await sentFile(), "none");
      answer = { status: 200 };
      assert.equal((await remember()).exitCode, 3);
      assert.equal(await sentFile(), before);
      assert.equal(bodies.length, 3);
    });
  }

  it("no answer: an error without the URL", async () => {
    const closed = http.createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const gone = { HOOK: `http://127.0.0.1:${port}/planted-webhook` };
    const options = { folder: folder, environment: gone, now };
    const { exitCode, stderr } = await inSession(
      ["status", "--offline", "--stack", "leaver", "--notify", "HOOK"],
      options,
    );
    assert.equal(exitCode, 1);
    assert.match(stderr, /The webhook did not answer \(ECONNREFUSED\)\. Whether the notification arrived is not known/);
    assert.doesNotMatch(stderr, /planted|127/);
  });

  it("refuses a URL on the command line without printing it, and one that is not https", async () => {
    const { exitCode, stdout, stderr } = await notify("--notify", url);
    assert.equal(exitCode, 2);
    assert.match(stdout + stderr, /--notify takes the name of an environment variable: the webhook's URL is a secret/);
    const plain = { MSSP_NOTIFY_URL: "http://hooks.example/planted" };
    const refused = await inSession(["status", "--offline", "--notify"], { folder: folder, environment: plain });
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /MSSP_NOTIFY_URL has no https URL/);
    assert.doesNotMatch(refused.stderr, /planted/);
    const unknown = await notifyWith({ MSSP_NOTIFY_FORMAT: "email" }, "--notify");
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /MSSP_NOTIFY_FORMAT is "email"\. It takes teams, slack, json\. Nothing was sent\./);
    assert.equal((await notify("--notify", "--watch")).exitCode, 2);
    assert.match(
      (await inSession(["status", "--offline", "--notify"], { folder, environment: { MSSP_NOTIFY_URL: "" } })).stderr,
      /MSSP_NOTIFY_URL, which is not set/,
    );
    assert.deepEqual(bodies, []);
  });

  it("a file that is no notify state: an error, and nothing is sent", async () => {
    await writeFile(path.join(folder, "sent.json"), '{"sent":{}}');
    const { exitCode, stderr } = await remember();
    assert.equal(exitCode, 1);
    assert.match(stderr, /sent\.json is no file of MSSP_NOTIFY_STATE/);
    assert.deepEqual(bodies, []);
    assert.equal(await sentFile(), '{"sent":{}}');
  });
});
