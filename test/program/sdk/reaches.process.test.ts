/** What a reach into the SDK changes for the whole process: its modules, its channels, its stack traces. */
import assert from "node:assert/strict";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { execa, execaSync } from "execa";
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

describe("program/sdk in a process", () => {
  it("closes all gRPC clients of the SDK after the run", async () => {
    const { stdout } = await execa(process.execPath, ["-e", script], { cwd: checkout, timeout: 240_000 });
    const { before, after } = JSON.parse(stdout) as {
      readonly before: readonly number[];
      readonly after: readonly number[];
    };
    const shutdown = 4;
    assert.equal(before.length, 3);
    assert.ok(!before.includes(shutdown), `before: ${before.join()}`);
    assert.deepEqual(after, [shutdown, shutdown, shutdown]);
  });

  it("the program records no source positions, unless the shortcuts are off", () => {
    const frames = (shortcuts: string) => {
      const script = `require("./sdkShortcuts.js").withoutSourcePositions();
         const { Resource } = require("@pulumi/pulumi");
         process.stdout.write(String(Resource.stackTrace(0).length));`;
      const env = { MSSP_SDK_SHORTCUTS: shortcuts };
      return execaSync(process.execPath, ["-e", script], { cwd: checkout, env }).stdout;
    };
    assert.equal(frames("on"), "0");
    assert.ok(Number(frames("off")) > 0);
  });

  it("the policy pack serves no calls that change resources, unless the shortcuts are off", () => {
    const served = (shortcuts: string) => {
      const script = `require("./program/sdk/remediation.js").withoutRemediation();
         const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
         process.stdout.write(JSON.stringify(["analyze", "remediate"].map((call) => call in AnalyzerService)));`;
      return execaSync(process.execPath, ["-e", script], { cwd: checkout, env: { MSSP_SDK_SHORTCUTS: shortcuts } })
        .stdout;
    };
    assert.deepEqual([served("on"), served("off")], ["[true,false]", "[true,true]"]);
  });

  it("the host of dynamic resources loads nothing of the SDK but the protocol", async () => {
    const file = path.join(checkout, "dist", "program", "dynamicHost", "serve.js");
    const script = `require(${JSON.stringify(file)}); console.log(JSON.stringify(Object.keys(require.cache)))`;
    const { stdout } = await execa(process.execPath, ["-e", script]);
    const loaded = (JSON.parse(stdout) as string[]).filter((name) => /@pulumi[\\/]pulumi[\\/]/.test(name));
    assertNone(loaded, (name) => !/[\\/]proto[\\/]/.test(name));
  });

  describe("with an SDK that has other members", () => {
    it("the shortcuts are not taken, and nothing fails", () => {
      const script = `
        const Module = require("node:module");
        const load = Module._load;
        Module._load = function (request, ...rest) {
          if (/debuggable$|proto\\/(engine|resource|callback)_grpc_pb$/.test(request) && !String(rest[0]?.filename).includes("@pulumi"))
            throw Object.assign(new Error("no such file"), { code: "MODULE_NOT_FOUND" });
          if (/runtime\\/state$/.test(request) && !String(rest[0]?.filename).includes("@pulumi")) return {};
          return load.call(this, request, ...rest);
        };
        delete require("@pulumi/pulumi").Resource.stackTrace;
        const shortcuts = require("./program/sdk/shortcuts.js");
        shortcuts.withoutSourcePositions();
        shortcuts.withoutPromiseTraces();
        shortcuts.rememberClients(require)();
        const { stateOfRun } = require("./program/sdk/runState.js");
        process.stdout.write(JSON.stringify([stateOfRun() ?? null, shortcuts.loadSdk(() => "loaded")]), () => process.exit());
      `;
      const { stdout } = execaSync(process.execPath, ["-e", script], { cwd: checkout });
      assert.equal(stdout, '[null,"loaded"]');
    });

    it("a program's outputs are refused without isKnown: it never ends too early", () => {
      const script = `
        const sdk = require("@pulumi/pulumi");
        sdk.output = () => ({});
        require("./program/sdk/wholeOutputs.js").wholeOutputs({}).catch((error) => process.stdout.write(error.message, () => process.exit()));
      `;
      const { stdout } = execaSync(process.execPath, ["-e", script], { cwd: checkout });
      assert.match(stdout, /isKnown/);
    });
  });
});
