import assert from "node:assert/strict";
import { azuread, dynamic, dynamicTypes } from "../../../domain/resourceTypes";
import { typedDynamicResources as rule } from "../../../policy/rules/typedDynamicResources";
import { judge, unknownValue } from "../support";

describe("policy: typed-dynamic-resources", () => {
  it("passes the program's dynamic resources and all other kinds of resources", () => {
    for (const type of [...dynamicTypes, azuread("Group"), "pulumi:providers:pulumi-nodejs", "pulumi:pulumi:Stack"]) {
      assert.deepEqual(judge(rule, type, {}), []);
    }
  });

  it("refuses a dynamic resource without a type or with another program's type", () => {
    for (const type of [
      "pulumi-nodejs:dynamic:Resource",
      "pulumi-nodejs:dynamic/defender-mssp:Resource",
      "pulumi-nodejs:dynamic/other:Guest",
    ]) {
      assert.deepEqual(judge(rule, type, {}), [`${type} is not a type of dynamic resource of this program`]);
    }
  });

  it("decides without values that a preview may not know", () => {
    assert.deepEqual(judge(rule, dynamic("Guest"), { email: unknownValue, __provider: unknownValue }), []);
    assert.equal(judge(rule, "pulumi-nodejs:dynamic:Resource", { __provider: unknownValue }).length, 1);
  });
});
