/** Policy packs: the language host stands between the engine and the pack until the stack's configuration is known. */
import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import {
  call,
  installHost,
  programFolder,
  programInfo,
  root,
  startFakeEngine,
  startHost,
  stopHost,
  until,
  type Host,
} from "./hostProcess";

/** A pack that answers one call with how it was started, and refuses what older packs don't know. */
const packRunner = `
  const modules = ${JSON.stringify(`${root}/node_modules/`)};
  const grpc = require(modules + "@grpc/grpc-js");
  const { AnalyzerService } = require(modules + "@pulumi/pulumi/proto/analyzer_grpc_pb");
  const { AnalyzerInfo } = require(modules + "@pulumi/pulumi/proto/analyzer_pb");
  let refused = 0;
  const refuse = (_call, callback) => callback({ code: grpc.status.UNIMPLEMENTED, details: "refused " + ++refused });
  const server = new grpc.Server();
  server.addService(AnalyzerService, {
    ...Object.fromEntries(Object.keys(AnalyzerService).map((name) => [name, refuse])),
    getAnalyzerInfo: (_call, callback) => {
      const { PULUMI_NODEJS_PROJECT, PULUMI_NODEJS_STACK, PULUMI_NODEJS_DRY_RUN, PULUMI_CONFIG } = process.env;
      const info = new AnalyzerInfo();
      info.setName(JSON.stringify({ argv: process.argv.slice(2), cwd: process.cwd(),
        env: { PULUMI_NODEJS_PROJECT, PULUMI_NODEJS_STACK, PULUMI_NODEJS_DRY_RUN, PULUMI_CONFIG } }));
      callback(null, info);
    },
  });
  console.log("printed while loading");
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, port) => console.log(port + "\\nprinted later"));
`;

describe("language host: policy packs", () => {
  let engine: Awaited<ReturnType<typeof startFakeEngine>>;
  let host: Host;

  before(async () => {
    engine = await startFakeEngine();
    host = await startHost(await installHost(newFolder()), engine.address);
  });
  after(async () => {
    await stopHost(host);
    engine.server.forceShutdown();
  });

  it("policy pack: gets the stack's configuration and the engine's calls", async () => {
    const pack = startPack(packRunner);
    const client = await pack.client();
    await call<analyzer.AnalyzerHandshakeRequest, analyzer.AnalyzerHandshakeResponse>(
      client.handshake.bind(client),
      new analyzer.AnalyzerHandshakeRequest(),
    );
    const configuration = new analyzer.AnalyzerStackConfigureRequest();
    configuration.setProject("smoke");
    configuration.setStack("dev");
    configuration.setDryRun(true);
    configuration.getConfigMap().set("smoke:name", "value");
    await call<analyzer.AnalyzerStackConfigureRequest, analyzer.AnalyzerStackConfigureResponse>(
      client.configureStack.bind(client),
      configuration,
    );

    const started = await info(client);

    assert.deepEqual(started.argv, ["127.0.0.1:1", pack.folder]);
    assert.equal(started.cwd, pack.folder);
    assert.deepEqual(started.env, {
      PULUMI_NODEJS_PROJECT: "smoke",
      PULUMI_NODEJS_STACK: "dev",
      PULUMI_NODEJS_DRY_RUN: "true",
      PULUMI_CONFIG: '{"smoke:name":"value"}',
    });
    await until(() => pack.output().includes("printed while loading\n") && pack.output().includes("printed later\n"));
    client.close();
    pack.stop();
  });

  it("policy pack: a refusal keeps its status, and a method that it does not serve is asked once", async () => {
    const pack = startPack(packRunner);
    const client = await pack.client();
    for (const details of ["refused 1", "refused 1"]) {
      await assert.rejects(call<Empty, PluginInfo>(client.getPluginInfo.bind(client), new Empty()), {
        code: grpc.status.UNIMPLEMENTED,
        details,
      });
    }
    client.close();
    pack.stop();
  });

  it("policy pack: starts without configuration if a call comes first, as in `pulumi policy publish`", async () => {
    const pack = startPack(packRunner);
    const client = await pack.client();
    assert.equal((await info(client)).env["PULUMI_NODEJS_PROJECT"], undefined);
    client.close();
    pack.stop();
  });

  it("policy pack: calls fail if it ends before it prints its port", async () => {
    const pack = startPack("console.error('broken pack'); process.exit(1)");
    const client = await pack.client();
    await assert.rejects(info(client), /UNAVAILABLE/);
    await assert.rejects(pack.ended, /Program exited with non-zero exit code: 1/);
    client.close();
  });

  function startPack(runner: string) {
    const folder = programFolder({ "run-policy-pack": runner });
    const request = new messages.RunPluginRequest();
    request.setInfo(programInfo(folder));
    request.setKind("analyzer");
    request.setArgsList(["127.0.0.1:1"]);
    request.setEnvList(Object.entries(process.env).map(([name, value]) => `${name}=${value}`));
    const stream = host.client.runPlugin(request);
    let output = "";
    stream.on("data", (one: messages.RunPluginResponse) => (output += Buffer.from(one.getStdout_asU8()).toString()));
    const ended = new Promise<void>((resolve, reject) => stream.on("end", resolve).on("error", reject));
    ended.catch(() => undefined);
    return {
      folder,
      ended,
      output: () => output,
      stop: () => stream.cancel(),
      client: async () => {
        const port = await until(() => /^(\d+)\n/.exec(output)?.[1]);
        return new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
      },
    };
  }

  async function info(client: AnalyzerClient) {
    const answer = await call<Empty, analyzer.AnalyzerInfo>(client.getAnalyzerInfo.bind(client), new Empty());
    return JSON.parse(answer.getName()) as { argv: string[]; cwd: string; env: Record<string, string | undefined> };
  }
});
