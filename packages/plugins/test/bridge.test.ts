/** What Terraform's SDK and Pulumi's bridge do between a provider and the engine. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { Deadline } from "../src/deadline";
import { unknown } from "../src/protocol/values";
import { withDefaults } from "../src/schema/check";
import { boolean, object, set, string, type ResourceProperties } from "../src/schema/property";
import { completed } from "../src/schema/state";

describe("The stand-ins' state after a change, as normalizeNullValues of Terraform's SDK", () => {
  const properties: ResourceProperties = { members: set("optional or computed"), displayName: string("optional") };
  const read = { members: ["ben"], displayName: "read" };

  it("a planned set replaces the one that was read; other values are the read ones", () => {
    const plan = { members: ["ana"], displayName: "planned" };
    assert.deepEqual(completed(properties, plan, read, "change"), { members: ["ana"], displayName: "read" });
    assert.deepEqual(completed(properties, { members: [] }, read, "change")["members"], []);
  });

  it("a set that is equal apart from its order is the read one", () => {
    const both = { ...read, members: ["ben", "ana"] };
    assert.deepEqual(completed(properties, { members: ["ana", "ben"] }, both, "change")["members"], ["ben", "ana"]);
  });

  it("an unplanned set, one with unknown items, a refresh and a failed change have the read set", () => {
    assert.deepEqual(completed(properties, {}, read, "change")["members"], ["ben"]);
    assert.deepEqual(completed(properties, { members: ["ana", unknown] }, read, "change")["members"], ["ben"]);
    assert.deepEqual(completed(properties, { members: ["ana"] }, read, "refresh")["members"], ["ben"]);
    assert.deepEqual(completed(properties, { members: ["ana"] }, read, "failure")["members"], ["ben"]);
  });
});

describe("The stand-ins' defaults, as applyDefaults of Pulumi's bridge", () => {
  const properties: ResourceProperties = {
    accountEnabled: boolean("optional", { default: true }),
    hidden: boolean("optional", { default: false }),
    block: object("optional", { visible: boolean("optional", { default: true }) }),
  };

  it("a new resource has the schema's defaults that are not zero", () =>
    assert.deepEqual(withDefaults(properties, {}), { accountEnabled: true, __defaults: ["accountEnabled"] }));

  it("old inputs without a list of defaults: all old values are usable for new defaults", () => {
    const before = { accountEnabled: false, hidden: true };
    const expected = { accountEnabled: false, hidden: true, __defaults: ["accountEnabled", "hidden"] };
    assert.deepEqual(withDefaults(properties, {}, before), expected);
  });

  it("old inputs with a list: only a listed value is kept, and the program's value always wins", () => {
    const before = { accountEnabled: false, __defaults: [] };
    assert.equal(withDefaults(properties, {}, before)["accountEnabled"], true);
    assert.equal(withDefaults(properties, {}, { ...before, __defaults: ["accountEnabled"] })["accountEnabled"], false);
    assert.equal(withDefaults(properties, { accountEnabled: true }, { accountEnabled: false })["accountEnabled"], true);
  });

  it("in a block, too", () => {
    const before = { block: { visible: false } };
    assert.deepEqual(withDefaults(properties, { block: {} }, before)["block"], {
      visible: false,
      __defaults: ["visible"],
    });
  });
});

describe("A stand-in's deadline", () => {
  it("any number of operations at once share one signal without a warning of Node.js", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    try {
      const { signal } = new AbortController();
      await Promise.all(Array.from({ length: 20 }, () => new Deadline(1000, signal).keep(() => pause(5))));
      await pause(5);
    } finally {
      process.off("warning", onWarning);
    }
    assert.deepEqual(warnings, []);
  });
});
