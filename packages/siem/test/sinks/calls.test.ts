import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { ServiceError } from "@defender-mssp/errors";
import { request } from "@defender-mssp/microsoft/http";
import { deliveryError } from "../../src/sinks/calls";

describe("siem/sinks: a delivery's error", () => {
  it("says that a destination was never reached, and that it may accept the records later", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const call = request(`http://127.0.0.1:${port}`, {
      method: "POST",
      idempotent: true,
      sleep: () => Promise.resolve(),
    });
    const error: unknown = await call.catch((failure: unknown) => failure);
    assert.ok(error instanceof ServiceError);
    const { message, isPassing } = deliveryError("Splunk's collector", error, "");
    assert.match(message, /^Splunk's collector could not be reached: POST http:.* failed: .*ECONNREFUSED/);
    assert.ok(isPassing);
  });
});
