import assert from "node:assert/strict";
import { programTypes } from "../../../domain/resourceTypes";
import { knownResourceTypes as rule } from "../../../policy/rules/knownResourceTypes";
import { judgeStack, unknownValue } from "../support";

describe("policy: known-resource-types", () => {
  const judged = (types: readonly string[], parameters = {}) => {
    const resources = types.map((type) => ({ type }));
    return judgeStack(rule, resources, { parameters });
  };

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
    assert.deepEqual(judged(types), []);
    const also = ["azure-native:compute:VirtualMachine", "azuread:index/groupMember:GroupMember"];
    assert.deepEqual(judged(also, { also }), []);
  });

  it("refuses a type that gives access and that no rule judges, even if the parameter names it", () => {
    const also = [
      "azuread:index/namedLocation:NamedLocation",
      "azuread:index/customDirectoryRole:CustomDirectoryRole",
      "azure-native:authorization:RoleDefinition",
      "azure-native:keyvault:AccessPolicy",
      "azuread:index/ofALaterSdk:OfALaterSdk",
    ];
    const refused = also.map((type) => `${type} gives access, or may give it, and no rule judges it`);
    assert.deepEqual(judged(also, { also }), refused);
  });

  it("refuses every other resource type", () => {
    const types = [
      "azuread:index/groupMember:GroupMember",
      "azure-native:compute:VirtualMachine",
      "pulumi:providers:aws",
      "pulumi-nodejs:dynamic:Resource",
      "defender-mssp:other:GuestUser",
    ];
    const refused = types.map((type) => `${type} is not a type of this program`);
    assert.deepEqual(judged(types), refused);
  });

  it("decides without values that a preview may not know", () => {
    assert.deepEqual(judgeStack(rule, [{ type: programTypes[0]!, properties: { id: unknownValue } }]), []);
    assert.equal(judgeStack(rule, [{ type: "a:b:C", properties: { id: unknownValue } }]).length, 1);
  });
});
