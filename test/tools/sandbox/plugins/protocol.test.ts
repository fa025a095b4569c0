/** The protocol: what the plugins answer, how values travel, when their processes end. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { azureadProvider } from "../../../../tools/sandbox/plugins/azuread/provider";
import {
  fromStruct,
  Secret,
  toStruct,
  unknown,
  unknownMarker,
} from "../../../../tools/sandbox/plugins/protocol/values";
import type { ValueRecord } from "../../../../tools/sandbox/plugins/protocol/values";
import { PluginClient, refusal } from "./pluginClient";
import { firstLine, pluginCommand, startPlugin } from "./pluginProcess";

describe("A stand-in plugin", () => {
  let plugin: PluginClient;
  before(async () => (plugin = await PluginClient.over(azureadProvider("6.9.1"))));
  after(() => plugin.stop());

  it("answers the engine's first questions as the official one does", async () => {
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

  it("names the types that it has when it is asked for another", async () => {
    const text = await refusal(plugin.check("ConditionalAccessPolicy", {}));
    assert.match(text, /unrecognized resource type \(Check\): azuread:index\/conditionalAccessPolicy/);
    assert.match(text, /stand-in azuread plugin has .*Invitation/);
  });

  it("takes secret arguments for what they are", async () => {
    const { inputs, failures } = await plugin.check("Group", {
      displayName: new Secret("Analysts"),
      securityEnabled: true,
    });
    assert.deepEqual(failures, []);
    assert.equal(inputs.displayName, "Analysts"); // the engine marks it again
  });

  it("marks what the schema calls secret", async () => {
    const type = "User";
    const { inputs } = await plugin.check(type, {
      displayName: "Ana",
      userPrincipalName: "ana@contoso.com",
      password: "a long one",
    });
    assert.deepEqual(inputs.password, new Secret("a long one"));
  });

  it("previews without asking anybody: what the service decides is unknown", async () => {
    const type = "ApplicationPassword";
    const { inputs, failures } = await plugin.check(type, { applicationId: unknown, endDate: "2027-01-01T00:00:00Z" });
    assert.deepEqual(failures, []);
    const { id, state } = await plugin.create(type, inputs, true);
    assert.equal(id, "");
    assert.deepEqual(state, {
      applicationId: unknown,
      displayName: unknown,
      endDate: "2027-01-01T00:00:00Z",
      endDateRelative: null,
      keyId: unknown,
      rotateWhenChanged: null,
      startDate: unknown,
      value: new Secret(unknown),
    });
  });

  it("keeps what it knows in the preview of an update", async () => {
    const type = "Group";
    const state = { displayName: "A", objectId: "1", members: ["2"], mailNickname: "n", securityEnabled: true };
    const after = await plugin.update(type, "/groups/1", state, { displayName: "B", members: [unknown] }, true);
    assert.equal(after.displayName, "B");
    assert.equal(after.objectId, "1");
    assert.equal(after.mailNickname, "n");
    assert.deepEqual(after.members, [unknown]);
  });

  it("sends defaults back and names them, those that are the zero value excepted", async () => {
    const { inputs } = await plugin.check("User", { displayName: "A", userPrincipalName: "a@contoso.com" });
    assert.deepEqual(inputs, {
      displayName: "A",
      userPrincipalName: "a@contoso.com",
      accountEnabled: true,
      showInAddressList: true,
      __defaults: ["accountEnabled", "showInAddressList"],
    });
  });

  it("gives arguments the type that their property has", async () => {
    const { inputs } = await plugin.check("ApplicationRegistration", {
      displayName: 5,
      implicitIdTokenIssuanceEnabled: "true",
      requestedAccessTokenVersion: "1",
    });
    assert.equal(inputs.displayName, "5");
    assert.equal(inputs.implicitIdTokenIssuanceEnabled, true);
    assert.equal(inputs.requestedAccessTokenVersion, 1);
  });
});

describe("Property values", () => {
  it("survive the wire", () => {
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

  it("are written as the engine reads them", () => {
    assert.deepEqual(toStruct({ a: unknown, b: new Secret("x") }).toJavaScript(), {
      a: unknownMarker,
      b: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "x" },
    });
  });

  it("come out of output values; assets are refused", () => {
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
  it("prints its port first and ends when the engine lets go of its standard input", async () => {
    const plugin = await startPlugin("random");
    const client = PluginClient.at(plugin.port, "random");
    assert.match(await client.version(), /^\d+\.\d+\.\d+$/);
    await client.stop();
    const ended = once(plugin.process, "exit");
    plugin.process.stdin?.end();
    const [code] = (await ended) as [number];
    assert.equal(code, 0);
  });

  it("ends when the engine has been killed, even if its standard input stays open", async () => {
    // Stands for the engine: starts a plugin whose standard input is a pipe of ours, tells us its process ID, and waits.
    const engine = spawn(
      process.execPath,
      [
        "-e",
        `const child = require("node:child_process").spawn(process.execPath, ${JSON.stringify([...pluginCommand, "azuread", "x"])}, {
           stdio: [3, "pipe", "inherit"] });
         child.stdout.once("data", () => console.log(child.pid));`,
      ],
      { stdio: ["ignore", "pipe", "inherit", "pipe"] },
    );
    const plugin = Number(await firstLine(engine));
    assert.ok(isRunning(plugin));
    engine.kill("SIGKILL");
    const deadline = Date.now() + 8000;
    while (isRunning(plugin) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
    const survived = isRunning(plugin);
    if (survived) process.kill(plugin, "SIGKILL");
    engine.stdio[3]?.destroy();
    assert.equal(survived, false);
  }).timeout(20_000);

  it("says which plugins there are when it is started as another", async () => {
    const other = spawn(process.execPath, [...pluginCommand, "aws"], { stdio: ["ignore", "ignore", "pipe"] });
    const said: Buffer[] = [];
    other.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    const [code] = (await once(other, "exit")) as [number];
    assert.equal(code, 1);
    assert.equal(
      Buffer.concat(said).toString(),
      "There is a stand-in for azuread, random, azure-native, not for aws.\n",
    );
  });
});

/** Zombies aside: nobody here waits for an orphan. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
