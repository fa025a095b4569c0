/** The stand-in for `random`: values as the official plugin makes them, secrets included. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { exposed, Secret, textOf, type ValueRecord } from "../../src/plugins/protocol/values";
import { bcryptHash } from "../../src/plugins/random/bcrypt";
import { randomProvider } from "../../src/plugins/random/provider";
import { PluginClient } from "./pluginClient";

describe("The random stand-in", () => {
  let plugin: PluginClient;
  before(async () => {
    plugin = await PluginClient.over(randomProvider("4.21.2"));
    await plugin.configure({});
  });
  after(() => plugin.stop());

  async function make(type: string, inputs: ValueRecord): Promise<{ id: string; state: ValueRecord }> {
    const checked = await plugin.check(type, inputs);
    assert.deepEqual(checked.failures, []);
    const made = await plugin.create(type, checked.inputs);
    assert.equal((await plugin.diff(type, made.id, made.state, checked.inputs)).changed, false);
    const read = await plugin.read(type, made.id, made.state, checked.inputs);
    assert.deepEqual(read.state, made.state);
    return made;
  }

  it("makes a RandomId in every notation", async () => {
    const { id, state } = await make("RandomId", { byteLength: 4, prefix: "p-" });
    assert.equal(Buffer.from(id, "base64url").length, 4);
    const hex = Buffer.from(id, "base64url").toString("hex");
    assert.equal(state.hex, `p-${hex}`);
    assert.equal(state.dec, `p-${parseInt(hex, 16)}`);
    assert.equal(state.b64Url, `p-${id}`);
    assert.equal(state.b64Std, `p-${Buffer.from(hex, "hex").toString("base64")}`);
  });

  it("makes a RandomPassword whose value and hash are secrets", async () => {
    const { id, state } = await make("RandomPassword", { length: 20, minNumeric: 3, overrideSpecial: "_%" });
    assert.equal(id, "none");
    assert.ok(state.result instanceof Secret);
    assert.ok(state.bcryptHash instanceof Secret);
    const password = textOf(exposed(state.result));
    assert.match(password, /^[A-Za-z0-9_%]{20}$/);
    assert.ok(password.replace(/\D/g, "").length >= 3);
    const hash = textOf(exposed(state.bcryptHash));
    const salt = saltOf(hash);
    assert.equal(hash, bcryptHash(password, salt));
    assert.deepEqual([state.upper, state.number, state.minLower], [true, true, 0]);
  });

  it("makes a RandomString of the wanted characters", async () => {
    const { id, state } = await make("RandomString", { length: 12, special: false, upper: false, numeric: false });
    assert.match(id, /^[a-z]{12}$/);
    assert.equal(state.result, id);
  });

  it("makes strings of the wanted length with the wanted minimums", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          minLower: fc.nat(5),
          minUpper: fc.nat(5),
          minNumeric: fc.nat(5),
          minSpecial: fc.nat(5),
          more: fc.nat(9),
        }),
        async ({ more, ...minimums }) => {
          const length = Object.values(minimums).reduce((sum, one) => sum + one, more) || 1;
          const { state } = await plugin.create("RandomString", { ...minimums, length });
          const text = textOf(state.result);
          const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
          assert.equal(text.length, length);
          assert.ok(count(/[a-z]/g) >= minimums.minLower);
          assert.ok(count(/[A-Z]/g) >= minimums.minUpper);
          assert.ok(count(/[0-9]/g) >= minimums.minNumeric);
          assert.ok(count(/[^a-zA-Z0-9]/g) >= minimums.minSpecial);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("makes a RandomUuid, a RandomInteger and a RandomPet", async () => {
    const uuid = await make("RandomUuid", {});
    assert.match(textOf(uuid.state.result), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const integer = await make("RandomInteger", { min: 5, max: 5 });
    assert.equal(integer.state.result, 5);
    const pet = await make("RandomPet", { length: 3, prefix: "my", separator: "_" });
    assert.match(pet.id, /^my_[a-z]+_[a-z]+_[a-z]+$/);
  });

  it("replaces when a keeper changes", async () => {
    const { id, state } = await plugin.create("RandomUuid", { keepers: { year: "2026" } });
    const { detailed } = await plugin.diff("RandomUuid", id, state, { keepers: { year: "2027" } });
    assert.deepEqual(detailed, { "keepers.year": "update replace" });
  });

  it("replaces a password that loses its special characters, and not one that says what is the default", async () => {
    const { id, state } = await plugin.create("RandomPassword", { length: 8 });
    assert.deepEqual((await plugin.diff("RandomPassword", id, state, { length: 8, special: true })).detailed, {});
    assert.deepEqual((await plugin.diff("RandomPassword", id, state, { length: 8, special: false })).detailed, {
      special: "update replace",
    });
  });

  it("refuses what can't be", async () => {
    const { failures } = await plugin.check("RandomPassword", { length: 0 });
    assert.deepEqual(failures, ["expected length to be at least (1), got 0. Examine values at 'it.length'."]);
    await assert.rejects(plugin.create("RandomString", { length: 2, minUpper: 3 }), /at least sum of min_upper/);
    await assert.rejects(plugin.create("RandomInteger", { min: 2, max: 1 }), /smaller than or equal/);
    const { failures: unsupported } = await plugin.check("RandomInteger", { min: 1, max: 2, seed: "x" });
    assert.match(unsupported[0] ?? "", /^Not supported by the stand-in plugin\. .*does not emulate "seed"/);
    assert.doesNotMatch(unsupported[0] ?? "", /azuread/);
  });

  it("says nothing about a value before it is made", async () => {
    const { state } = await plugin.create("RandomPassword", { length: 8 }, true);
    assert.ok(state.result instanceof Secret);
    assert.equal(typeof state.result.value, "symbol");
  });
});

describe("bcryptHash", () => {
  // Test vectors of jBCrypt (Damien Miller), which all implementations share.
  for (const [password, expected] of [
    ["", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."],
    ["a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"],
    ["abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
    ["~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO"],
  ] as const) {
    it(`of ${JSON.stringify(password)} is what others compute`, () => {
      assert.equal(bcryptHash(password, saltOf(expected), 6), expected);
    });
  }
});

/** The 16 bytes of salt in a hash. */
function saltOf(hash: string): Buffer {
  const own = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const text = Array.from(hash.slice(7, 29), (letter) => standard.charAt(own.indexOf(letter))).join("");
  return Buffer.from(text, "base64");
}
