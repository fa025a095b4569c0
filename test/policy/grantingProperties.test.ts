/**
 * The table of granting properties: each argument of a judged type is in it, and each rule refuses
 * what its property gives to anybody whom the settings do not name.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import {
  azuread,
  component,
  componentTypes,
  dynamic,
  dynamicTypes,
  isProgramType,
  judgedType,
  programTypes,
  providerType,
} from "../../domain/resourceTypes";
import { declarableTypes } from "../../dev/policyTypes/tokens";
import { grantingProperties, otherProperties } from "../../policy/grantingProperties";
import { rules } from "../../policy/rules";
import type { PackageSchema } from "../../plugin/schema";
import schema from "../../plugin/schema.json";
import type { Rule } from "../../policy/rule";
import { everything, grants, programOf, replaced, type Grant } from "./grants";
import { judge, judgeStack, unknownValue } from "./support";

const root = path.resolve(__dirname, "..", "..");

/** Rules that refuse a type for other reasons than its properties. */
const alsoRefusing: Readonly<Record<string, string>> = {
  // Its guest is in no group of this stack.
  [dynamic("EligibleMembers")]: "guests-in-their-groups",
};

describe("policy/grantingProperties: each property that grants", () => {
  for (const { type, property, rule: name } of grantingProperties) {
    const rule = rules.find((one) => one.name === name);
    const grant = grants[type];

    it(`${name} refuses any other value of ${type.split(":").at(-1) ?? type}.${property}`, () => {
      assert.ok(rule !== undefined, `there is no rule ${name}`);
      assert.equal(rule.level, "mandatory");
      assert.ok(
        rule.types === undefined || rule.types === "all" || rule.types.includes(type),
        "the rule names no such type",
      );
      const wrong = grant?.wrong[property];
      assert.ok(grant !== undefined && wrong !== undefined, "the test has no wrong value of it");
      assert.deepEqual(said(rule, type, grant, grant.properties), []);
      assertProperty(30, wrong, (value) => {
        const properties = replaced(grant.properties, property.split("."), value);
        assert.notDeepEqual(said(rule, type, grant, properties, property), [], JSON.stringify(value));
      });
    });
  }

  for (const [type, grant] of Object.entries(grants)) {
    it(`no mandatory rule refuses ${type.split(":").at(-1) ?? type} as the settings ask for it`, () => {
      const mandatory = rules.filter(({ level }) => level === "mandatory");
      const refusing = mandatory.filter((rule) => said(rule, type, grant, grant.properties).length > 0);
      const expected = programTypes.includes(type) || type.startsWith("pulumi:") ? [] : ["known-resource-types"];
      assert.deepEqual(
        refusing.map(({ name }) => name).filter((name) => name !== alsoRefusing[type]),
        expected,
      );
    });

    it(`no rule says more of ${type.split(":").at(-1) ?? type} where a preview does not know a value`, () => {
      for (const rule of rules) {
        const known = said(rule, type, grant, grant.properties);
        for (const properties of [...withUnknowns(grant.properties), ...withUnknownWrong(grant)]) {
          const news = said(rule, type, grant, properties).filter((problem) => !known.includes(problem));
          assert.deepEqual(news, [], `${rule.name}: ${JSON.stringify(properties)}`);
        }
      }
    });
  }
});

function withUnknownWrong({ properties, wrong }: Grant): readonly Readonly<Record<string, unknown>>[] {
  return Object.keys(wrong).map((property) => replaced(properties, property.split("."), unknownValue));
}

/** The properties, each time with another value, or part of one, that is unknown. */
function* withUnknowns(properties: object): Generator<Readonly<Record<string, unknown>>> {
  for (const [name, value] of Object.entries(properties)) {
    yield { ...properties, [name]: unknownValue };
    if (typeof value !== "object" || value === null) continue;
    for (const part of withUnknowns(value as object))
      yield { ...properties, [name]: Array.isArray(value) ? Object.values(part) : part };
  }
}

describe("policy/grantingProperties: what the table covers", () => {
  const listed = new Map<string, string[]>();
  for (const { type, property } of grantingProperties) listed.set(type, [...(listed.get(type) ?? []), property]);
  for (const [type, properties] of Object.entries(otherProperties)) {
    listed.set(type, [...(listed.get(type) ?? []), ...properties.split(" ")]);
  }

  for (const [type, properties] of listed) {
    if (type.startsWith("pulumi:")) continue;
    it(`decides about each argument of ${type.split(":").at(-1) ?? type}`, () =>
      assert.deepEqual([...properties].sort(), argumentsFor(type).sort()));
  }

  it("names no property twice", () => {
    for (const [type, properties] of listed) assert.equal(new Set(properties).size, properties.length, type);
  });

  it("has every dynamic resource, and every type of the program that gives access", () => {
    assertNone(dynamicTypes, (type) => !listed.has(type));
    const harmless = [
      "azure-native:resources:ResourceGroup",
      "random:index/randomId:RandomId",
      "random:index/randomUuid:RandomUuid",
    ];
    assert.deepEqual(
      programTypes.filter((type) => !listed.has(type)),
      harmless,
    );
  });
});

describe("policy/grantingProperties: types outside of the table", () => {
  const found = declarableTypes(path.join(root, "node_modules"));
  const tokens = Object.entries(found).flatMap(([group, names]) =>
    names.map((name) => (group.startsWith("azure-native") ? `${group}:${name}` : tokenIn(group, name))),
  );
  const known = rules.find(({ name }) => name === "known-resource-types") as Rule;
  const dynamicRule = rules.find(({ name }) => name === "typed-dynamic-resources") as Rule;

  it("refuses every other type that the SDKs can declare, unless the parameter names it", () => {
    const others = tokens.filter((type) => !programTypes.includes(type));
    assert.ok(others.length > 2000);
    const refused = judgeStack(
      known,
      others.map((type) => ({ type })),
    );
    assert.equal(refused.length, others.length);
  });

  it("takes only named components of the plugin for the program's own", () => {
    assertProperty(100, fc.stringMatching(/^[A-Z]\w{0,20}$/), (name) => {
      const type = `defender-mssp:index:${name}`;
      const isOwn =
        componentTypes.includes(type) || dynamicTypes.includes(`pulumi-nodejs:dynamic/defender-mssp:${name}`);
      assert.equal(isProgramType(type), isOwn);
    });
    for (const type of componentTypes) assert.ok(isProgramType(type), type);
  });

  it("judges a resource of the plugin as its dynamic twin", () => {
    for (const { type, property, rule: name } of grantingProperties) {
      if (!dynamicTypes.includes(type)) continue;
      const grant = grants[type];
      const rule = rules.find((one) => one.name === name);
      assert.ok(grant !== undefined && rule !== undefined);
      const twin = type.replace("pulumi-nodejs:dynamic/defender-mssp:", "defender-mssp:index:");
      const [wrong] = fc.sample(grant.wrong[property] ?? fc.constant(undefined), 1);
      const properties = replaced(grant.properties, property.split("."), wrong);
      assert.notDeepEqual(said(rule, twin, grant, properties, property), [], `${twin}.${property}`);
    }
  });

  it("judges each resource of the plugin's schema, with each of its arguments, as a twin in the table", () => {
    const resources = Object.entries((schema as unknown as PackageSchema).resources);
    const own = resources.filter(([, { isComponent }]) => isComponent !== true);
    assert.ok(own.length > 8, `${own.length} resources`);
    for (const [token, { inputProperties }] of own) {
      const twin = judgedType(token);
      assert.notEqual(twin, token, `${token} has no twin: no rule judges it`);
      const properties = grantingProperties.filter(({ type }) => type === twin).map(({ property }) => property);
      const decided = [...properties, ...(otherProperties[twin] ?? "").split(" ")];
      const undecided = Object.keys(inputProperties).filter((name) => !decided.includes(name));
      assert.deepEqual(undecided, [], token);
    }
    for (const [token, { isComponent }] of resources) {
      assert.equal(componentTypes.includes(token), isComponent === true, token);
    }
  });

  it("refuses a resource that a dynamic provider makes under the token of another type", () => {
    const provider = providerType("pulumi-nodejs");
    for (const type of [...componentTypes, azuread("Group"), "random:index/randomId:RandomId", "anything:index:Else"]) {
      assert.equal(judge(dynamicRule, type, {}, { provider }).length, 1, type);
    }
    assert.equal(judge(dynamicRule, component("GuestUser"), {}, { provider: providerType("azuread") }).length, 1);
    assert.deepEqual(judge(dynamicRule, component("GuestUser"), {}), []);
    assert.deepEqual(judge(dynamicRule, dynamic("Guest"), {}, { provider }), []);
    assert.deepEqual(judge(dynamicRule, component("Guest"), {}, { provider }), []);
  });
});

/** What a rule says about a stack of the program with the grant. */
function said(
  rule: Rule,
  type: string,
  { settings = everything, sources = {} }: Grant,
  properties: Readonly<Record<string, unknown>>,
  wrong?: string,
): readonly string[] {
  if (!("validateStack" in rule.policy(() => undefined))) return judge(rule, type, properties, { settings });
  // A literal comes from no resource.
  const [literal] = wrong?.split(".") ?? [];
  const from = Object.fromEntries(Object.entries(sources).filter(([property]) => property !== literal));
  return judgeStack(rule, [...programOf(settings), { type, name: "grant", properties, sources: from }], { settings });
}

function tokenIn(plugin: string, name: string): string {
  return `${plugin}:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
}

/** Names of a type's arguments, from the SDKs' declarations and the components' sources. */
function argumentsFor(type: string): string[] {
  const [plugin = "", module = "", name = ""] = type.split(":");
  if (plugin === "azuread") return fieldsIn(declaration(`azuread/${module.split("/")[1] ?? ""}.d.ts`), `${name}Args`);
  if (plugin === "pulumi-nodejs") return dynamicArguments(name);
  const file = declaration(`azure-native/${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`);
  const own = fieldsIn(file, `${name}Args`);
  const inputs = declaration("azure-native/types/input.d.ts");
  const namespace = inputs.slice(inputs.indexOf(`export declare namespace ${module} {`));
  const nested = own.includes("properties") && /\.(\w+PropertiesArgs)\b/.exec(file)?.[1];
  if (!nested) return own;
  const inner = fieldsIn(namespace, nested).map((property) => `properties.${property}`);
  return [...own.filter((property) => property !== "properties"), ...inner];
}

function declaration(file: string): string {
  return readFileSync(path.join(root, "node_modules", "@pulumi", file), "utf8");
}

function fieldsIn(source: string, name: string): string[] {
  const body = new RegExp(`interface ${name}(?: extends \\w+)? \\{\\n([\\s\\S]*?)\\n *\\}\\n`).exec(source)?.[1];
  assert.ok(body !== undefined, name);
  const indent = /^ */.exec(body.split("\n").find((line) => line.trim() !== "") ?? "")?.[0] ?? "";
  return [...body.matchAll(new RegExp(`^${indent}(?:readonly )?(\\w+)\\??:`, "gm"))].map(([, field = ""]) => field);
}

function dynamicArguments(name: string): string[] {
  const folder = path.join(root, "components");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const sources = files.map((file) => readFileSync(path.join(folder, file), "utf8"));
  // A guest's are those of its component, beside which it stands.
  const own = name === "Guest" ? "GuestUserArgs" : `${name}Args`;
  const source = sources.find((one) => one.includes(`interface ${own}`)) ?? "";
  const inherited = source.includes(`interface ${own} extends DefenderCallArgs`);
  const calls = sources.find((one) => one.includes("interface DefenderCallArgs")) ?? "";
  return [...fieldsIn(source, own), ...(inherited ? fieldsIn(calls, "DefenderCallArgs") : [])];
}
