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
  const sleep = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    return Promise.resolve();
  };

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

  it("answers with status, headers and the body parsed", async () => {
    server = await loopback(() => ({ status: 201, headers: { "request-id": "r1" }, body: { a: 1 } }));
    const answer = await request(`${server.origin}/x`, { method: "PUT", json: { b: 2 }, token: "t" });
    assert.deepEqual([answer.status, answer.body, answer.tries], [201, { a: 1 }, 1]);
    assert.equal(answer.headers.get("request-id"), "r1");
    assert.equal(server.seen[0]?.body, '{"b":2}');
    assert.equal(server.seen[0].headers.authorization, "Bearer t");
    assert.equal(server.seen[0].headers["content-type"], "application/json");
  });

  it("waits as long as Retry-After says: seconds, fractions, an HTTP date", async () => {
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

  it("takes the date of Retry-After by the server's own clock, which may be minutes off", async () => {
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

  it("is tried as often as it is told to, and the error says how long the service asks to wait", async () => {
    server = await loopback(() => ({ status: 503, headers: { "retry-after": "7" } }));
    const failure = await failureOf(request(server.origin, { sleep, tries: 1 }));
    assert.equal(server.seen.length, 1);
    assert.equal(failure.retryAfter, 7000);
  });

  it("doubles its own wait where the server names none", async () => {
    server = await loopback((_request, before) => (before < 3 ? { status: 503 } : {}));
    await request(server.origin, { sleep });
    assert.equal(waits.length, 3);
    waits.forEach((wait, index) => {
      const base = firstBackoff * 2 ** index;
      assert.ok(wait >= base && wait <= base * 1.25, `${wait} after try ${index + 1}`);
    });
  });

  it("gives up after five tries, and says what the service said", async () => {
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

  it("doesn't wait longer than two minutes for anybody", async () => {
    server = await loopback(() => ({ status: 429, headers: { "retry-after": "3600" } }));
    const failure = await failureOf(request(server.origin, { sleep }));
    assert.equal(server.seen.length, 1);
    assert.match(failure.message, /it asks to wait 3600 seconds/);
  });

  for (const status of [408, 500, 502, 504]) {
    it(`tries again after ${status}, whatever the method`, async () => {
      server = await loopback((_request, before) => (before === 0 ? { status } : {}));
      assert.equal((await request(server.origin, { method: "POST", json: {}, sleep })).tries, 2);
    });
  }

  for (const status of [400, 401, 403, 404, 409, 501]) {
    it(`doesn't try again after ${status}`, async () => {
      server = await loopback(() => ({ status }));
      assert.equal((await failureOf(request(server.origin, { sleep }))).status, status);
      assert.equal(server.seen.length, 1);
    });
  }

  it("takes an accepted status for an answer", async () => {
    server = await loopback(() => ({ status: 404 }));
    assert.equal((await request(server.origin, { accept: [404] })).status, 404);
  });

  it("repeats a cut connection where the call is idempotent, and not otherwise", async () => {
    server = await loopback((_request, before) => (before % 2 === 0 ? undefined : {}));
    assert.equal((await request(server.origin, { method: "DELETE", sleep })).tries, 2);
    assert.equal((await failureOf(request(server.origin, { method: "POST", json: {}, sleep }))).status, 0);
    assert.equal(server.seen.length, 3);
    await request(server.origin, { method: "POST", json: {}, sleep, idempotent: true });
    assert.equal(server.seen.length, 4);
  });

  it("says why nothing answered", async () => {
    server = await loopback(() => ({}));
    const { origin } = server;
    await server.close();
    const failure = await failureOf(request(`${origin}/gone`, { sleep }));
    assert.equal(failure.status, 0);
    assert.match(failure.message, /GET http:\/\/127\.0\.0\.1:\d+\/gone failed: .*ECONNREFUSED/);
    assert.equal(waits.length, 4);
  });

  it("ends a try that takes too long", async () => {
    server = await loopback(() => "never");
    const failure = await failureOf(request(server.origin, { timeout: 50, method: "POST", json: {} }));
    assert.match(failure.message, /no answer within 0.05 seconds/);
  });

  it("ends at once, waiting or not, when it is told to", async () => {
    server = await loopback(() => ({ status: 429, headers: { "retry-after": "60" } }));
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stop")), 50);
    await assert.rejects(request(server.origin, { signal: controller.signal }), /stop/);
    await assert.rejects(request(server.origin, { signal: AbortSignal.abort(new Error("before")) }), /before/);
    assert.equal(server.seen.length, 1);
  });

  it("reads Entra's and Graph's envelopes, and answers that have none", async () => {
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

  it("never shows a secret: not of the URL, not of what was sent, even if the service echoes it", async () => {
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

  it("doesn't carry a token to where a redirect points", async () => {
    const other = await loopback(() => ({}));
    server = await loopback(() => ({ status: 307, headers: { location: other.origin } }));
    assert.equal((await failureOf(request(server.origin, { token: "t", sleep }))).status, 307);
    assert.equal(server.seen.length, 1);
    assert.equal(other.seen.length, 0);
    await other.close();
  });

  it("knows which addresses may see a secret", () => {
    for (const good of ["https://a.example", "http://127.0.0.1:1", "http://localhost/x", "http://[::1]:2"])
      assert.ok(isSecureAddress(good), good);
    for (const bad of ["http://a.example", "http://127.0.0.1.example", "ftp://127.0.0.1", "nothing"])
      assert.ok(!isSecureAddress(bad), bad);
  });
});
