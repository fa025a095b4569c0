/**
 * Each entry has properties that the SDK of the official plugin declares, with those that it requires, and
 * replaces where its documents say so.
 */
import assert from "node:assert/strict";
import azureNativeSdk from "@pulumi/azure-native/package.json";
import azureadSdk from "@pulumi/azuread/package.json";
import randomSdk from "@pulumi/random/package.json";
import { functions } from "../src/azuread/functions";
import { configuration } from "../src/azuread/configuration";
import { resources } from "../src/azuread/resources";
import { standInPlugins } from "../src/standInPlugins";
import { resources as randomResources } from "../src/random/resources";
import { isInput, type ResourceProperties, type ResourceProperty } from "../src/schema/property";
import { type SdkProperties, membersOf, nestedMembersOf } from "./sdkTypes";

const table = [
  ...resources.map((resource) => ({ plugin: "azuread", ...resource })),
  ...randomResources.map((resource) => ({ plugin: "random", ...resource })),
];

describe("The stand-in plugins' tables of types", () => {
  it("plugins: have the versions of the SDKs", () =>
    assert.deepEqual(standInPlugins, [
      { name: "azuread", version: azureadSdk.version },
      { name: "random", version: randomSdk.version },
      { name: "azure-native", version: azureNativeSdk.version },
    ]));

  for (const { plugin, name, properties } of table) {
    const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`;

    it(`${plugin} ${name}: has outputs and arguments of the SDK`, () => {
      assertSubset(properties, membersOf(plugin, file, name));
      assertInputs(plugin, properties, membersOf(plugin, file, `${name}Args`));
    });
  }

  for (const { name, properties } of resources) {
    const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`;

    it(`${name}: properties replace as documented`, () => {
      const documented = [...membersOf("azuread", file, `${name}Args`)]
        .filter(([property]) => !undocumentedReplacements.has(`${name}.${property}`))
        .filter(
          ([property, { text }]) =>
            property in properties && /forces? (?:a )?(?:new|recreation)|new resource to be created/.test(text),
        )
        .map(([property]) => property);
      const replacing = Object.entries(properties)
        .filter(([property, { forceNew }]) => forceNew && !undocumentedReplacements.has(`${name}.${property}`))
        .map(([property]) => property);
      assert.deepEqual(replacing.sort(), documented.sort());
    });
  }

  for (const { name, properties } of functions) {
    it(`${name}: has arguments and results of the SDK`, () => {
      const capital = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const results = membersOf("azuread", `${name}.d.ts`, `${capital}Result`);
      assertSubset(properties, results);
      if (Object.values(properties).some(isInput)) {
        assertInputs("azuread", properties, membersOf("azuread", `${name}.d.ts`, `${capital}Args`));
      }
    });
  }

  it("provider: has the SDK's arguments", () =>
    assertInputs("azuread", configuration, membersOf("azuread", "provider.d.ts", "ProviderArgs")));
});

/**
 * Where the official plugin's schema and its documents differ; the schema decides
 * (terraform-provider-azuread 3.8.0, `internal/services`).
 */
const undocumentedReplacements = new Set([
  "AccessPackage.catalogId",
  "ApplicationCertificate.encoding",
  "ApplicationCertificate.value",
  "ServicePrincipal.clientId",
]);

function assertInputs(plugin: string, properties: ResourceProperties, declared: SdkProperties): void {
  const inputs = Object.fromEntries(Object.entries(properties).filter(([, property]) => isInput(property)));
  assertSubset(inputs, declared);
  for (const [name, { required }] of declared) {
    if (required) assert.equal(inputs[name]?.usage, "required", `${name} is required`);
  }
  for (const [name, property] of Object.entries(inputs)) {
    const { type } = declared.get(name)!;
    assert.equal(kindOf(property), kindIn(type), `type of ${name}`);
    const nested = nestedMembersOf(plugin, type);
    if (nested !== undefined && !property.unsupported) assertInputs(plugin, property.fields ?? {}, nested);
  }
}

function kindOf({ kind }: ResourceProperty): string {
  switch (kind) {
    case "list":
    case "set":
    case "objects":
      return "list";
    case "integer":
      return "number";
    default:
      return kind;
  }
}

function kindIn(type: string): string {
  if (/\[\]/.test(type)) return "list";
  if (/\[key: string\]/.test(type)) return "map";
  if (/inputs\./.test(type)) return "object";
  return /boolean|number|string/.exec(type)?.[0] ?? type;
}

function assertSubset(properties: ResourceProperties, declared: SdkProperties): void {
  assert.deepEqual(
    Object.keys(properties).filter((name) => !declared.has(name)),
    [],
  );
}
