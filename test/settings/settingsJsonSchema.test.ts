/** The JSON schema that editors use, by a validator of JSON Schema. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { stringify } from "yaml";
import { parseAsEngine } from "../../settings/engineYaml";
import { settingsJsonSchema } from "../../settings/settingsJsonSchema";
import { settingsReference } from "../../settings/reference";
import { requiredSettings } from "./required";

const root = path.resolve(__dirname, "../..");
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(settingsJsonSchema());

function problems(text: string): string[] {
  validate(parseAsEngine(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const least = { ...requiredSettings, analysts: [{ email: "ana@fabrikam.example", displayName: "Ana Silva" }] };
/** Strings in quotes: the engine reads a date without them as a time. */
const quoted = { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" } as const;

const file = (changed: Readonly<Record<string, unknown>>, prefix = "acme:") =>
  stringify(
    {
      config: Object.fromEntries(
        Object.entries<unknown>({ ...least, ...changed })
          .filter(([, value]) => value !== undefined)
          .map(([key, value]) => [key.includes(":") ? key : `${prefix}${key}`, value]),
      ),
    },
    quoted,
  );

describe("settings.schema.json", () => {
  for (const example of [
    "Pulumi.dev.yaml",
    "Pulumi.sandbox-basic.yaml",
    "Pulumi.sandbox-entitlement.yaml",
    "templates/customers/customers/Pulumi.dev.yaml",
  ])
    it(`accepts ${example}`, () => assert.deepEqual(problems(readFileSync(path.join(root, example), "utf8")), []));

  it("accepts the settings of the README", () => {
    const [, text = ""] = /```yaml\n([^]*?)```/.exec(readFileSync(path.join(root, "README.md"), "utf8")) ?? [];
    assert.deepEqual(problems(text), []);
  });

  for (const { key, example } of settingsReference().filter((setting) => /^\w+$/.test(setting.key)))
    it(`accepts the example of ${key}`, () => assert.deepEqual(problems(file({ [key]: parseAsEngine(example) })), []));

  it("accepts keys without a prefix, and those of providers", () =>
    assert.deepEqual(problems(file({ "azuread:environment": "usgovernment" }, "")), []));

  const mistakes: readonly [string, string, RegExp][] = [
    ["a misspelled key", file({ custmerName: "Contoso" }), /^\/config must NOT have additional properties/],
    [
      "a misspelled key of a list",
      file({ analysts: [{ ...least.analysts[0], accesEndsOn: "2031-12-31" }] }),
      /analysts\/0 must NOT have additional properties/,
    ],
    [
      "an address of a site as domain",
      file({ customerDomain: "https://contoso.com/" }),
      /customerDomain must match pattern/,
    ],
    ["a domain as tenant ID", file({ tenantId: "contoso.com" }), /tenantId must match pattern/],
    ["a name without address", file({ analysts: ["Ana Silva"] }), /analysts\/0 must be object/],
    [
      "an analyst without a name",
      file({ analysts: [{ email: "a@b.example" }] }),
      /must have required property 'displayName'/,
    ],
    [
      "a value in place of a key",
      file({ portalAccess: { model: "rbac", justInTime: true } }),
      /portalAccess must NOT have additional properties/,
    ],
    [
      "a key of connector beside it",
      file({ "acme:connector.alertApis": ["graph"] }),
      /^\/config must NOT have additional properties/,
    ],
    ["a word of no model", file({ portalAccess: "rback" }), /portalAccess must be equal to one of the allowed values/],
    [
      "another API",
      file({ connector: { alertApis: ["legacy"] } }),
      /alertApis\/0 must be equal to one of the allowed values/,
    ],
    ["a date in another order", file({ accessEndsOn: "31.12.2031" }), /accessEndsOn must match pattern/],
    ["too many days", file({ connector: { credential: { days: 5000 } } }), /days must be <= /],
    ["a missing setting", file({ msspName: undefined }), /^\/config must NOT be valid/],
    ["a file without config", "customerName: Contoso\n", /must have required property 'config'/],
  ];
  for (const [what, text, expected] of mistakes)
    it(`refuses ${what}`, () => {
      const found = problems(text);
      assert.ok(
        found.some((problem) => expected.test(problem)),
        found.join("\n") || "no problem",
      );
    });
});
