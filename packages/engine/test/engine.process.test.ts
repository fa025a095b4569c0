/**
 * The language host on the real engine: programs in a temporary folder, with a file backend and a Pulumi home of their
 * own. The engine itself is the one in the user's Pulumi home, which is only read; without one these are skipped.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { engineFolder, engineVersion } from "../src/ensureEngine";
import { installHost, isRunning, root, until, writeFiles } from "./hostProcess";

const pulumi = path.join(engineFolder(), "bin", "pulumi");

describe("language host on the real engine", function () {
  this.slow(20_000);

  let home: string;
  let bin: string;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    if (!fs.existsSync(pulumi)) {
      console.log(`      no engine at ${pulumi}: run \`mssp engine\``);
      return this.skip();
    }
    home = newFolder();
    bin = path.join(home, "versions", engineVersion(), "bin");
    fs.mkdirSync(bin, { recursive: true });
    hardLink(pulumi, path.join(bin, "pulumi"));
    await installHost(bin);
    writeFiles(home, { "state/.keep": "" });
    env = {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}`,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${path.join(home, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    };
  });
  /** A project with this `index.ts` and its stack `dev`. The SDK is this checkout's. */
  async function project(name: string, program: string, files: Record<string, string> = {}): Promise<string> {
    const folder = newFolder();
    writeFiles(folder, {
      "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
      "package.json": JSON.stringify({ name, version: "1.0.0" }),
      "index.ts": program,
      ...files,
    });
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    await run(folder, "stack", "init", "dev");
    return folder;
  }

  function start(folder: string, args: string[]): { child: ChildProcess; output: () => string } {
    const child = spawn(pulumi, [...args, "--non-interactive"], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    return { child, output: () => text };
  }

  async function pulumiExit(folder: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
    const { child, output } = start(folder, args);
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output: output() };
  }

  /** Runs pulumi; fails with its output where it fails. */
  async function run(folder: string, ...args: string[]): Promise<string> {
    const { code, output } = await pulumiExit(folder, ...args);
    assert.equal(code, 0, output);
    return output;
  }

  it("a program without resources: up, preview, refresh and destroy", async () => {
    const folder = await project("empty", "export const answer = 42;");
    assert.match(await run(folder, "up", "--yes", "--skip-preview"), /answer: 42/);
    await run(folder, "preview", "--expect-no-changes");
    await run(folder, "refresh", "--yes", "--skip-preview");
    assert.match(await run(folder, "destroy", "--yes", "--skip-preview"), /1 deleted/);
  });

  it("a program with a dynamic resource and a secret setting: up, preview, refresh and destroy", async () => {
    const folder = await project(
      "dynamic",
      `
      import * as pulumi from "@pulumi/pulumi";
      const provider: pulumi.dynamic.ResourceProvider = {
        create: async (inputs) => ({ id: "one", outs: { ...inputs, made: true } }),
        read: async (id, outs) => ({ id, props: outs }),
      };
      class Thing extends pulumi.dynamic.Resource {
        declare public readonly made: pulumi.Output<boolean>;
        constructor(name: string) { super(provider, name, { size: 1, made: undefined }); }
      }
      const config = new pulumi.Config();
      console.log("password has", config.require("password").length, "letters");
      export const made = new Thing("thing").made;
      export const password = config.requireSecret("password");`,
    );
    await run(folder, "config", "set", "--secret", "password", "s3cret-word");
    const up = await run(folder, "up", "--yes", "--skip-preview");
    assert.match(up, /made *: true/);
    assert.match(up, /password has 11 letters/);
    assert.match(up, /password: \[secret\]/);
    await run(folder, "preview", "--expect-no-changes");
    await run(folder, "refresh", "--yes", "--skip-preview");
    assert.match(await run(folder, "destroy", "--yes", "--skip-preview"), /2 deleted/);
  });

  it("a program that throws: its error is shown once, without the host's own frames", async () => {
    const folder = await project("throws", `throw new Error("out of the blue");`);
    const { code, output } = await pulumiExit(folder, "up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.equal(output.match(/Error: out of the blue/g)?.length, 1, output);
    assert.doesNotMatch(output, /exited with non-zero exit code/);
  });

  it("a program that exits by itself: its exit code is named", async () => {
    const folder = await project("exits", "process.exit(4);");
    const { code, output } = await pulumiExit(folder, "preview");
    assert.notEqual(code, 0);
    assert.match(output, /Program exited with non-zero exit code: 4/);
  });

  it("Ctrl-C: ends a program that hangs and leaves no process", async () => {
    const folder = await project("hangs", `console.log("pid=" + process.pid + "="); setInterval(() => {}, 1000);`);
    const { child, output } = start(folder, ["preview"]);
    const pid = Number(await until(() => /pid=(\d+)=/.exec(output())?.[1]));
    child.kill("SIGINT");
    await once(child, "close");
    assert.notEqual(child.exitCode, 0);
    await until(() => !isRunning(pid));
  });

  it("SIGKILL of the engine: no process remains", async () => {
    const folder = await project(
      "killed",
      `console.log("pids=" + process.pid + "," + process.ppid + "="); setInterval(() => {}, 1000);`,
    );
    const { child, output } = start(folder, ["preview"]);
    const [program = 0, host = 0] = (await until(() => /pids=([\d,]+)=/.exec(output())?.[1])).split(",").map(Number);
    child.kill("SIGKILL");
    await until(() => !isRunning(program) && !isRunning(host));
  });

  it("pulumi about: shows the host's runtime", async () => {
    const folder = await project("about", "export {};", { "package-lock.json": '{"packages":{}}' });
    const output = await run(folder, "about", "--json");
    // Warnings (of the stack without an update) come before and after.
    const json = output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1);
    const { runtime } = JSON.parse(json) as { runtime: Record<string, unknown> };
    assert.equal(runtime["version"], process.version);
  });

  it("a policy pack: refuses a forbidden resource", async () => {
    // A pack is a package with an SDK and a policy library of its own: here just as much of one as
    // the engine needs.
    const folder = await project("policies", `export const ok = true;`);
    const pack = newFolder();
    writeFiles(pack, {
      "PulumiPolicy.yaml": "runtime: nodejs\nmain: index.js\n",
      "package.json": '{"name":"pack","version":"0.0.1"}',
      "index.js": fakePack,
    });
    fs.symlinkSync(path.join(root, "node_modules"), path.join(pack, "node_modules"));
    const { code, output } = await pulumiExit(folder, "preview", "--policy-pack", pack);
    assert.notEqual(code, 0);
    assert.match(output, /no stacks in policies\/dev/);
  });

  it("a component plugin in TypeScript: runs from its source", async () => {
    const plugin = newFolder();
    writeFiles(plugin, {
      "PulumiPlugin.yaml": "runtime: nodejs\n",
      "package.json": '{"name":"greeter","version":"0.0.1","main":"index.ts"}',
      "index.ts": `
        import * as pulumi from "@pulumi/pulumi";
        export interface GreeterArgs { who: pulumi.Input<string>; }
        export class Greeter extends pulumi.ComponentResource {
          public readonly greeting: pulumi.Output<string>;
          constructor(name: string, args: GreeterArgs, options?: pulumi.ComponentResourceOptions) {
            super("greeter:index:Greeter", name, args, options);
            this.greeting = pulumi.interpolate\`hello \${args.who}\`;
            this.registerOutputs({ greeting: this.greeting });
          }
        }`,
    });
    fs.symlinkSync(path.join(root, "node_modules"), path.join(plugin, "node_modules"));
    const folder = await project(
      "greets",
      `
      import * as pulumi from "@pulumi/pulumi";
      class Greeter extends pulumi.ComponentResource {
        declare public readonly greeting: pulumi.Output<string>;
        constructor(name: string) { super("greeter:index:Greeter", name, { who: "world", greeting: undefined }, {}, true); }
      }
      export const greeting = new Greeter("greeter").greeting;`,
      {
        "Pulumi.yaml": `name: greets\nruntime: nodejs\nplugins:\n  providers:\n    - name: greeter\n      path: ${plugin}\n`,
      },
    );
    assert.match(await run(folder, "up", "--yes", "--skip-preview"), /greeting: "hello world"/);
  });

  it("pulumi import: the resource is in the stack; its code requires the official host", async () => {
    const folder = await project("imports", "export {};");
    writeFiles(path.join(home, "plugins", "resource-thing-v1.0.0"), { "pulumi-resource-thing": thingPlugin });
    const args = ["import", "thing:index/box:Box", "my-box", "id1", "--yes", "--skip-preview"];
    const { output } = await pulumiExit(folder, ...args);
    assert.match(output, /cannot write code for imported or converted resources.*official download/s);
    assert.match(await run(folder, "stack", "--show-urns"), /thing:index\/box:Box::my-box/);
  });
});

/** A program that is started by a symbolic link looks for its language host where the link points to. */
function hardLink(file: string, to: string): void {
  try {
    fs.linkSync(file, to);
  } catch {
    // Another file system.
    fs.copyFileSync(file, to);
  }
}

const modules = JSON.stringify(`${root}/node_modules/`);

/** A policy pack by the protocol alone: one mandatory policy, broken by every stack. */
const fakePack = `
const grpc = require("@grpc/grpc-js");
const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
const messages = require("@pulumi/pulumi/proto/analyzer_pb");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
const pulumi = require("@pulumi/pulumi");
const refuse = (_call, callback) => callback({ code: grpc.status.UNIMPLEMENTED });
const server = new grpc.Server();
server.addService(AnalyzerService, {
  ...Object.fromEntries(Object.keys(AnalyzerService).map((name) => [name, refuse])),
  getPluginInfo: (_call, callback) => {
    const info = new PluginInfo();
    info.setVersion("0.0.1");
    callback(null, info);
  },
  getAnalyzerInfo: (_call, callback) => {
    const policy = new messages.PolicyInfo();
    policy.setName("no-stacks");
    policy.setEnforcementlevel(messages.EnforcementLevel.MANDATORY);
    const info = new messages.AnalyzerInfo();
    info.setName("pack");
    info.setVersion("0.0.1");
    info.setSupportsconfig(true);
    info.setPoliciesList([policy]);
    callback(null, info);
  },
  configure: (_call, callback) => callback(null, new Empty()),
  analyze: (_call, callback) => callback(null, new messages.AnalyzeResponse()),
  analyzeStack: (_call, callback) => {
    const diagnostic = new messages.AnalyzeDiagnostic();
    diagnostic.setPolicyname("no-stacks");
    diagnostic.setPolicypackname("pack");
    diagnostic.setPolicypackversion("0.0.1");
    diagnostic.setMessage("no stacks in " + pulumi.getProject() + "/" + pulumi.getStack());
    diagnostic.setEnforcementlevel(messages.EnforcementLevel.MANDATORY);
    const response = new messages.AnalyzeResponse();
    response.setDiagnosticsList([diagnostic]);
    callback(null, response);
  },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, port) => console.log(port));
`;

/** A provider with one resource that can be imported. */
const thingPlugin = `#!/usr/bin/env node
const modules = ${modules};
const grpc = require(modules + "@grpc/grpc-js");
const { ResourceProviderService } = require(modules + "@pulumi/pulumi/proto/provider_grpc_pb");
const messages = require(modules + "@pulumi/pulumi/proto/provider_pb");
const { PluginInfo } = require(modules + "@pulumi/pulumi/proto/plugin_pb");
const { Struct } = require(modules + "google-protobuf/google/protobuf/struct_pb");
const { Empty } = require(modules + "google-protobuf/google/protobuf/empty_pb");
const properties = { label: { type: "string" } };
const schema = {
  name: "thing",
  version: "1.0.0",
  resources: { "thing:index/box:Box": { inputProperties: properties, properties } },
};
const answer = (make) => (call, callback) => callback(null, make(call.request));
const filled = (message, fill) => (fill(message), message);
const refuse = (_call, callback) => callback({ code: grpc.status.UNIMPLEMENTED });
const server = new grpc.Server();
server.addService(ResourceProviderService, {
  ...Object.fromEntries(Object.keys(ResourceProviderService).map((name) => [name, refuse])),
  getSchema: answer(() => filled(new messages.GetSchemaResponse(), (m) => m.setSchema(JSON.stringify(schema)))),
  getPluginInfo: answer(() => filled(new PluginInfo(), (m) => m.setVersion("1.0.0"))),
  checkConfig: answer((request) => filled(new messages.CheckResponse(), (m) => m.setInputs(request.getNews()))),
  diffConfig: answer(() => new messages.DiffResponse()),
  configure: answer(() => new messages.ConfigureResponse()),
  check: answer((request) => filled(new messages.CheckResponse(), (m) => m.setInputs(request.getNews()))),
  diff: answer(() => new messages.DiffResponse()),
  read: answer((request) =>
    filled(new messages.ReadResponse(), (m) => {
      m.setId(request.getId());
      m.setProperties(Struct.fromJavaScript({ label: "a box" }));
      m.setInputs(Struct.fromJavaScript({ label: "a box" }));
    }),
  ),
  cancel: answer(() => new Empty()),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, port) => console.log(port));
`;
