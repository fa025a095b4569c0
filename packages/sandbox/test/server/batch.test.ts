/** Batches through the whole server: what a request in one can reach, its log, counts and faults. */
import assert from "node:assert/strict";
import https from "node:https";
import type { OwnSandbox } from "../../src/server";
import type { FaultKind } from "../../src/server/faults/index";
import {
  addDaemon,
  answered,
  contoso,
  daemonRequest,
  get,
  graphId,
  post,
  temporarySandbox,
} from "@defender-mssp/testkit";

interface Inner {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
}

describe("batches in the sandbox's server", function () {
  const lines: string[] = [];
  let sandbox: OwnSandbox;
  let token: string;

  async function start(kinds?: readonly FaultKind[], timeScale = 0.01): Promise<void> {
    sandbox = await temporarySandbox({
      log: (line) => lines.push(line),
      ...(kinds === undefined ? {} : { faults: { seed: 1, percent: 0, timeScale, kinds } }),
    });
    const daemon = addDaemon(sandbox.cloud, {
      [graphId]: ["Group.ReadWrite.All", "SecurityAlert.Read.All", "SecurityIncident.Read.All"],
    });
    const { body } = await post(sandbox, `/${contoso}/oauth2/v2.0/token`, daemonRequest(daemon));
    token = String(body["access_token"]);
  }
  afterEach(async () => {
    await sandbox.stop();
    lines.length = 0;
  });

  const headers = (): Record<string, string> => ({
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
  });

  async function send(requests: readonly object[]): Promise<{ status: number; responses: Inner[] }> {
    const { status, body } = await answered(
      await fetch(`${sandbox.origins.http}/v1.0/$batch`, {
        method: "POST",
        headers: headers(),
        body: JSON.stringify({ requests }),
      }),
    );
    return { status, responses: (body["responses"] ?? []) as Inner[] };
  }

  const read = (id: string, url = "/groups") => ({ id, method: "GET", url });
  const create = (id: string) => ({
    id,
    method: "POST",
    url: "/groups",
    headers: { "Content-Type": "application/json" },
    body: { displayName: "Batched", mailEnabled: false, mailNickname: "batched", securityEnabled: true },
  });
  const groups = (): number => sandbox.cloud.tenant(contoso).objects("groups").size;

  it("batch: no URL leads out of Graph's routes", async () => {
    await start();
    const routes = [
      "sandbox/hello",
      "sandbox/status",
      "pages/tenants/x",
      `${contoso}/oauth2/v2.0/token`,
      "metadata/endpoints",
    ];
    const ways = [
      "../",
      "/../",
      "/../../",
      "/%2e%2e/",
      "/%2E./",
      "\\..\\",
      "\\..\\..\\",
      "/.\t./",
      "/x/../../",
      "/%2e%2e%2f",
      "/%252e%252e/",
      "//",
      "/?/../../",
    ];
    for (const route of routes) {
      for (const way of ways) {
        const { status, responses } = await send([read("1", `${way}${route}`)]);
        if (status === 200) assert.equal(responses[0]?.status, 404, `${way}${route}`);
        else assert.equal(status, 400, `${way}${route}`);
      }
    }
    const reached = lines.filter((line) => line.startsWith("GET ") && !line.startsWith("GET /v1.0/"));
    assert.deepEqual(reached, []);
  });

  it("batch: the log, the counts and the permissions know each request in it", async () => {
    await start();
    await send([read("1"), create("2"), read("3", "/users")]);
    const expected = ["GET /v1.0/groups 200", "GET /v1.0/users 403", "POST /v1.0/$batch 200", "POST /v1.0/groups 201"];
    const logged = lines.map((line) => line.replace(/ \d+ ms$/, "")).filter((line) => line.includes("/v1.0/"));
    assert.deepEqual(logged.sort(), expected);
    const { body } = await get(sandbox, "/", { accept: "application/json" });
    const tenants = body["tenants"] as { id: string; requests: object }[];
    assert.deepEqual(tenants.find(({ id }) => id === contoso)?.requests, { reads: 2, writes: 2, tokens: 1 });
    const page = (await get(sandbox, "/", { accept: "text/html" })).text;
    for (const url of ["/v1.0/$batch", "/v1.0/groups", "/v1.0/users"]) assert.ok(page.includes(url), url);
    const used = sandbox.permissionUse.of(contoso).flatMap(({ permissions }) => permissions);
    assert.deepEqual(used.find(({ permission }) => permission === "Group.ReadWrite.All")?.operations, [
      "GET /groups",
      "POST /groups",
    ]);
  });

  it("batch: over TLS, links in the answers have the TLS origin", async () => {
    await start();
    const security = [read("2", "/security/alerts_v2?$top=1"), read("3", "//security/Incidents?$top=1")];
    const body = JSON.stringify({ requests: [read("1"), ...security] });
    const text = await new Promise<string>((resolve, reject) => {
      const url = `${sandbox.origins.https}/v1.0/$batch`;
      const request = https.request(
        url,
        { method: "POST", headers: headers(), rejectUnauthorized: false },
        (response) => {
          let all = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (all += chunk));
          response.on("end", () => resolve(all));
        },
      );
      request.on("error", reject).end(body);
    });
    assert.ok(text.includes(`${sandbox.origins.https}/v1.0/$metadata#groups`), text);
    assert.ok(!text.includes("http://"), text);
    assert.equal(text.split(`"@odata.nextLink":"${sandbox.origins.https}/v1.0/security/`).length, 3);
  });

  it("batch: throttling and errors hit the requests in it, one by one", async () => {
    await start(["throttled", "failed"]);
    assert.ok(sandbox.faults);
    sandbox.faults.percent = 100;
    const before = groups();
    const { status, responses } = await send([create("1"), read("2"), read("3"), read("4"), read("5"), read("6")]);
    assert.equal(status, 200);
    for (const { status: inner, headers: answer } of responses) {
      assert.ok([429, 500, 502, 503, 504].includes(inner), `${inner}`);
      assert.equal(answer["Retry-After"] !== undefined, inner === 429);
    }
    assert.ok(responses.some((response) => response.status === 429));
    assert.equal(groups(), before);
    assert.equal(sandbox.faults.injected, responses.length);
  });

  it("batch: only its own connection is cut", async () => {
    await start(["resetAfter"]);
    assert.ok(sandbox.faults);
    sandbox.faults.percent = 100;
    const before = groups();
    await assert.rejects(send([create("1"), create("2")]));
    assert.equal(groups(), before + 2);
    assert.deepEqual(sandbox.faults.lostAnswers, ["POST /v1.0/$batch"]);
  });

  it("batch: a request in it does not see an object that is hidden yet, the others do their work", async () => {
    await start(["lag"], 1);
    assert.ok(sandbox.faults);
    sandbox.faults.percent = 100;
    const { responses } = await send([create("1")]);
    const id = String(responses[0]?.body["id"]);
    const later = await send([read("1", `/groups/${id}`), read("2")]);
    assert.equal(later.status, 200);
    const statuses = new Map(later.responses.map((response) => [response.id, response.status]));
    assert.deepEqual([statuses.get("1"), statuses.get("2")], [404, 200]);
  });
});
