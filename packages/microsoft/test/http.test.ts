import assert from "node:assert/strict";
import {
  firstBackoff,
  isSecureAddress,
  maximumTries,
  request,
  ServiceError,
  withoutSecrets,
  type RequestOptions,
} from "@defender-mssp/microsoft";
import { loopback, type Loopback } from "./loopback";

describe("microsoft/http", () => {
  let server: Loopback | undefined;
  const waits: number[] = [];
  const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));

  afterEach(async () => {
    await server?.close();
    server = undefined;
    waits.length = 0;
  });

  async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
    const failure: unknown = await call.then(
      () => assert.fail("it succeeded"),
      (reason: unknown) => reason,
    );
    assert.ok(failure instanceof ServiceError, String(failure));
    return failure;
  }

  it("returns status, headers and the parsed body", async () => {
    server = await loopback(() => ({ status: 201, headers: { "request-id": "r1" }, body: { a: 1 } }));
    const answer = await request(`${server.origin}/x`, { method: "PUT", json: { b: 2 }, token: "t" });
    assert.deepEqual([answer.status, answer.body, answer.tries], [201, { a: 1 }, 1]);
    assert.equal(answer.headers.get("request-id"), "r1");
    assert.equal(server.seen[0]?.body, '{"b":2}');
    assert.equal(server.seen[0].headers.authorization, "Bearer t");
    assert.equal(server.seen[0].headers["content-type"], "application/json");
  });

  it("a call that must not take effect twice ends at 500, 502 and 504, and is repeated after 429 and 503", async () => {
    for (const status of [500, 502, 504, 429, 503]) {
      server = await loopback((_request, before) => (before === 0 ? { status } : { status: 201 }));
      const call = request(server.origin, { method: "POST", json: {}, idempotent: false, sleep });
      const isRepeated = status === 429 || status === 503;
      if (isRepeated) assert.equal((await call).tries, 2);
      else assert.equal((await failureOf(call)).status, status);
      assert.equal(server.seen.length, isRepeated ? 2 : 1, String(status));
      await server.close();
    }
  });

  it("waits for Retry-After in seconds, fractions of seconds or as an HTTP date", async () => {
    const later = new Date(Date.now() + 7000).toUTCString();
    const asked = ["2", "0.25", later];
    server = await loopback((_request, before) => {
      const wait = asked[before];
      return wait === undefined ? {} : { status: 429, headers: { "retry-after": wait } };
    });
    assert.equal((await request(server.origin, { sleep })).tries, 4);
    assert.deepEqual(waits.slice(0, 2), [2000, 250]);
    assert.ok(waits[2]! > 4000 && waits[2]! <= 7000, String(waits[2]));
  });

  it("interprets the date of Retry-After by the server's clock", async () => {
    const serverTime = Date.now() + 600_000;
    server = await loopback((_request, before) =>
      before > 0
        ? {}
        : {
            status: 429,
            headers: {
              date: new Date(serverTime).toUTCString(),
              "retry-after": new Date(serverTime + 3000).toUTCString(),
            },
          },
    );
    await request(server.origin, { sleep });
    assert.deepEqual(waits, [3000]);
  });

  it("makes the given number of attempts, and the error names the service's Retry-After", async () => {
    server = await loopback(() => ({ status: 503, headers: { "retry-after": "7" } }));
    const failure = await failureOf(request(server.origin, { sleep, tries: 1 }));
    assert.equal(server.seen.length, 1);
    assert.equal(failure.retryAfter, 7000);
  });

  it("doubles its own wait if the server sends no Retry-After", async () => {
    server = await loopback((_request, before) => (before < 3 ? { status: 503 } : {}));
    await request(server.origin, { sleep });
    assert.equal(waits.length, 3);
    waits.forEach((wait, index) => {
      const base = firstBackoff * 2 ** index;
      assert.ok(wait >= base && wait <= base * 1.25, `${wait} after try ${index + 1}`);
    });
  });

  it("fails after five attempts with the service's message", async () => {
    server = await loopback(() => ({
      status: 429,
      headers: { "retry-after": "0" },
      body: { error: { code: "TooManyRequests", message: "Slow down." } },
    }));
    const failure = await failureOf(request(`${server.origin}/x`, { sleep }));
    assert.equal(maximumTries, 5);
    assert.equal(server.seen.length, 5);
    assert.deepEqual([failure.status, failure.serviceCode], [429, "TooManyRequests"]);
    assert.match(failure.message, /^GET http:\/\/127\.0\.0\.1:\d+\/x answered 429: TooManyRequests: Slow down\.$/);
  });

  it("waits for at most two minutes", async () => {
    server = await loopback(() => ({ status: 429, headers: { "retry-after": "3600" } }));
    const failure = await failureOf(request(server.origin, { sleep }));
    assert.equal(server.seen.length, 1);
    assert.match(failure.message, /it asks to wait 3600 seconds/);
  });

  for (const status of [408, 500, 502, 504]) {
    it(`retries after status ${status}, for every method`, async () => {
      server = await loopback((_request, before) => (before === 0 ? { status } : {}));
      assert.equal((await request(server.origin, { method: "POST", json: {}, sleep })).tries, 2);
    });
  }

  for (const status of [400, 401, 403, 404, 409, 501]) {
    it(`does not retry after status ${status}`, async () => {
      server = await loopback(() => ({ status }));
      assert.equal((await failureOf(request(server.origin, { sleep }))).status, status);
      assert.equal(server.seen.length, 1);
    });
  }

  it("returns an accepted error status as an answer", async () => {
    server = await loopback(() => ({ status: 404 }));
    assert.equal((await request(server.origin, { accept: [404] })).status, 404);
  });

  it("retries after a cut connection only if the call is idempotent", async () => {
    server = await loopback((_request, before) => (before % 2 === 0 ? undefined : {}));
    assert.equal((await request(server.origin, { method: "DELETE", sleep })).tries, 2);
    assert.equal((await failureOf(request(server.origin, { method: "POST", json: {}, sleep }))).status, 0);
    assert.equal(server.seen.length, 3);
    await request(server.origin, { method: "POST", json: {}, sleep, idempotent: true });
    assert.equal(server.seen.length, 4);
  });

  it("names the cause if no server answers", async () => {
    server = await loopback(() => ({}));
    const { origin } = server;
    await server.close();
    const failure = await failureOf(request(`${origin}/gone`, { sleep }));
    assert.equal(failure.status, 0);
    assert.match(failure.message, /GET http:\/\/127\.0\.0\.1:\d+\/gone failed: .*ECONNREFUSED/);
    assert.equal(waits.length, 4);
  });

  it("stops to read an answer at 64 MiB, and does not ask again", async () => {
    server = await loopback(() => ({ body: "x".repeat(64 * 1024 * 1024 + 1) }));
    const failure = await failureOf(request(server.origin, { sleep }));
    assert.match(failure.message, /: the answer is longer than 64 MiB$/);
    assert.equal(server.seen.length, 1);
  });

  it("ends an attempt at its timeout", async () => {
    server = await loopback(() => "never");
    const failure = await failureOf(request(server.origin, { timeout: 50, method: "POST", json: {} }));
    assert.match(failure.message, /no answer within 0.05 seconds/);
  });

  it("ends at once on an abort, also during a wait", async () => {
    server = await loopback(() => ({ status: 429, headers: { "retry-after": "60" } }));
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stop")), 50);
    await assert.rejects(request(server.origin, { signal: controller.signal }), /stop/);
    await assert.rejects(request(server.origin, { signal: AbortSignal.abort(new Error("before")) }), /before/);
    assert.equal(server.seen.length, 1);
  });

  it("reads the error envelopes of Entra and Graph, and answers without an envelope", async () => {
    const bodies: [unknown, string, string][] = [
      [
        {
          error: "invalid_client",
          error_description: "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x",
          trace_id: "t1",
        },
        "AADSTS7000215",
        "t1",
      ],
      [
        {
          error: "invalid_client",
          error_description: "AADSTS7000222: The keys are expired. Trace ID: x Correlation ID: y Timestamp: z",
          trace_id: "t2",
        },
        "AADSTS7000222",
        "t2",
      ],
      [{ error: { code: "Authorization_RequestDenied", message: "No." } }, "Authorization_RequestDenied", ""],
      ["<html>proxy</html>", "", ""],
    ];
    for (const [body, code, id] of bodies) {
      const one = await loopback(() => ({ status: 400, body }));
      const failure = await failureOf(request(one.origin));
      assert.deepEqual([failure.serviceCode, failure.requestId], [code, id]);
      assert.doesNotMatch(failure.message, /Trace ID|html/);
      await one.close();
    }
  });

  it("never shows a secret of the URL or the request, even if the service echoes it", async () => {
    const secret = "s3cr3t-value";
    const form: RequestOptions["form"] = {
      client_id: "app",
      client_secret: secret,
      client_assertion: "as.ser.tion",
      refresh_token: "re-fresh",
    };
    server = await loopback(({ body, headers }) => ({
      status: 400,
      body: { error: { code: "Bad", message: `got ${decodeURIComponent(body)} ${String(headers.authorization)}` } },
    }));
    const url = `${server.origin.replace("//", "//")}/t?code=${secret}&$filter=a%20eq%201&api-version=1`;
    const failure = await failureOf(request(url, { method: "POST", form, token: "bear-er", sleep }));
    const all = `${failure.message} ${failure.url} ${failure.stack ?? ""} ${JSON.stringify(failure)}`;
    for (const leaked of [secret, "as.ser.tion", "re-fresh", "bear-er"]) assert.ok(!all.includes(leaked), all);
    assert.match(failure.url, /\/t\?code=…&\$filter=a eq 1&api-version=1$/);
    assert.equal(withoutSecrets("https://user:pass@host/p?sig=1#frag"), "https://host/p?sig=…");
  });

  it("does not send a token to the target of a redirect", async () => {
    const other = await loopback(() => ({}));
    server = await loopback(() => ({ status: 307, headers: { location: other.origin } }));
    assert.equal((await failureOf(request(server.origin, { token: "t", sleep }))).status, 307);
    assert.equal(server.seen.length, 1);
    assert.equal(other.seen.length, 0);
    await other.close();
  });

  it("accepts only https and loopback addresses for secrets", () => {
    for (const good of ["https://a.example", "http://127.0.0.1:1", "http://localhost/x", "http://[::1]:2"])
      assert.ok(isSecureAddress(good), good);
    for (const bad of ["http://a.example", "http://127.0.0.1.example", "ftp://127.0.0.1", "nothing"])
      assert.ok(!isSecureAddress(bad), bad);
  });
});
