/** What all rules have in common, and what is written about them. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { parse } from "yaml";
import type { StackValidationPolicy } from "@pulumi/policy";
import { isProgramType, azuread, programTypes } from "../../domain/resourceTypes";
import { rules } from "../../policy/rules";
import { policySettings } from "../../policy/policySettings";
import { requiredSettings } from "../settings/required";

const root = path.resolve(__dirname, "..", "..");

describe("policy pack", () => {
  it("has a file and a test for each rule, both named after the rule", () => {
    const files = readdirSync(path.join(root, "policy", "rules")).sort();
    assert.deepEqual(rules.map(({ name }) => `${camelCase(name)}.ts`).sort(), files);
    for (const file of files) {
      assert.ok(existsSync(path.join(__dirname, "rules", file.replace(/\.ts$/, ".test.ts"))), file);
    }
  });

  for (const rule of rules) {
    it(`${rule.name}: the report says why and what to do, in the common order`, () => {
      const order = ["name", "severity", "level", "why", "remedy", "link", "parameters"];
      assert.deepEqual(Object.keys(rule).slice(0, order.length), order);
      assert.match(rule.name, /^[a-z]+(-[a-z0-9]+)*$/);
      for (const sentence of [rule.why, rule.remedy]) assert.match(sentence, /^[A-Z].*[.]$/s);
      assert.ok(URL.canParse(rule.link) && rule.link.startsWith("https://"), rule.link);
    });

    it(`${rule.name}: its parameters have a type, a description and a default`, () => {
      for (const [name, { type, description, default: value, items }] of Object.entries(rule.parameters)) {
        assert.match(String(description), /^[A-Z].*[.]$/s, name);
        assert.notEqual(value, undefined, name);
        assert.equal(Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value, type, name);
        assert.equal(items !== undefined, type === "array", name);
      }
    });

    it(`${rule.name}: the engine gets description, severity and parameters`, () => {
      const policy = rule.policy(() => undefined);
      const { name, description, severity, enforcementLevel, remediationSteps, url, configSchema } = policy;
      assert.deepEqual(
        { name, description, severity, enforcementLevel, remediationSteps, url },
        {
          name: rule.name,
          description: `${rule.why} ${rule.remedy}`,
          severity: rule.severity,
          enforcementLevel: rule.level,
          remediationSteps: rule.remedy,
          url: rule.link,
        },
      );
      assert.deepEqual(Object.keys(configSchema?.properties ?? {}), Object.keys(rule.parameters));
    });
  }

  it("has the version of the project", () => {
    const { version } = JSON.parse(text("package.json")) as { version: string };
    assert.equal((JSON.parse(text("policy/package.json")) as { version: string }).version, version);
    assert.equal((parse(text("policy/PulumiPolicy.yaml")) as { version: string }).version, version);
  });

  it("knows every resource type that a component declares", () => {
    const files = readdirSync(path.join(root, "components"), { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => file.endsWith(".ts")).map((file) => text(path.join("components", file)));
    const declared = sources.flatMap((source) => [
      ...[...source.matchAll(/new azuread\.(\w+)\(/g)].map(([, name = ""]) => azuread(name)),
      ...[...source.matchAll(/new (keyvault|authorization|resources|managedservices)\.(\w+)\(/g)].map(
        ([, module = "", name = ""]) => `azure-native:${module}:${name}`,
      ),
      ...[...source.matchAll(/new random\.R(\w+)\(/g)].map(([, name = ""]) => `random:index/r${name}:R${name}`),
      ...(source.includes("extends DynamicResource") ? [...source.matchAll(/super\(\s*"([A-Z]\w+)"/g)] : []).map(
        ([, name = ""]) => `pulumi-nodejs:dynamic/defender-mssp:${name}`,
      ),
    ]);
    const types = declared.filter((type) => type !== azuread("Provider"));
    assert.ok(types.length > 15, `only ${types.length} types were found in the components`);
    assertNone(types, (type) => !isProgramType(type));
    assert.equal(new Set(programTypes).size, programTypes.length);
  });

  it("reads the stack's settings as the program does", () => {
    const config = (parse(text("Pulumi.dev.yaml")) as { config: Record<string, unknown> }).config;
    const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
    const values = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, asText(value)]));
    const all = { ...values, "azuread:tenantId": "somebody else's", "defender-mssp-2:customerName": "Tailspin" };
    const environment = { PULUMI_NODEJS_PROJECT: "defender-mssp", PULUMI_CONFIG: JSON.stringify(all) };
    assert.equal(policySettings(environment)?.customerDomain, "contoso.com");
    assert.equal(policySettings({ ...environment, PULUMI_CONFIG: "{}" }), undefined);
    assert.equal(policySettings({}), undefined);
  });

  it("reads analystsFrom above the pack or its node_modules, from a project of the stack's name alone", async () => {
    const folder = newFolder();
    const before = process.cwd();
    const values = { ...requiredSettings, analystsFrom: "team.yaml" };
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`acme:${key}`, value]));
    const environment = { PULUMI_NODEJS_PROJECT: "acme", PULUMI_CONFIG: JSON.stringify(config) };
    try {
      await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\n");
      await writeFile(path.join(folder, "team.yaml"), "- { email: ana@fabrikam.example, displayName: Ana }\n");
      const installed = path.join(folder, "node_modules", "defender-mssp");
      for (const pack of [path.join(folder, "policy"), path.join(installed, "policy")]) {
        await mkdir(pack, { recursive: true });
        // The package has a project's file of its own.
        if (pack.startsWith(installed)) await writeFile(path.join(installed, "Pulumi.yaml"), "name: acme\n");
        process.chdir(pack);
        assertEach(policySettings(environment)?.analysts, ({ email }) => email, ["ana@fabrikam.example"]);
      }
      await writeFile(path.join(folder, "Pulumi.yaml"), "name: other\nruntime: nodejs\n");
      assert.throws(() => policySettings(environment), /no Pulumi\.yaml of the project "acme" above the policy pack/);
      assert.equal(policySettings({ ...environment, PULUMI_NODEJS_ROOT_DIRECTORY: folder })?.analysts.length, 1);
    } finally {
      process.chdir(before);
    }
  });

  it("no rule about the whole stack reports anything for an empty stack", async () => {
    let judged = 0;
    for (const rule of rules) {
      const { validateStack } = rule.policy(() => undefined) as Partial<StackValidationPolicy>;
      const args = { resources: [], getConfig: () => ({}) } as unknown as Parameters<
        NonNullable<typeof validateStack>
      >[0];
      if (validateStack === undefined) continue;
      judged++;
      await validateStack(args, (message) => assert.fail(message));
    }
    assert.ok(judged > 2, `${judged} rules about the whole stack`);
  });
});

function text(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
