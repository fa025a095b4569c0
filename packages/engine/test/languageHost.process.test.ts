/**
 * The language host by its protocol: the real process, asked as the engine asks it. The SDK's
 * runners are replaced by small scripts here, so that what they are given is seen;
 * engine.process.test.ts runs the real ones on the real engine.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import {
  call,
  collect,
  installHost,
  isRunning,
  programFolder,
  programInfo,
  startFakeEngine,
  startHost,
  stopHost,
  until,
  writeFiles,
  type Host,
} from "./hostProcess";

/** A runner that writes down how it was started. */
const recordingRunner = `
  const { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_TYPESCRIPT, PULUMI_NODEJS_TSCONFIG_PATH, NODE_OPTIONS } = process.env;
  require("node:fs").writeFileSync(__dirname + "/started.json", JSON.stringify({ argv: process.argv.slice(2), execArgv: process.execArgv, cwd: process.cwd(),
    env: { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_TYPESCRIPT, PULUMI_NODEJS_TSCONFIG_PATH, NODE_OPTIONS } }));
`;

interface Started {
  argv: string[];
  execArgv: string[];
  cwd: string;
  env: Record<string, string>;
}

describe("language host", () => {
  let bin: string;
  let engine: Awaited<ReturnType<typeof startFakeEngine>>;
  let host: Host;

  before(async () => {
    bin = await installHost(newFolder());
    engine = await startFakeEngine();
  });
  beforeEach(async () => (host = await startHost(bin, engine.address)));
  afterEach(() => stopHost(host));
  after(() => engine.server.forceShutdown());

  function run(request: messages.RunRequest): Promise<messages.RunResponse> {
    return call<messages.RunRequest, messages.RunResponse>(host.client.run.bind(host.client), request);
  }

  describe("run", () => {
    it("run: starts the SDK's runner with the engine's addresses, the stack and the entry point", async () => {
      const folder = programFolder({ run: recordingRunner });
      const request = runRequest(folder, {
        tsconfig: "tsconfig.other.json",
        nodeargs: "--trace-warnings --title='a b'",
      });
      request.setDryrun(true);
      request.setArgsList(["one"]);
      request.getConfigMap().set("smoke:name", "value").set("smoke:config:old", "kept");
      request.setConfigsecretkeysList(["smoke:name"]);

      const response = await run(request);

      assert.equal(response.getError(), "");
      assert.equal(response.getBail(), false);
      const started = readStarted(folder, "run");
      assert.deepEqual(started.argv, [
        ...["--monitor", "127.0.0.1:1", "--engine", engine.address, "--organization", "organization"],
        ...["--project", "smoke", "--root-directory", folder, "--stack", "dev", "--pwd", folder, "--parallel", "16"],
        ...["--dry-run", ".", "one"],
      ]);
      assert.deepEqual(started.execArgv, ["--trace-warnings", "--title=a b"]);
      const { PULUMI_CONFIG: config = "", ...environment } = started.env;
      assert.deepEqual(JSON.parse(config), { "smoke:config:name": "value", "smoke:config:old": "kept" });
      assert.deepEqual(environment, {
        PULUMI_CONFIG_SECRET_KEYS: '["smoke:name"]',
        PULUMI_NODEJS_TYPESCRIPT: "true",
        PULUMI_NODEJS_TSCONFIG_PATH: "tsconfig.other.json",
      });
    });

    it("run: the option typescript: false disables TypeScript", async () => {
      const folder = programFolder({ run: recordingRunner });
      await run(runRequest(folder, { typescript: false }));
      assert.equal(readStarted(folder, "run").env["PULUMI_NODEJS_TYPESCRIPT"], undefined);
    });

    it("run: an error that the runner has shown is not reported again", async () => {
      const response = await run(runRequest(programFolder({ run: "process.exit(32)" })));
      assert.deepEqual(response.toObject(), { error: "", bail: true });
    });

    it("run: the program's own exit code is named", async () => {
      const response = await run(runRequest(programFolder({ run: "process.exit(3)" })));
      assert.deepEqual(response.toObject(), { error: "Program exited with non-zero exit code: 3", bail: false });
    });

    it("run: the output of a program that throws is passed on", async () => {
      const response = await run(runRequest(programFolder({ run: "throw new Error('from the program')" })));
      assert.equal(response.getError(), "Program exited with non-zero exit code: 1");
      assert.match(host.output().stderr, /Error: from the program/);
    });

    it("run: out of memory in V8 is recognized, also in split output, and explained", async () => {
      const response = await run(
        runRequest(
          programFolder({
            run: `process.stderr.write("<--- Last few"); setTimeout(() => { process.stderr.write(" GCs --->\\n"); process.abort(); }, 50);`,
          }),
        ),
      );
      assert.match(
        response.getError(),
        /^Program exited with non-zero exit code: -1\. Detected a possible out of memory error/,
      );
    });

    it("run: a missing SDK is reported with the command that installs it", async () => {
      const folder = newFolder();
      const response = await run(runRequest(folder));
      assert.match(response.getError(), /SDK has not been installed.*Have you run pulumi install\?/);
    });

    it("run: an invalid runtime option is named", async () => {
      const response = await run(runRequest(programFolder({ run: "" }), { typescript: "yes" }));
      assert.equal(response.getError(), "typescript option must be a boolean");
    });

    it("cancel: interrupts a program that hangs on a rejected promise", async () => {
      const folder = programFolder({
        run: `
          process.on("unhandledRejection", (error) => console.error("rejected: " + error.message));
          Promise.reject(new Error("no"));
          setInterval(() => {}, 1000);`,
      });
      const running = run(runRequest(folder));
      await until(() => host.output().stderr.includes("rejected: no"));

      await call(host.client.cancel.bind(host.client) as never, new Empty());

      assert.equal((await running).getError(), "Program exited with non-zero exit code: -1");
    });

    it("cancel: interrupts the program when the engine cancels the call", async () => {
      const folder = programFolder({ run: "console.log(process.pid); setInterval(() => {}, 1000)" });
      const running = host.client.run(runRequest(folder), () => undefined);
      const pid = Number(await until(() => /^\d+/.exec(host.output().stdout)?.[0]));
      running.cancel();
      await until(() => !isRunning(pid));
    });

    it("cancel: kills a program that ignores the interrupt after 5 s", async function () {
      const folder = programFolder({
        run: `process.on("SIGINT", () => {}); console.log("ready"); setInterval(() => {}, 1000)`,
      });
      const running = run(runRequest(folder));
      await until(() => host.output().stdout.includes("ready"));
      const start = Date.now();
      await call(host.client.cancel.bind(host.client) as never, new Empty());
      await running;
      assert.ok(Date.now() - start > 4_500);
    });

    it("run: NODE_OPTIONS applies to the program, not to the host", async () => {
      await stopHost(host);
      const folder = programFolder({ run: recordingRunner }, { "hook.js": `console.error("hooked");` });
      const options = `--require ${path.join(folder, "hook.js")}`;
      host = await startHost(bin, engine.address, { env: { ...process.env, NODE_OPTIONS: options } });
      assert.equal(host.output().stderr, "");
      await run(runRequest(folder));
      assert.equal(readStarted(folder, "run").env["NODE_OPTIONS"], options);
      assert.match(host.output().stderr, /hooked/);
    });

    it("run: a program that floods standard output waits for the reader", async function () {
      await stopHost(host);
      host = await startHost(bin, engine.address, { readOutput: false });
      const megabytes = 50;
      const folder = programFolder({
        run: `
          const block = Buffer.alloc(1024 * 1024, "x");
          for (let i = 0; i < ${megabytes}; i++) require("node:fs").writeSync(1, block);`,
      });
      const before = residentBytes(host.process.pid!);
      const running = run(runRequest(folder));
      // Nobody reads: the program has to stand still.
      await new Promise((resolve) => setTimeout(resolve, 500));
      let bytes = 0;
      host.process.stdout!.on("data", (chunk: Buffer) => (bytes += chunk.length)).resume();
      assert.equal((await running).getError(), "");
      await until(() => bytes === megabytes * 1024 * 1024);
      const grown = residentBytes(host.process.pid!) - before;
      assert.ok(grown < 20e6, `the host grew by ${grown} bytes`);
    });

    it("run: a program that floods standard error waits for the reader", async function () {
      const folder = programFolder({
        run: `
          const line = "x".repeat(1023) + "\\n";
          const write = (left) => left === 0 ? undefined : process.stderr.write(line.repeat(64), () => write(left - 1));
          write(400);`,
      });
      const before = residentBytes(host.process.pid!);
      assert.equal((await run(runRequest(folder))).getError(), "");
      await until(() => host.output().stderr.length === 400 * 64 * 1024);
      const grown = residentBytes(host.process.pid!) - before;
      assert.ok(grown < 30e6, `the host grew by ${grown} bytes`);
    });
  });

  describe("shutdown", () => {
    it("shutdown: an interrupt ends the program, then the host", async () => {
      const folder = programFolder({ run: "console.log(process.pid); setInterval(() => {}, 1000)" });
      const running = run(runRequest(folder)).catch(() => undefined);
      const pid = Number(await until(() => /^\d+/.exec(host.output().stdout)?.[0]));
      host.process.kill("SIGINT");
      assert.equal(await host.ended, 0);
      assert.doesNotMatch(host.output().stderr, /still under way/);
      assert.equal(isRunning(pid), false);
      await running;
    });

    it("shutdown: the host ends when the engine closes its connection and interrupts", async () => {
      await call(host.client.getPluginInfo.bind(host.client) as never, new Empty());
      host.client.close();
      host.process.kill("SIGINT");
      assert.equal(await host.ended, 0);
      assert.doesNotMatch(host.output().stderr, /still under way/);
    });

    it("shutdown: a program that ignores the interrupt is reported after 4 s", async () => {
      const folder = programFolder({
        run: `process.on("SIGINT", () => {}); console.log(process.pid); setInterval(() => {}, 1000)`,
      });
      const running = run(runRequest(folder)).catch(() => undefined);
      const pid = Number(await until(() => /^\d+/.exec(host.output().stdout)?.[0]));
      host.process.kill("SIGINT");
      assert.equal(await host.ended, 0);
      assert.match(host.output().stderr, /1 call still under way after 4 s/);
      await until(() => !isRunning(pid));
      await running;
    });

    it("shutdown: the host ends when standard input is closed", async () => {
      const folder = programFolder({ run: "console.log(process.pid); setInterval(() => {}, 1000)" });
      const running = run(runRequest(folder)).catch(() => undefined);
      const pid = Number(await until(() => /^\d+/.exec(host.output().stdout)?.[0]));
      host.process.stdin!.end();
      await host.ended;
      assert.equal(isRunning(pid), false);
      await running;
    });
  });

  it("handshake: gives the host the engine's address", async () => {
    const request = new messages.LanguageHandshakeRequest();
    request.setEngineAddress("127.0.0.1:7");
    await call<messages.LanguageHandshakeRequest, messages.LanguageHandshakeResponse>(
      host.client.handshake.bind(host.client),
      request,
    );
    const folder = programFolder({ run: recordingRunner });
    await run(runRequest(folder));
    const { argv } = readStarted(folder, "run");
    assert.equal(argv[argv.indexOf("--engine") + 1], "127.0.0.1:7");
  });

  describe("getRequiredPackages", () => {
    async function required(folder: string) {
      const request = new messages.GetRequiredPackagesRequest();
      request.setInfo(programInfo(folder));
      const response = await call<messages.GetRequiredPackagesRequest, messages.GetRequiredPackagesResponse>(
        host.client.getRequiredPackages.bind(host.client),
        request,
      );
      return response.getPackagesList();
    }

    it("getRequiredPackages: installed packages with a plugin, also nested and linked, not those of policy packs", async () => {
      const folder = newFolder();
      const plugin = (name: string, pulumi: object): string => JSON.stringify({ name, version: "1.2.3", pulumi });
      writeFiles(folder, {
        "node_modules/@pulumi/random/package.json": plugin("@pulumi/random", { resource: true }),
        "node_modules/third/package.json": plugin("third", {
          resource: true,
          name: "three",
          version: "v9.0.0",
          server: "https://s",
        }),
        "node_modules/plain/package.json": plugin("plain", { resource: false }),
        "node_modules/nameless/package.json": plugin("nameless", { resource: true }),
        "node_modules/broken/package.json": "{ pulumi",
        "node_modules/plain/node_modules/@pulumi/azuread/package.json": plugin("@pulumi/azuread", { resource: true }),
        "sub/node_modules/@pulumi/tls/package.json": plugin("@pulumi/tls", { resource: true }),
        "policy/PulumiPolicy.yaml": "runtime: nodejs\n",
        "policy/node_modules/@pulumi/aws/package.json": plugin("@pulumi/aws", { resource: true }),
        "workspace/package.json": plugin("workspace", {
          resource: true,
          name: "linked",
          parameterization: { name: "base", version: "2.0.0", value: Buffer.from("hi").toString("base64") },
        }),
      });
      fs.symlinkSync("../workspace", path.join(folder, "node_modules", "workspace"));

      const found = await required(folder);

      assert.deepEqual(
        found.map((one) => `${one.getKind()} ${one.getName()} ${one.getVersion()} ${one.getServer()}`).sort(),
        [
          "resource azuread v1.2.3 ",
          "resource linked v1.2.3 ",
          "resource random v1.2.3 ",
          "resource three v9.0.0 https://s",
          "resource tls v1.2.3 ",
        ],
      );
      const parameterization = found.find((one) => one.getName() === "linked")?.getParameterization();
      assert.equal(parameterization?.getName(), "base");
      assert.equal(Buffer.from(parameterization.getValue_asU8()).toString(), "hi");
    });

    it("getRequiredPackages: warns of two major versions of the SDK", async () => {
      const folder = programFolder(
        {},
        {
          "node_modules/other/node_modules/@pulumi/pulumi/package.json": '{"name":"@pulumi/pulumi","version":"2.1.0"}',
        },
      );
      await required(folder);
      await until(() => /incompatible versions of @pulumi\/pulumi[\s\S]*2\.1\.0/.exec(host.output().stderr));
    });
  });

  describe("getProgramDependencies", () => {
    const manifest = JSON.stringify({ dependencies: { "@scope/one": "^1" }, devDependencies: { two: "2" } });
    const lock = JSON.stringify({
      packages: {
        "": { name: "root" },
        "node_modules/@scope/one": { version: "1.0.0" },
        "node_modules/two": { version: "2.0.0" },
        "node_modules/two/node_modules/three": { version: "3.0.0" },
        "node_modules/linked": { link: true },
      },
    });

    it("getProgramDependencies: reads package-lock.json", async () => {
      const folder = newFolder();
      writeFiles(folder, { "package.json": manifest, "package-lock.json": lock });
      assert.deepEqual(await dependencies(folder, false), ["@scope/one 1.0.0", "two 2.0.0"]);
      assert.deepEqual(await dependencies(folder, true), ["@scope/one 1.0.0", "three 3.0.0", "two 2.0.0"]);
    });

    it("getProgramDependencies: a missing lock file is reported with its path", () =>
      assert.rejects(dependencies(newFolder(), false), /no package-lock\.json found \(searching upwards from/));

    async function dependencies(folder: string, transitive: boolean): Promise<string[]> {
      const request = new messages.GetProgramDependenciesRequest();
      request.setInfo(programInfo(folder));
      request.setTransitivedependencies(transitive);
      const response = await call<messages.GetProgramDependenciesRequest, messages.GetProgramDependenciesResponse>(
        host.client.getProgramDependencies.bind(host.client),
        request,
      );
      return response
        .getDependenciesList()
        .map((one) => `${one.getName()} ${one.getVersion()}`)
        .sort();
    }
  });

  it("about: versions of Node.js, npm and the program's TypeScript", async () => {
    const folder = programFolder(
      {},
      { "node_modules/typescript/package.json": '{"name":"typescript","version":"5.0.1"}' },
    );
    const request = new messages.AboutRequest();
    request.setInfo(programInfo(folder));
    const response = await call<messages.AboutRequest, messages.AboutResponse>(
      host.client.about.bind(host.client),
      request,
    );
    assert.equal(response.getVersion(), process.version);
    assert.match(response.getExecutable(), /node$/);
    const metadata = Object.fromEntries(response.getMetadataMap().toArray());
    assert.equal(metadata["packagemanager"], "npm");
    assert.match(metadata["packagemanagerVersion"]!, /^\d+\./);
    assert.equal(metadata["typescriptVersion"], "5.0.1");
  });

  describe("installDependencies", () => {
    it("installDependencies: runs npm in the workspace's root without the caller's npm settings, and streams its output", async () => {
      await stopHost(host);
      host = await startHost(bin, engine.address, { env: withFakeTools(["npm"]) });
      const workspace = newFolder();
      writeFiles(workspace, {
        "package.json": '{"name":"root","workspaces":["packages/*"]}',
        "packages/a/package.json": '{"name":"a"}',
      });
      const { stdout, stderr } = await install(path.join(workspace, "packages", "a"), { production: true });
      assert.match(stdout, /Installing dependencies\.\.\.\n\nDetected workspace root at .*\n/);
      assert.ok(stdout.includes(`npm install --loglevel=error --production in ${workspace}\n`), stdout);
      assert.match(stdout, /Finished installing dependencies/);
      assert.match(stderr, /a warning/);
    });

    for (const [what, files, options] of [
      ["by its options", { "package-lock.json": "{}" }, { packagemanager: "pnpm" }],
      ["by its lock file", { "pnpm-lock.yaml": "" }, {}],
    ] as const) {
      it(`installDependencies: refuses another package manager ${what}`, async () => {
        await stopHost(host);
        host = await startHost(bin, engine.address, { env: withFakeTools(["npm", "pnpm"]) });
        const folder = newFolder();
        writeFiles(folder, { "package.json": "{}", ...files });
        await assert.rejects(install(folder, options), /installs with npm only.* Run `pnpm install` in /);
        assert.equal(fs.existsSync(path.join(folder, "node_modules")), false);
      });
    }

    it("installDependencies: fails with npm's exit code", async () => {
      await stopHost(host);
      host = await startHost(bin, engine.address, { env: withFakeTools(["npm"], "exit 7") });
      const folder = newFolder();
      writeFiles(folder, { "package.json": "{}" });
      await assert.rejects(install(folder), /npm install --loglevel=error failed in .*: exit code 7/);
    });

    async function install(folder: string, options: Record<string, string | boolean> = {}) {
      const request = new messages.InstallDependenciesRequest();
      request.setInfo(programInfo(folder, options));
      const responses = await collect(host.client.installDependencies(request));
      return {
        stdout: Buffer.concat(responses.map((one) => one.getStdout_asU8())).toString(),
        stderr: Buffer.concat(responses.map((one) => one.getStderr_asU8())).toString(),
      };
    }
  });

  describe("runPlugin", () => {
    it("runPlugin: starts a component plugin with folder and environment of the request and streams its output", async () => {
      const folder = programFolder({ "run-plugin": `${recordingRunner}; console.log("4711"); console.error("oops")` });
      const elsewhere = newFolder();
      const request = pluginRequest(folder, "resource", ["127.0.0.1:1"]);
      request.setPwd(elsewhere);

      const responses = await collect(host.client.runPlugin(request));

      const text = (bytes: Uint8Array[]): string => Buffer.concat(bytes).toString();
      assert.equal(text(responses.map((one) => one.getStdout_asU8())), "4711\n");
      assert.equal(text(responses.map((one) => one.getStderr_asU8())), "oops\n");
      const started = readStarted(folder, "run-plugin");
      assert.deepEqual(started.argv, [folder, "127.0.0.1:1"]);
      assert.equal(started.cwd, elsewhere);
      assert.equal(started.env["PULUMI_NODEJS_TYPESCRIPT"], "true");
    });

    it("runPlugin: fails if the plugin exits with an error", async () => {
      const request = pluginRequest(programFolder({ "run-plugin": "process.exit(5)" }), "resource", []);
      await assert.rejects(collect(host.client.runPlugin(request)), /Program exited with non-zero exit code: 5/);
    });

    it("runPlugin: ends the plugin when the engine cancels the call", async () => {
      const folder = programFolder({ "run-plugin": "console.log(process.pid); setInterval(() => {}, 1000)" });
      const stream = host.client.runPlugin(pluginRequest(folder, "resource", []));
      stream.on("error", () => undefined);
      const pid = await new Promise<number>((resolve) => {
        stream.on("data", (one: messages.RunPluginResponse) =>
          resolve(Number(Buffer.from(one.getStdout_asU8()).toString())),
        );
      });
      stream.cancel();
      await until(() => !isRunning(pid));
    });
  });

  it("optional methods are answered with UNIMPLEMENTED, and the engine continues", async () => {
    const info = programInfo(newFolder());
    const [prompts, template] = [new messages.RuntimeOptionsRequest(), new messages.TemplateRequest()];
    prompts.setInfo(info);
    template.setInfo(info);
    const refused = { code: grpc.status.UNIMPLEMENTED };
    await assert.rejects(call(host.client.runtimeOptionsPrompts.bind(host.client) as never, prompts), refused);
    await assert.rejects(call(host.client.template.bind(host.client) as never, template), refused);
  });

  it("code generation is refused with a reference to the official language host", () =>
    assert.rejects(
      call<messages.GeneratePackageRequest, messages.GeneratePackageResponse>(
        host.client.generatePackage.bind(host.client),
        new messages.GeneratePackageRequest(),
      ),
      { code: grpc.status.UNIMPLEMENTED, message: /cannot generate an SDK.*official download/ },
    ));
});

function runRequest(folder: string, options: Record<string, string | boolean> = {}): messages.RunRequest {
  const request = new messages.RunRequest();
  request.setInfo(programInfo(folder, options));
  request.setMonitorAddress("127.0.0.1:1");
  request.setOrganization("organization");
  request.setProject("smoke");
  request.setStack("dev");
  request.setParallel(16);
  return request;
}

function pluginRequest(folder: string, kind: string, args: string[]): messages.RunPluginRequest {
  const request = new messages.RunPluginRequest();
  request.setInfo(programInfo(folder));
  request.setKind(kind);
  request.setPwd(folder);
  request.setArgsList(args);
  request.setEnvList(Object.entries(process.env).map(([name, value]) => `${name}=${value}`));
  return request;
}

function readStarted(folder: string, runner: string): Started {
  const file = path.join(folder, "node_modules", "@pulumi", "pulumi", "cmd", runner, "started.json");
  return JSON.parse(fs.readFileSync(file, "utf8")) as Started;
}

/** An environment with Node and these package managers, which only say what they were asked. */
function withFakeTools(
  names: string[],
  script = 'echo "$NAME $* in $PWD$npm_config_dry_run"; echo "a warning" >&2; mkdir -p node_modules',
) {
  const folder = newFolder();
  writeFiles(
    folder,
    Object.fromEntries(names.map((name) => [name, `#!/bin/sh\nPATH=/usr/bin:/bin\nNAME=${name}\n${script}\n`])),
  );
  fs.symlinkSync(process.execPath, path.join(folder, "node"));
  return { ...process.env, npm_config_dry_run: "true", PATH: folder };
}

function residentBytes(pid: number): number {
  const [, pages = "0"] = fs.readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return Number(pages) * 4096;
}
