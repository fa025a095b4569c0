/** The protocol: what the plugins answer, how values travel, when their processes end. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdir, realpath, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { unknownValue } from "@defender-mssp/microsoft";
import { prepareHome, newFolder, fixture } from "@defender-mssp/testkit";
import { execa } from "execa";
import { azureadProvider } from "../src/azuread/provider";
import { PluginHost } from "../src/host";
import { fromStruct, Secret, toStruct, unknown, type ValueRecord } from "../src/protocol/values";
import { PluginClient, refusal } from "./pluginClient";
import { commandEnvironment, startSandbox } from "@defender-mssp/sandbox";
import { pulumiEnvironment, type PulumiEnvironmentOptions } from "../src/pulumiEnvironment";
import { firstLine, launcher, startPlugin } from "./pluginProcess";
import { tenantId } from "./sandboxPlugin";

describe("A stand-in plugin", () => {
  const plugin = fixture(() => PluginClient.over(azureadProvider("6.9.1")));

  it("plugin: handshake, version, schema and configuration are answered as by the official one", async () => {
    assert.deepEqual(await plugin.handshake(), {
      acceptSecrets: false,
      acceptResources: false,
      acceptOutputs: false,
      supportsAutonamingConfiguration: true,
    });
    assert.equal(await plugin.version(), "6.9.1");
    const { resources, functions } = await plugin.schema();
    assert.ok(resources["azuread:index/group:Group"]);
    assert.ok(functions["azuread:index/getClientConfig:getClientConfig"]);
    assert.match(await refusal(plugin.parameterize()), /not implemented/);
  });

  it("plugin: an unknown type is refused with the list of types", async () => {
    const text = await refusal(plugin.check("NamedLocation", {}));
    assert.match(text, /unrecognized resource type \(Check\): azuread:index\/namedLocation/);
    assert.match(text, /stand-in azuread plugin has .*Group, .*use `--plugins official`/);
  });

  it("secrets: a secret argument is used as its value", async () => {
    const { inputs, failures } = await plugin.check("Group", {
      displayName: new Secret("Analysts"),
      securityEnabled: true,
    });
    assert.deepEqual(failures, []);
    assert.equal(inputs.displayName, "Analysts"); // the engine marks it again
  });

  it("secrets: outputs that the schema calls secret are marked", async () => {
    const { inputs } = await plugin.check("ApplicationCertificate", { applicationId: unknown, value: "a long one" });
    assert.deepEqual(inputs.value, new Secret("a long one"));
  });

  it("preview of a create: no request; values of the service are unknown", async () => {
    const type = "ApplicationPassword";
    const { inputs, failures } = await plugin.check(type, { applicationId: unknown, endDate: "2027-01-01T00:00:00Z" });
    assert.deepEqual(failures, []);
    const { id, state } = await plugin.create(type, inputs, true);
    assert.equal(id, "");
    assert.deepEqual(state, {
      applicationId: unknown,
      displayName: unknown,
      endDate: "2027-01-01T00:00:00Z",
      keyId: unknown,
      rotateWhenChanged: null,
      startDate: unknown,
      value: new Secret(unknown),
    });
  });

  it("preview of an update: known values stay", async () => {
    const type = "Group";
    const state = { displayName: "A", objectId: "1", members: ["2"], owners: ["3"], securityEnabled: true };
    const after = await plugin.update(type, "/groups/1", state, { displayName: "B", members: [unknown] }, true);
    assert.equal(after.displayName, "B");
    assert.equal(after.objectId, "1");
    assert.deepEqual(after.owners, ["3"]);
    assert.deepEqual(after.members, [unknown]);
  });

  it("check: defaults are returned and named, except zero values", async () => {
    const { inputs } = await plugin.check("ApplicationRegistration", { displayName: "A" });
    assert.deepEqual(inputs, {
      displayName: "A",
      requestedAccessTokenVersion: 2,
      signInAudience: "AzureADMyOrg",
      __defaults: ["requestedAccessTokenVersion", "signInAudience"],
    });
    const group = await plugin.check("Group", { displayName: "A", securityEnabled: true });
    assert.deepEqual(group.inputs.__defaults, []);
  });

  it("check: arguments get the type of their property", async () => {
    const { inputs } = await plugin.check("Group", { displayName: 5, securityEnabled: "true" });
    assert.equal(inputs.displayName, "5");
    assert.equal(inputs.securityEnabled, true);
    const policy = await plugin.check("AccessPackageAssignmentPolicy", { durationInDays: "1" });
    assert.equal(policy.inputs.durationInDays, 1);
  });
});

describe("Property values", () => {
  it("property values: unchanged after encoding and decoding", () => {
    const values: ValueRecord = {
      text: "ä",
      number: 1.5,
      flag: false,
      nothing: null,
      list: [1, "2", null, unknown],
      record: { secret: new Secret({ inner: ["x"] }), empty: {} },
      unknown,
    };
    assert.deepEqual(fromStruct(toStruct(values)), values);
  });

  it("property values: encoded as the engine expects", () =>
    assert.deepEqual(toStruct({ a: unknown, b: new Secret("x") }).toJavaScript(), {
      a: unknownValue,
      b: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "x" },
    }));

  it("property values: output values are unwrapped; assets are refused", () => {
    const key = "4dabf18193072939515e22adb298388d";
    const output = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
    const struct = toStruct({
      known: { [key]: output, value: "x", secret: true },
      pending: { [key]: output },
      asset: { [key]: "c44067f5952c0a294b673a41bacd8c17", text: "x" },
    });
    assert.throws(() => fromStruct(struct), /no assets/);
    struct.getFieldsMap().del("asset");
    assert.deepEqual(fromStruct(struct), { known: new Secret("x"), pending: unknown });
  });
});

describe("A plugin's process", () => {
  const sandbox = fixture(() => startSandbox({ home, companions: { plugin: PluginHost.of(home) } }));
  const home = newFolder();

  it("process: prints its port first and ends, with its server, when standard input is closed", async () => {
    const plugin = await startPlugin(home, "random");
    const client = PluginClient.at(plugin.port, "random");
    assert.match(await client.version(), /^\d+\.\d+\.\d+$/);
    const ended = once(plugin.process, "exit");
    plugin.process.stdin?.end();
    const [code] = (await ended) as [number];
    assert.equal(code, 0);
    await until(async () => (await client.version().catch(() => "gone")) === "gone");
    await client.stop();
  });

  it("process: each has its own provider", async () => {
    const variables = commandEnvironment(await sandbox.environment());
    const [first, second] = await Promise.all([
      startPlugin(home, "azuread", { ...variables, ARM_TENANT_ID: tenantId }),
      startPlugin(home, "azuread", { ...variables, ARM_CLIENT_SECRET: "wrong" }),
    ]);
    const [one, other] = [PluginClient.at(first.port, "azuread"), PluginClient.at(second.port, "azuread")];
    await one.configure({});
    assert.match(await refusal(other.configure({ tenantId })), /AADSTS7000215/);
    assert.match(await refusal(other.invoke("getClientConfig")), /has not been configured/);
    assert.equal((await one.invoke("getClientConfig")).result.tenantId, tenantId);
    await Promise.all([one.stop(), other.stop()]);
    await Promise.all([first.stop(), second.stop()]);
  });

  it("process: ends after the engine was killed, even if standard input stays open", async () => {
    // Stands for the engine: starts a plugin whose standard input is a pipe of ours, tells us its
    // process ID, and waits.
    const engine = spawn(
      process.execPath,
      [
        "-e",
        `const child = require("node:child_process").spawn(process.execPath, ${JSON.stringify([launcher, home, "azuread", "x"])}, {
           stdio: [3, "pipe", "inherit"] });
         child.stdout.once("data", () => console.log(child.pid));`,
      ],
      { stdio: ["ignore", "pipe", "inherit", "pipe"] },
    );
    const plugin = Number(await firstLine(engine));
    assert.ok(isRunning(plugin));
    engine.kill("SIGKILL");
    const ended = await until(() => !isRunning(plugin)).catch((error: unknown) => error);
    if (ended !== undefined) process.kill(plugin, "SIGKILL");
    engine.stdio[3]?.destroy();
    assert.equal(ended, undefined);
  });

  it("process: an unknown plugin name is refused with the list of plugins", async () =>
    assert.deepEqual(
      await failure(home, "aws"),
      "There is a stand-in for azuread, random, azure-native, not for aws.\n",
    ));

  it("process: without a running sandbox it reports that one is required", async () =>
    assert.match(
      await failure(path.join(home, "none"), "random"),
      /is run by the sandbox, and none runs in .*none\. Start/,
    ));

  it("process: ends with the sandbox", async () => {
    const other = newFolder();
    const itsSandbox = await startSandbox({ home: other, companions: { plugin: PluginHost.of(other) } });
    const plugin = await startPlugin(other, "random");
    const ended = once(plugin.process, "exit");
    await itsSandbox.stop();
    assert.deepEqual(await ended, [1, null]);
  });
});

describe("The host of the stand-in plugins", () => {
  it("plugin host: survives a message to a plugin process that was just killed", async () => {
    const host = new PluginHost("");
    const plugin = await host.serve("random", process.env);
    const { child } = host.start();
    child.kill("SIGKILL");
    // Blocks this process, so that the child is gone before anything here has noticed.
    spawnSync(process.execPath, ["-e", "setTimeout(() => {}, 300)"]);
    assert.ok(child.connected);
    plugin.end();
    await plugin.ended;
  });
});

describe("The launchers of the official plugins", () => {
  let folder = "";
  beforeEach(async () => {
    folder = newFolder();
    folder = await realpath(folder);
    await prepareHome(path.join(folder, "home"));
  });

  const prepare = (options: PulumiEnvironmentOptions) =>
    pulumiEnvironment(path.join(folder, "home"), { variables: {}, removed: [] }, options);
  const official = async (user: NodeJS.ProcessEnv) => {
    const { variables, notes } = await prepare({ plugins: "official", user });
    const launcher = (name: string) =>
      path.join(variables["PULUMI_HOME"] ?? "", "plugins", name, `pulumi-resource-${name.split("-")[1] ?? ""}`);
    return {
      variables,
      notes,
      azuread: launcher("resource-azuread-v6.9.1"),
      random: launcher("resource-random-v4.21.2"),
    };
  };
  const install = async (file: string) => {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho "$0" "$@"\n`);
    await chmod(file, 0o755);
  };

  it("official plugins: from the user's Pulumi home, else PATH, else a download; each is reported", async () => {
    const home = path.join(folder, "user");
    const bin = path.join(folder, "a folder's bin");
    const installed = path.join(home, "plugins", "resource-azuread-v6.9.1", "pulumi-resource-azuread");
    const onPath = path.join(bin, "pulumi-resource-azuread");
    const user = { PULUMI_HOME: home, PATH: `/nowhere:${bin}`, HOME: folder };

    const none = await official(user);
    assert.match(
      none.notes[0] ?? "",
      /azuread 6\.9\.1: found neither in .*user\/plugins nor on PATH; the engine downloads it/,
    );
    assert.match(none.notes[1] ?? "", /random 4\.21\.2/);
    assert.equal(none.variables["PULUMI_HOME"], path.join(folder, "home", "pulumi", "official"));
    assert.ok(!("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" in none.variables));

    await install(onPath);
    const path_ = await official(user);
    assert.match(path_.notes[0] ?? "", /azuread from PATH, whose version nobody has checked: .*a folder's bin/);
    assert.equal((await execa(path_.azuread, ["127.0.0.1:1"])).stdout, `${onPath} 127.0.0.1:1`);

    await install(installed);
    const found = await official(user);
    assert.equal(found.notes[0], `official plugin azuread 6.9.1: ${installed}`);
    assert.equal((await execa(found.azuread, ["a b"])).stdout, `${installed} a b`);

    await rm(home, { recursive: true });
    await rm(bin, { recursive: true });
    const gone = await official(user);
    await assert.rejects(lstat(gone.azuread), /ENOENT/);
  });

  it("official plugins: skips files that are not executable and keeps downloaded ones", async () => {
    const user = { PULUMI_HOME: path.join(folder, "user"), PATH: "", HOME: folder };
    const installed = path.join(user.PULUMI_HOME, "plugins", "resource-azuread-v6.9.1", "pulumi-resource-azuread");
    await mkdir(installed, { recursive: true });
    const { azuread, notes } = await official(user);
    assert.match(notes[0] ?? "", /the engine downloads it/);
    await mkdir(path.dirname(azuread), { recursive: true });
    await writeFile(azuread, "x".repeat(5000));
    await official(user);
    assert.equal((await lstat(azuread)).size, 5000);
  });

  it("official plugins: a nested command finds the user's plugins, not the sandbox's launchers", async () => {
    const home = path.join(folder, "user");
    const installed = path.join(home, "plugins", "resource-azuread-v6.9.1", "pulumi-resource-azuread");
    await install(installed);
    await mkdir(path.join(home, "versions"));
    for (const plugins of ["stand-in", "official"] as const) {
      const outer = await prepare({ plugins, user: { PULUMI_HOME: home } });
      const inner = await official({ ...outer.variables, HOME: folder, PATH: "" });
      assert.equal(inner.notes[0], `official plugin azuread 6.9.1: ${installed}`);
      assert.match(inner.notes[1] ?? "", /the engine downloads it/);
      assert.equal((await execa(inner.azuread)).stdout, installed);
    }
  });
});

/** What a launcher that fails says. */
async function failure(home: string, name: string): Promise<string> {
  const plugin = spawn(process.execPath, [launcher, home, name], { stdio: ["ignore", "ignore", "pipe"] });
  const said: Buffer[] = [];
  plugin.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(plugin, "close")) as [number];
  assert.equal(code, 1);
  return Buffer.concat(said).toString();
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 240_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error("not within four minutes");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Zombies aside: nobody here waits for an orphan. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
