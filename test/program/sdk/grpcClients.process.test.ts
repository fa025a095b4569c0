import assert from "node:assert/strict";
import { execa } from "execa";
import { checkout } from "../../cli/mssp";

/** Makes the SDK's clients of the engine, the monitor and its own callbacks: their channels' states. */
const script = `
  const close = require("./program/sdk/shortcuts.js").rememberClients(require);
  const internal = require("@grpc/grpc-js/build/src/internal-channel");
  const channels = [];
  internal.InternalChannel = class extends internal.InternalChannel {
    constructor(...args) { super(...args); channels.push(this); }
  };
  const settings = require("@pulumi/pulumi/runtime/settings");
  const { CallbackServer } = require("@pulumi/pulumi/runtime/callbacks");
  settings.resetOptions("project", "stack", 1, "127.0.0.1:1", "127.0.0.1:1", true, "organization");
  settings.getEngine();
  settings.getMonitor();
  new CallbackServer({ get: () => undefined });
  const states = () => channels.map((channel) => channel.getConnectivityState(false));
  const look = () => {
    // The server of the callbacks makes its client when it listens.
    if (channels.length < 3) return setTimeout(look, 10);
    const before = states();
    close();
    process.stdout.write(JSON.stringify({ before, after: states() }), () => process.exit());
  };
  look();
`;

describe("the SDK's gRPC clients of a run", () => {
  it("are all closed after the run", async () => {
    const { stdout } = await execa(process.execPath, ["-e", script], { cwd: checkout, timeout: 60_000 });
    const { before, after } = JSON.parse(stdout) as {
      readonly before: readonly number[];
      readonly after: readonly number[];
    };
    const shutdown = 4;
    assert.equal(before.length, 3);
    assert.ok(!before.includes(shutdown), `before: ${before.join()}`);
    assert.deepEqual(after, [shutdown, shutdown, shutdown]);
  });
});
