/**
 * Each entry has exactly the properties that the SDK of the official plugin declares, and replaces
 * where its documents say so.
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
  it("plugins: have the versions of the SDKs", () => {
    assert.deepEqual(standInPlugins, [
      { name: "azuread", version: azureadSdk.version },
      { name: "random", version: randomSdk.version },
      { name: "azure-native", version: azureNativeSdk.version },
    ]);
  });

  for (const { plugin, name, properties } of table) {
    const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`;

    it(`${plugin} ${name}: has the SDK's outputs and arguments`, () => {
      assert.deepEqual(namesOf(properties), keysOf(membersOf(plugin, file, name)));
      assertSameInputs(plugin, properties, membersOf(plugin, file, `${name}Args`));
    });
  }

  for (const { name, properties } of resources) {
    const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`;

    it(`${name}: properties replace as documented`, () => {
      const documented = [...membersOf("azuread", file, `${name}Args`)]
        .filter(([property]) => !undocumentedReplacements.has(`${name}.${property}`))
        .filter(([, { text }]) => /forces? (?:a )?(?:new|recreation)|new resource to be created/.test(text))
        .map(([property]) => property);
      const replacing = Object.entries(properties)
        .filter(([property, { forceNew }]) => forceNew && !undocumentedReplacements.has(`${name}.${property}`))
        .map(([property]) => property);
      assert.deepEqual(replacing.sort(), documented.sort());
    });
  }

  for (const { name, properties } of functions) {
    it(`${name}: has the SDK's arguments and results`, () => {
      const capital = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const results = membersOf("azuread", `${name}.d.ts`, `${capital}Result`);
      assert.deepEqual([...namesOf(properties), "id"].sort(), keysOf(results));
      if (Object.values(properties).some(isInput)) {
        assertSameInputs("azuread", properties, membersOf("azuread", `${name}.d.ts`, `${capital}Args`));
      }
    });
  }

  it("provider: has the SDK's arguments", () => {
    assertSameInputs("azuread", configuration, membersOf("azuread", "provider.d.ts", "ProviderArgs"));
  });
});

/**
 * Where the official plugin's schema and its documents differ; the schema decides
 * (terraform-provider-azuread 3.8.0, `internal/services`).
 */
const undocumentedReplacements = new Set([
  "AccessPackage.catalogId",
  "ApplicationCertificate.encoding",
  "ApplicationCertificate.value",
  "Invitation.message",
  "Invitation.redirectUrl",
  "Invitation.userDisplayName",
  "Invitation.userEmailAddress",
  "Invitation.userType",
  "ServicePrincipal.clientId",
]);

function assertSameInputs(plugin: string, properties: ResourceProperties, declared: SdkProperties): void {
  const inputs = Object.fromEntries(Object.entries(properties).filter(([, property]) => isInput(property)));
  assert.deepEqual(namesOf(inputs), keysOf(declared));
  for (const [name, property] of Object.entries(inputs)) {
    const { required, type } = declared.get(name)!;
    assert.equal(property.usage === "required", required, `${name} is required`);
    assert.equal(kindOf(property), kindIn(type), `type of ${name}`);
    const nested = nestedMembersOf(plugin, type);
    if (nested !== undefined) assertSameInputs(plugin, nestedInputs(property, nested), nested);
  }
}

/** The SDK lists some computed properties of blocks among the arguments. */
function nestedInputs(property: ResourceProperty, declared: SdkProperties): ResourceProperties {
  const fields = property.fields ?? {};
  const entries = Object.entries(fields).map(([name, field]): [string, ResourceProperty] => [
    name,
    isInput(field) || !declared.has(name) ? field : { ...field, usage: "optional" },
  ]);
  return Object.fromEntries(entries);
}

function kindOf({ kind }: ResourceProperty): string {
  switch (kind) {
    case "list":
    case "set":
    case "objects":
    case "objectSet":
      return "list";
    case "integer":
      return "number";
    case "single":
      return "string";
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

function namesOf(properties: ResourceProperties): string[] {
  return Object.keys(properties).sort();
}

function keysOf(members: SdkProperties): string[] {
  return [...members.keys()].sort();
}
