import assert from "node:assert/strict";
import { programTypes } from "../../../policy/resourceTypes";
import { knownResourceTypes as rule } from "../../../policy/rules/knownResourceTypes";
import { judgeStack, unknownValue } from "../support";

describe("policy: known-resource-types", () => {
  it("passes the program's types, its components, its providers, and the types that the parameter names", () => {
    const types = [
      ...programTypes,
      "azure-native:keyvault/v20230701:Vault",
      "defender-mssp:index:GuestUser",
      "pulumi:providers:azuread",
      "pulumi:providers:pulumi",
      "pulumi:pulumi:Stack",
    ];
    assert.deepEqual(
      judgeStack(
        rule,
        types.map((type) => ({ type })),
      ),
      [],
    );
    const parameters = { also: ["azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy"] };
    assert.deepEqual(judgeStack(rule, [{ type: parameters.also[0]! }], { parameters }), []);
  });

  it("refuses every other one", () => {
    const types = [
      "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
      "azuread:index/group:Groups",
      "azure-native:compute:VirtualMachine",
      "pulumi:providers:aws",
      "pulumi-nodejs:dynamic:Resource",
      "defender-mssp:other:GuestUser",
    ];
    assert.deepEqual(
      judgeStack(
        rule,
        types.map((type) => ({ type })),
      ),
      types.map((type) => `${type} is no type of this program`),
    );
  });

  it("needs no value that a preview may not know", () => {
    assert.deepEqual(judgeStack(rule, [{ type: programTypes[0]!, properties: { id: unknownValue } }]), []);
    assert.equal(judgeStack(rule, [{ type: "a:b:C", properties: { id: unknownValue } }]).length, 1);
  });
});
