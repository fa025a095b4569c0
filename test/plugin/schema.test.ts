import assert from "node:assert/strict";
import schemaFile from "../../plugin/schema.json";
import type { PackageSchema, PropertySchema, TypeSchema } from "../../plugin/schema";

const schema = schemaFile as unknown as PackageSchema;

describe("plugin: schema", () => {
  const resources = Object.entries(schema.resources);
  const properties = (of: readonly (readonly [string, TypeSchema | undefined])[]): [string, PropertySchema][] =>
    of.flatMap(([name, type]) =>
      Object.entries(type?.properties ?? {}).map(([key, property]): [string, PropertySchema] => [
        `${name}.${key}`,
        property,
      ]),
    );
  const inputs = properties(resources.map(([name, { inputProperties }]) => [name, { properties: inputProperties }]));
  const outputs = properties(resources);
  const all = [...inputs, ...outputs, ...properties(Object.entries(schema.types))];

  it("calls each secret of the components a secret, and nothing else", () => {
    const secrets = all.filter(([, { secret }]) => secret).map(([name]) => name.replace("defender-mssp:index:", ""));
    assert.deepEqual(secrets.sort(), [
      "CustomerOnboarding.clientSecret",
      "CustomerOnboarding.inviteRedeemUrls",
      "GuestUser.inviteRedeemUrl",
      "SiemConnector.clientSecret",
    ]);
  });

  it("refers to types that it has", () => {
    const used = JSON.stringify(schema).match(/#\/types\/[^"]+/g) ?? [];
    assert.ok(used.length > 5, `${used.length} references`);
    for (const reference of used) assert.ok(schema.types[reference.slice("#/types/".length)], reference);
  });

  it("describes each argument", () => {
    assert.deepEqual(
      inputs.filter(([, { description }]) => description === undefined).map(([name]) => name),
      [],
    );
  });

  it("requires arguments and outputs that it has", () => {
    for (const [name, { inputProperties, requiredInputs, properties: fields, required }] of resources) {
      assert.deepEqual(
        requiredInputs.filter((one) => !(one in inputProperties)),
        [],
        name,
      );
      assert.deepEqual(
        required.filter((one) => !(one in fields)),
        [],
        name,
      );
    }
  });

  it("has no argument that only a program in TypeScript can give", () => {
    const names = inputs.map(([name]) => name.split(".").at(-1));
    for (const omitted of ["clock", "connectorSecrets", "deployedSecrets", "registrationAfter", "approverObjectIds"]) {
      assert.ok(!names.includes(omitted), omitted);
    }
  });
});
