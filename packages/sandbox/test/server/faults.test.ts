import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { graphCall, request, ServiceError } from "@defender-mssp/microsoft";
import { Clock } from "../../src/cloud/clock";
import type { OwnSandbox, SandboxOptions } from "../../src/server";
import { clockSkew, Draws, faultKinds } from "../../src/server/faults/draw";
import type { FaultKind, FaultOptions } from "../../src/server/faults/index";
import {
  addDaemon,
  answered,
  clientIdOf,
  contoso,
  type Daemon,
  daemonRequest,
  get,
  graphId,
  post,
  StoppedClock,
  temporarySandbox,
} from "@defender-mssp/testkit";

describe("the sandbox's faults", function () {
  let sandbox: OwnSandbox | undefined;
  afterEach(async () => {
    await sandbox?.stop();
    sandbox = undefined;
  });

  /** A sandbox in which every request that can has a fault of these kinds, from when `rain` is called. */
  async function start(
    kinds: readonly FaultKind[],
    options: Partial<FaultOptions> = {},
    more: Partial<SandboxOptions> = {},
  ) {
    const clock = new Clock();
    const started = await temporarySandbox({
      faults: { seed: 1, percent: 0, timeScale: 0.01, kinds, ...options },
      clock,
      ...more,
    });
    sandbox = started;
    const daemon = addDaemon(started.cloud, {
      [graphId]: ["Application.ReadWrite.All", "Group.ReadWrite.All", "User.Invite.All", "User.ReadWrite.All"],
    });
    const { faults } = started;
    assert.ok(faults);
    return { sandbox: started, daemon, faults, rain: (percent = 100) => (faults.percent = percent) };
  }

  async function tokenOf(from: OwnSandbox, daemon: Daemon): Promise<string> {
    const { body } = await post(from, `/${contoso}/oauth2/v2.0/token`, daemonRequest(daemon));
    return String(body["access_token"]);
  }

  function graph(from: OwnSandbox, token: string, method: string, route: string, json?: unknown): Promise<Response> {
    return fetch(`${from.origins.http}${route}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  }

  function applicationsNamed(from: OwnSandbox, name: string): number {
    return [...from.cloud.tenant(contoso).objects("applications").values()].filter(
      ({ displayName }) => displayName === name,
    ).length;
  }

  it("a fault depends on the seed, the request and the number of equal requests before it, not on other requests", () => {
    const kindsOf = (seed: number, others: boolean) => {
      const draws = new Draws(seed);
      return Array.from({ length: 200 }, (_value, index) => {
        if (others) draws.next("GET", `/v1.0/users/${index}`, 10, faultKinds);
        return draws.next("GET", `/v1.0/groups/c0570500-0000-4000-8000-0000000${10_000 + index}`, 10, faultKinds)?.kind;
      });
    };
    assert.deepEqual(kindsOf(5, false), kindsOf(5, true));
    assert.notDeepEqual(kindsOf(5, false), kindsOf(6, false));
    const hit = kindsOf(5, false).filter((kind) => kind !== undefined).length;
    assert.ok(hit > 8 && hit < 36, `${hit} of 200`);
  });

  it("without the option no request fails; control routes never fail", async () => {
    const plain = await temporarySandbox();
    sandbox = plain;
    assert.equal(plain.faults, undefined);
    await plain.stop();
    const { sandbox: faulty, faults, rain } = await start(["failed", "resetBefore", "halfBody"]);
    rain();
    const { status } = await get(faulty, "/sandbox/hello");
    assert.equal(status, 401); // its own answer to a request without the control token
    assert.equal(faults.injected, 0);
  });

  it("throttling: 429 with Retry-After in seconds, or a date by the server's clock", async () => {
    const { sandbox: faulty, rain, daemon } = await start(["throttled"]);
    const token = await tokenOf(faulty, daemon);
    rain();
    const seen = new Set<string>();
    for (let index = 0; index < 12; index++) {
      const answer = await graph(faulty, token, "GET", "/v1.0/groups");
      assert.equal(answer.status, 429);
      const wait = answer.headers.get("retry-after") ?? "";
      const seconds = /^\d+$/.test(wait)
        ? Number(wait)
        : (Date.parse(wait) - Date.parse(answer.headers.get("date") ?? "")) / 1000;
      assert.ok(seconds >= 0 && seconds <= 2, `${wait} at ${answer.headers.get("date")}`);
      seen.add(/^\d+$/.test(wait) ? "seconds" : "date");
      await answer.text();
    }
    assert.deepEqual([...seen].sort(), ["date", "seconds"]);
  });

  it("server error: 500, 502, 503 or 504, and the request has no effect", async () => {
    const { sandbox: faulty, rain, daemon } = await start(["failed"]);
    const token = await tokenOf(faulty, daemon);
    rain();
    const statuses = new Set<number>();
    for (let index = 0; index < 30; index++) {
      const answer = await graph(faulty, token, "POST", "/v1.0/applications", { displayName: "Failed" });
      statuses.add(answer.status);
      await answer.text();
    }
    assert.deepEqual([...statuses].sort(), [500, 502, 503, 504]);
    assert.equal(applicationsNamed(faulty, "Failed"), 0);
  });

  for (const [kind, made] of [
    ["resetBefore", 0],
    ["resetAfter", 1],
    ["halfBody", 1],
  ] as const) {
    it(`cut connection, ${kind}: the request ${made === 0 ? "had no" : "had its"} effect, and the client repeats no POST`, async () => {
      const { sandbox: faulty, rain, daemon, faults } = await start([kind]);
      const token = await tokenOf(faulty, daemon);
      for (const origin of [faulty.origins.http]) {
        rain();
        const failure: unknown = await request(`${origin}/v1.0/applications`, {
          method: "POST",
          token,
          json: { displayName: kind },
        }).catch((error: unknown) => error);
        assert.ok(failure instanceof ServiceError, String(failure));
        assert.equal(failure.status, 0);
      }
      assert.equal(applicationsNamed(faulty, kind), made);
      assert.deepEqual([...faults.counts], [[kind, 1]]);
      rain(0);
      assert.equal((await graph(faulty, token, "GET", "/v1.0/groups")).status, 200);
    });
  }

  for (const [cut, message] of [
    ["reset", "read ECONNRESET"],
    ["closed", "socket hang up"],
  ] as const) {
    it(`cuts: ["${cut}"] ends HTTP and HTTPS connections with "${message}"`, async () => {
      const { sandbox: faulty, rain } = await start(["resetBefore"], { cuts: [cut] });
      rain();
      const { http: plain, https: encrypted } = faulty.origins;
      const failures = [
        http.get(`${plain}/v1.0/groups`, { agent: false }),
        https.get(`${encrypted}/v1.0/groups`, { agent: false, rejectUnauthorized: false }),
      ].map((asked) => new Promise<Error>((resolve) => asked.on("error", resolve)));
      assertEach(await Promise.all(failures), (failure) => failure.message, [message, message]);
    });
  }

  it("truncated answer: half of the body under the full content-length", async () => {
    const { sandbox: faulty, rain, daemon } = await start(["halfBody"]);
    const token = await tokenOf(faulty, daemon);
    rain();
    const { length, received } = await new Promise<{ length: number; received: number }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      const asked = http.get(`${faulty.origins.http}/v1.0/groups`, { headers, agent: false }, (answer) => {
        let got = 0;
        answer.on("data", (chunk: Buffer) => (got += chunk.length));
        answer.on("error", () => undefined);
        answer.on("close", () => resolve({ length: Number(answer.headers["content-length"]), received: got }));
      });
      asked.on("error", reject);
    });
    assert.ok(received > 0 && received < length, `${received} of ${length}`);
  });

  it("delayed answer: the project's HTTP client waits for 30 seconds and more", async () => {
    const { sandbox: faulty, rain, daemon } = await start(["slow"]);
    const token = await tokenOf(faulty, daemon);
    rain();
    const began = performance.now();
    assert.equal((await graph(faulty, token, "GET", "/v1.0/groups")).status, 200);
    assert.ok(performance.now() - began >= 95, "a hundredth of 10 to 30 seconds");
  });

  it("replication delay: a new object is hidden for a while by ID, in lists and in references", async () => {
    const clock = new StoppedClock();
    const { sandbox: faulty, rain, daemon } = await start(["lag"], {}, { clock });
    const token = await tokenOf(faulty, daemon);
    rain();
    const made = (await (await graph(faulty, token, "POST", "/v1.0/applications", { displayName: "Late" })).json()) as {
      id: string;
      appId: string;
    };
    const named = "/v1.0/applications?$filter=displayName eq 'Late'";
    const count = async () =>
      ((await (await graph(faulty, token, "GET", named)).json()) as { value: unknown[] }).value.length;
    assert.equal((await graph(faulty, token, "GET", `/v1.0/applications/${made.id}`)).status, 404);
    assert.equal(await count(), 0);
    const refused = await answered(
      await graph(faulty, token, "POST", "/v1.0/servicePrincipals", { appId: made.appId }),
    );
    assert.equal(refused.status, 400);
    assert.match(refused.text, /does not reference a valid application object/);
    // A hundredth of at most 30 seconds.
    clock.advance(300);
    assert.equal((await graph(faulty, token, "GET", `/v1.0/applications/${made.id}`)).status, 200);
    assert.equal(await count(), 1);
  });

  for (const [name, secure] of [
    ["HTTP", false],
    ["HTTPS", true],
  ] as const) {
    it(`refused create with a truncated answer over ${name}: no effect, and no request is repeated`, async () => {
      const { sandbox: faulty, daemon, faults } = await start(["lag", "halfBody", "resetAfter"], { timeScale: 1 });
      const token = await tokenOf(faulty, daemon);
      const groups = () => faulty.cloud.tenant(contoso).objects("groups");
      const hidden = async (): Promise<string> => {
        faults.percent = 100;
        for (;;) {
          const wanted = { displayName: "New", mailEnabled: false, mailNickname: "new", securityEnabled: true };
          const made = await graph(faulty, token, "POST", "/v1.0/groups", wanted).catch(() => undefined);
          if ((faults.seen.get("new object unseen") ?? 0) > 0 && made !== undefined) {
            return ((await made.json()) as { id: string }).id;
          }
        }
      };
      const id = await hidden();
      const said: string[] = [];
      const write = process.stderr.write.bind(process.stderr);
      process.stderr.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
      try {
        for (let tries = 0; tries < 6; tries++) await removed(faulty, token, `/v1.0/groups/${id}`, secure);
        await faulty.cloud.saved();
      } finally {
        process.stderr.write = write;
      }
      assert.deepEqual(said, []);
      assert.ok(groups().has(id), "a refused request has done nothing");
    });
  }

  /** Deletes an object and waits until the connection has ended, however it ends. */
  async function removed(from: OwnSandbox, token: string, route: string, secure: boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const options = { method: "DELETE", headers: { authorization: `Bearer ${token}` }, agent: false };
      const asked = secure
        ? https.request(`${from.origins.https}${route}`, { ...options, rejectUnauthorized: false })
        : http.request(`${from.origins.http}${route}`, options);
      asked.on("response", (answer) => answer.on("error", () => undefined).resume());
      asked.on("error", () => undefined);
      asked.on("close", resolve);
      asked.end();
    });
    // The server may go on after the connection's end.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it("short-lived tokens: `expires_in` says so, and the project's client asks for a new token", async () => {
    const { sandbox: faulty, rain, daemon, faults } = await start(["shortToken"], { timeScale: 0.01 });
    const environment = {
      ARM_METADATA_HOSTNAME: new URL(faulty.origins.https).host,
      ARM_CLIENT_ID: clientIdOf(daemon),
      ARM_CLIENT_SECRET: daemon.secret,
    };
    const endpoints = {
      cloud: "public" as const,
      loginEndpoint: faulty.origins.http,
      graphEndpoint: faulty.origins.http,
      resourceManagerEndpoint: faulty.origins.http,
      metadataHost: undefined,
    };
    rain();
    const call = await graphCall(contoso, { environment, endpoints });
    const { body } = await post(faulty, `/${contoso}/oauth2/v2.0/token`, daemonRequest(daemon));
    assert.equal(body["expires_in"], 0);
    await new Promise((resolve) => setTimeout(resolve, 350));
    const refused = await graph(faulty, String(body["access_token"]), "GET", "/v1.0/groups");
    assert.equal(refused.status, 401);
    assert.match(await refused.text(), /the token is expired/);
    assert.equal((await call("/v1.0/groups")).status, 200);
    assert.equal(faults.counts.get("shortToken"), 3);
  });

  it("wrong clock: the server's time is off by up to ten minutes", async () => {
    const seed = [1, 2, 3, 4, 5, 6, 7].find((one) => Math.abs(clockSkew(one)) > 120_000) ?? 0;
    const { sandbox: faulty } = await start([], { seed });
    const before = Date.now();
    const { headers } = await get(faulty, "/metadata/endpoints");
    // The header has whole seconds.
    const now = Date.parse(headers.get("date") ?? "") - clockSkew(seed);
    assert.ok(now > before - 1000 && now <= Date.now(), `${headers.get("date")} for ${clockSkew(seed)}`);
    assert.ok(Math.abs(clockSkew(seed)) <= 600_000);
  });
});
