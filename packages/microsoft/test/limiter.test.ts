import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { limiterVariable, request } from "@defender-mssp/microsoft";
import { graphLimits, Limiter, OwnLimiter, RequestLimits } from "../src/limiter";

const source = (tenant: string, write = false) => ({ application: "app", tenant, write });

describe("the shared limits of a fleet run", () => {
  it("allow a request at once, and after a 429 delay all requests in the throttled scope", () => {
    const limits = new RequestLimits();
    assert.equal(limits.take(source("one"), 0), 0);
    limits.hold(source("one"), "tenant", 5_000, 1_000);
    assert.equal(limits.take(source("one"), 2_000), 4_000);
    assert.equal(limits.take(source("two"), 2_000), 0);
    limits.hold(source("one"), "application", 9_000, 2_000);
    assert.equal(limits.take(source("two"), 3_000), 8_000);
    assert.equal(limits.take({ ...source("two"), application: "other" }, 3_000), 0);
    assert.equal(limits.take(source("two"), 11_000), 0);
  });

  it("keep the writes in one tenant within the published limit", () => {
    const limits = new RequestLimits();
    const { requests, within } = graphLimits.tenant.writes;
    for (let index = 0; index < requests; index++) assert.equal(limits.take(source("one", true), index), 0);
    assert.equal(limits.take(source("one", true), requests), within - requests);
    assert.equal(limits.take(source("one"), requests), 0, "a read is no write");
    assert.equal(limits.take(source("two", true), requests), 0, "another tenant has its own");
    assert.equal(limits.take(source("one", true), within), 0, "the first one is forgotten");
  });
});

describe("the limits of one process", () => {
  it("count without a server, and delay every request after a 429", async () => {
    const times: number[] = [];
    const server = http.createServer((_, response) => {
      times.push(Date.now());
      response.writeHead(times.length === 1 ? 429 : 200, { "retry-after": "1" }).end("{}");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const limiter = new OwnLimiter();
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      // The pause of the 429 itself is left out: only the limiter delays.
      const call = () => request(url, { limiter, sleep: () => Promise.resolve() });
      await call();
      assert.equal(times.length, 2);
      assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 950, times.join(" "));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("end a wait with the signal's reason", async () => {
    const limiter = new OwnLimiter();
    limiter.throttled(source("one"), "application", 60_000);
    await assert.rejects(limiter.permission(source("one"), AbortSignal.timeout(10)), /timeout/i);
  });
});

describe("requests under a shared limit", () => {
  let limiter: Limiter;
  let server: http.Server;
  let answers: number[];
  let address: string;

  beforeEach(async () => {
    limiter = await Limiter.start();
    Object.assign(process.env, limiter.variables);
    answers = [];
    server = http.createServer((_request, response) => {
      const status = answers.shift() ?? 200;
      response.writeHead(status, status === 429 ? { "retry-after": "0.2" } : {}).end("{}");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1.0/users`;
  });
  afterEach(async () => {
    Reflect.deleteProperty(process.env, limiterVariable);
    server.close();
    await limiter.stop();
  });

  it("pass the limiter before each try, and wait after another request's 429", async () => {
    answers = [429];
    const sleeps: number[] = [];
    const sleep = (milliseconds: number) => Promise.resolve(void sleeps.push(milliseconds));
    const throttled = request(address, { token: tokenOf("one"), sleep });
    await throttled;
    assert.deepEqual(sleeps, [200]);
    // Its own second try had to wait for the owner of the limit, which knew of the 429.
    assert.deepEqual(limiter.counts, { asked: 2, waited: 1, throttled: 1 });
    await request(address, { token: tokenOf("two") });
    assert.equal(limiter.counts.asked, 3);
  });

  it("continue if the limiter has ended", async () => {
    await request(address, { token: tokenOf("one") });
    await limiter.stop();
    assert.equal((await request(address, { token: tokenOf("one") })).status, 200);
  });
});

function tokenOf(tenant: string): string {
  const payload = Buffer.from(JSON.stringify({ appid: "app", tid: tenant })).toString("base64url");
  return `header.${payload}.signature`;
}
