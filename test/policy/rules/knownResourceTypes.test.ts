import assert from "node:assert/strict";
import { programTypes } from "../../../domain/resourceTypes";
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
      "pulumi:providers:defender-mssp",
      "pulumi:pulumi:Stack",
    ];
    assert.deepEqual(
      judgeStack(
        rule,
        types.map((type) => ({ type })),
      ),
      [],
    );
    const parameters = { also: ["azure-native:compute:VirtualMachine", "azuread:index/groupMember:GroupMember"] };
    for (const type of parameters.also) assert.deepEqual(judgeStack(rule, [{ type }], { parameters }), []);
  });

  it("refuses a type that gives access and that no rule judges, even if the parameter names it", () => {
    const also = [
      "azuread:index/namedLocation:NamedLocation",
      "azuread:index/customDirectoryRole:CustomDirectoryRole",
      "azure-native:authorization:RoleDefinition",
      "azure-native:keyvault:AccessPolicy",
      "azuread:index/ofALaterSdk:OfALaterSdk",
    ];
    assert.deepEqual(
      judgeStack(
        rule,
        also.map((type) => ({ type })),
        { parameters: { also } },
      ),
      also.map((type) => `${type} gives access, or may give it, and no rule judges it`),
    );
  });

  it("refuses every other resource type", () => {
    const types = [
      "azuread:index/groupMember:GroupMember",
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
      types.map((type) => `${type} is not a type of this program`),
    );
  });

  it("decides without values that a preview may not know", () => {
    assert.deepEqual(judgeStack(rule, [{ type: programTypes[0]!, properties: { id: unknownValue } }]), []);
    assert.equal(judgeStack(rule, [{ type: "a:b:C", properties: { id: unknownValue } }]).length, 1);
  });
});
