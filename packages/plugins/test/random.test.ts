/** The stand-in for `random`: values as the official plugin makes them. */
import assert from "node:assert/strict";
import { valueText, type ValueRecord } from "../src/protocol/values";
import { randomProvider } from "../src/random/provider";
import { fixture } from "@defender-mssp/testkit/fixture";
import { PluginClient } from "./pluginClient";

describe("The random stand-in", () => {
  const plugin = fixture(() => PluginClient.over(randomProvider("4.21.2")));
  before(() => plugin.configure({}));

  async function make(type: string, inputs: ValueRecord): Promise<{ id: string; state: ValueRecord }> {
    const checked = await plugin.check(type, inputs);
    assert.deepEqual(checked.failures, []);
    const made = await plugin.create(type, checked.inputs);
    assert.equal((await plugin.diff(type, made.id, made.state, checked.inputs)).changed, false);
    const read = await plugin.read(type, made.id, made.state, checked.inputs);
    assert.deepEqual(read.state, made.state);
    return made;
  }

  it("RandomId: has each notation", async () => {
    const { id, state } = await make("RandomId", { byteLength: 4, prefix: "p-" });
    assert.equal(Buffer.from(id, "base64url").length, 4);
    const hex = Buffer.from(id, "base64url").toString("hex");
    assert.equal(state.hex, `p-${hex}`);
    assert.equal(state.dec, `p-${parseInt(hex, 16)}`);
    assert.equal(state.b64Url, `p-${id}`);
    assert.equal(state.b64Std, `p-${Buffer.from(hex, "hex").toString("base64")}`);
  });

  it("RandomUuid: has version 4", async () => {
    const uuid = await make("RandomUuid", {});
    assert.match(valueText(uuid.state.result), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("random: a changed keeper replaces the resource", async () => {
    const { id, state } = await plugin.create("RandomUuid", { keepers: { year: "2026" } });
    const { detailed } = await plugin.diff("RandomUuid", id, state, { keepers: { year: "2027" } });
    assert.deepEqual(detailed, { "keepers.year": "update replace" });
  });

  it("random: the value stays while nothing changes", async () => {
    const { id, state } = await plugin.create("RandomId", { byteLength: 4, keepers: { year: "2026" } });
    const { detailed } = await plugin.diff("RandomId", id, state, { byteLength: 4, keepers: { year: "2026" } });
    assert.deepEqual(detailed, {});
  });

  it("RandomId: a length below one byte is refused with the property's name", async () => {
    const { failures } = await plugin.check("RandomId", { byteLength: 0 });
    assert.deepEqual(failures, ["expected byte_length to be at least (1), got 0. Examine values at 'it.byteLength'."]);
  });

  it("random: an unknown type is refused with the list of types", () =>
    assert.rejects(
      plugin.check("RandomPassword", { length: 8 }),
      /unrecognized resource type \(Check\): random:index\/randomPassword:RandomPassword\. .* has RandomId, RandomUuid\. For another one use `--plugins official`/,
    ));

  it("random: the value is unknown in a preview", async () => {
    const { state } = await plugin.create("RandomUuid", {}, true);
    assert.equal(typeof state.result, "symbol");
  });
});
