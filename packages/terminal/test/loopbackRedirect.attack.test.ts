/** Requests that any local process, or any page in the browser, can send to the redirect port of a sign-in. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { LoopbackRedirect } from "../src/loopbackRedirect";

describe("packages/terminal/loopbackRedirect: the redirect port of a sign-in", () => {
  const state = "state-of-this-sign-in";
  let redirect: LoopbackRedirect;
  let port: number;
  let received: Promise<string>;
  let isEnded: boolean;

  beforeEach(async () => {
    const free = http.createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    ({ port } = free.address() as AddressInfo);
    free.close();
    await once(free, "close");
    redirect = await LoopbackRedirect.listen(`http://localhost:${port}/signed-in`);
    isEnded = false;
    received = redirect.receive(state, 600);
    void received.then(() => (isEnded = true));
  });
  afterEach(async () => {
    // Ends the wait, whose timer would keep the process alive.
    if (!isEnded) await get(`/signed-in?code=end&state=${state}`);
    redirect.close();
  });

  /** Sends the target as it is, which `fetch` would not. */
  async function get(target: string, host = `localhost:${port}`, method = "GET") {
    const request = http.request({ host: "localhost", port, path: target, method, headers: { host } }).end();
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    return { status: response.statusCode ?? 0, page: await text(response) };
  }

  /** Sends bytes that are no request, and waits for the end of the connection. */
  async function send(bytes: string): Promise<void> {
    const socket = net.connect(port, "localhost");
    socket.on("error", () => undefined);
    socket.end(bytes).resume();
    await once(socket, "close");
  }

  async function assertStillWaiting(): Promise<void> {
    assert.equal(isEnded, false, "the sign-in has ended");
    const { status, page } = await get(`/signed-in?code=right&state=${state}`);
    assert.equal(status, 200);
    assert.match(page, /The answer was received\. The terminal shows whether the sign-in succeeded\./);
    assert.equal(await received, `http://localhost:${port}/signed-in?code=right&state=${state}`);
  }

  it("continues to wait after invalid request targets", async () => {
    for (const target of ["//", "http://[", "//evil.example/signed-in?code=c&state=x", "*", "/%", "/signed-in?%"]) {
      const { status } = await get(target);
      assert.ok(status === 404 || status === 400, `${target}: ${status}`);
    }
    await send("GET / HTTP/9.9\r\n\r\n");
    await send("\0\u0001nonsense\r\n\r\n");
    await assertStillWaiting();
  });

  it("continues to wait after the wrong state, no state, a refusal without the state, another method", async () => {
    for (const [target, method] of [
      ["/signed-in?code=c&state=another", "GET"],
      ["/signed-in?code=c", "GET"],
      ["/signed-in?error=access_denied", "GET"],
      ["/signed-in?error=access_denied&state=another", "GET"],
      [`/signed-in?code=c&state=${state}`, "POST"],
      [`/elsewhere?code=c&state=${state}`, "GET"],
    ] as const) {
      const { status, page } = await get(target, undefined, method);
      assert.ok(status === 400 || status === 404, `${target}: ${status}`);
      assert.doesNotMatch(page, /received|Signed in|Done/);
    }
    await assertStillWaiting();
  });

  it("continues to wait after a request for a foreign host, even with the right state", async () => {
    for (const host of ["evil.example", `evil.example:${port}`, "localhost", `127.0.0.1:${port}`]) {
      assert.equal((await get(`/signed-in?code=c&state=${state}`, host)).status, 421);
    }
    await assertStillWaiting();
  });

  it("shows a refusal as such, on a page without text of the request", async () => {
    const { status, page } = await get(`/signed-in?error=access_denied&error_description=%3Cb%3E&state=${state}`);
    assert.equal(status, 200);
    assert.match(page, /The sign-in was refused\. The terminal shows the reason\./);
    assert.doesNotMatch(page, /access_denied|<b>/);
    assert.match(await received, /error=access_denied/);
  });

  it("continues to wait after any sequence of targets without the state", async function () {
    const target = fc.stringMatching(/^[/?&=%#[\]:@.a-z0-9]{0,40}$/).map((rest) => `/${rest}`);
    await assertAsyncProperty(100, target, async (address) => {
      assert.notEqual((await get(address)).status, 200);
    });
    await assertStillWaiting();
  });
});
