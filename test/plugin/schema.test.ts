import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import manifest from "../../package.json";
import { mustBeKnown } from "../../plugin/mustBeKnown";
import { exposedFunctions } from "../../plugin/exposedFunctions";
import { component, type ComponentType } from "../../domain/resourceTypes";
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
      "CredentialHandover.secret",
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

  it("mixes plain properties with others in no type: the SDK for Go would not compile", () => {
    let compared = 0;
    for (const [name, { properties: fields = {} }] of Object.entries(schema.types)) {
      const plain = Object.values(fields).map((property) => property.plain === true);
      compared += plain.length;
      assert.ok(new Set(plain).size < 2, name);
    }
    assert.ok(compared > 50, `${compared} properties`);
  });

  it("has no type whose name ends with Args: the SDKs append it to the name of an input type", () => {
    const names = Object.keys(schema.types);
    assert.ok(names.length > 20);
    assertNone(names, (name) => name.endsWith("Args"));
  });

  it("keeps in the plugin what a preview must know of a type that also has outputs", () => {
    const known = (type: string) =>
      Object.entries(schema.types[`defender-mssp:index:${type}`]?.properties ?? {})
        .filter(([, property]) => mustBeKnown(property))
        .map(([name]) => name)
        .sort();
    assert.deepEqual(known("OnboardedAnalyst"), ["accessEndsOn", "email", "tier"]);
    assert.deepEqual(known("AnalystUser"), ["accessEndsOn", "email", "tier"]);
    const onboarding = schema.resources["defender-mssp:index:CustomerOnboarding"]?.inputProperties["analysts"];
    assert.ok(onboarding !== undefined && mustBeKnown(onboarding) && onboarding.plain === undefined);
  });

  it("says of the package what package.json says, and no address that package.json has not", () => {
    const { homepage, repository } = manifest as { homepage?: string; repository?: string | { url: string } };
    const address = typeof repository === "object" ? repository.url : repository;
    assert.deepEqual(
      [schema.version, schema.description, schema.license, schema.homepage, schema.repository],
      [manifest.version, manifest.description, manifest.license, homepage, address],
    );
    for (const field of ["logoUrl", "pluginDownloadURL"]) assert.ok(!(field in schema), field);
    assert.ok(schema.keywords.includes("kind/component"));
  });

  it("names the SDK of each language, for Go below a domain that nobody can register", () => {
    assert.deepEqual(Object.keys(schema.language), ["csharp", "go", "java", "nodejs", "python"]);
    const { importBasePath } = schema.language["go"] as { importBasePath: string };
    assert.match(importBasePath, /^[\w-]+\.example\//);
  });

  it("describes each function, with each argument and each result", () => {
    const functions = Object.entries(schema.functions);
    assert.deepEqual(
      functions.map(([name]) => name).sort(),
      Object.keys(exposedFunctions)
        .map((name) => component(name as ComponentType))
        .sort(),
    );
    for (const [name, { description, inputs: given, outputs: results }] of functions) {
      assert.notEqual(description, "", name);
      for (const type of [given, results]) {
        const fields = properties([[name, type]]);
        assert.ok(fields.length > 0);
        for (const [field, property] of fields) assert.ok(property.description, field);
        assertNone(type.required ?? [], (field) => !Object.hasOwn(type.properties ?? {}, field));
      }
    }
  });

  it("describes each argument", () =>
    assertEach(
      inputs.filter(([, { description }]) => description === undefined),
      ([name]) => name,
      [],
    ));

  it("requires arguments and outputs that it has", () => {
    for (const [name, { inputProperties, requiredInputs, properties: fields, required }] of resources) {
      assertNone(requiredInputs, (one) => !(one in inputProperties), name);
      assertNone(required, (one) => !(one in fields), name);
    }
  });

  it("has no argument that only a program in TypeScript can give", () => {
    const names = inputs.map(([name]) => name.split(".").at(-1));
    for (const omitted of ["clock", "connectorSecrets", "deployedSecrets", "registrationAfter", "approverObjectIds"]) {
      assert.ok(!names.includes(omitted), omitted);
    }
  });
});
