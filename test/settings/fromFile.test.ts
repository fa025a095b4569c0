import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import { VisibleError } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { readStackSettings, readStackSettingsOffline } from "../../settings/fromFile";
import { requiredSettings } from "./required";

const good = { ...requiredSettings, analysts: [{ email: "ana@fabrikam.example", displayName: "Ana" }] };

const yamlOf = (settings: object) =>
  stringify({ config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`mssp:${key}`, value])) });

describe("a stack's settings file", function () {
  const folder = newFolder();

  before(() => writeFile(path.join(folder, "Pulumi.yaml"), "name: mssp\nruntime: nodejs\n"));

  it("of a government cloud fits no variable of this machine, and needs none offline", async () => {
    await writeFile(path.join(folder, "Pulumi.gov.yaml"), yamlOf({ ...good, cloud: "gccHigh" }));
    assert.equal((await readStackSettingsOffline("gov", folder)).cloud, "gccHigh");
    await assert.rejects(readStackSettings("gov", { folder, environment: {} }), /ARM_ENVIRONMENT/);
  });

  it("stack file: found in stackConfigDir from any folder below the project", async () => {
    const project = path.join(folder, "project");
    await mkdir(path.join(project, "customers"), { recursive: true });
    await writeFile(path.join(project, "Pulumi.yaml"), "name: mssp\nruntime: nodejs\nstackConfigDir: customers\n");
    await writeFile(path.join(project, "customers", "Pulumi.contoso.yaml"), yamlOf(good));
    const options = { folder: path.join(project, "customers"), environment: {} };
    assert.equal((await readStackSettings("contoso", options)).customerName, good.customerName);
    await assert.rejects(readStackSettings("adatum", options), /no customers\/Pulumi\.adatum\.yaml in .*contoso\.$/);
  });

  /** The settings, or what is said of them: never anything else. */
  async function read(content: string, stack = "contoso") {
    await writeFile(path.join(folder, "Pulumi.contoso.yaml"), content);
    try {
      return await readStackSettings(stack, { folder, environment: {} });
    } catch (error) {
      if (!(error instanceof VisibleError)) throw error;
      assert.ok(error.message.length < 100_000);
      assert.doesNotMatch(error.message.replaceAll("\n", ""), /[\p{Cc}\u202a-\u202e]/u);
      return error.message;
    }
  }

  it("stack file: anchors and aliases are resolved", async () => {
    const settings = await read(`${yamlOf(good)}
  mssp:notificationRules:
    - &high { name: High, severities: [High], recipients: [soc@fabrikam.example] }
`);
    assert.ok(typeof settings === "object");
    const aliased = await read(
      yamlOf(good)
        .replace("config:", "shared: &name Fabrikam\nconfig:")
        .replace("mssp:msspName: Fabrikam", "mssp:msspName: *name"),
    );
    assert.ok(typeof aliased === "object" && aliased.msspName === "Fabrikam");
  });

  const bomb = (levels: number) =>
    Array.from({ length: levels }, (_, level) =>
      level === 0 ? "a0: &a0 [x, x, x, x, x, x, x, x, x]" : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
    ).join("\n");
  const hostile: Readonly<Record<string, string>> = {
    "an alias bomb": `${bomb(12)}\n${yamlOf(good)}  mssp:analystDomains: *a11\n`,
    "a smaller alias bomb": `${bomb(4)}\n${yamlOf(good)}  mssp:analystDomains: *a3\n`,
    "an alias of itself": `config: &a\n  mssp:customerName: *a\n`,
    "an alias of nothing": "config: *nobody\n",
    "merge keys": `base: &base\n  mssp:customerName: Contoso\nconfig:\n  <<: *base\n`,
    "names of Object's methods": "config:\n  mssp:customerName: valueOf\n  mssp:tenantId: toString\n",
    "prototype keys": `config:\n  __proto__: { mssp:customerName: x }\n  mssp:__proto__: x\n  mssp:constructor: x\n__proto__:\n  config: {}\n`,
    "prototypes in maps": `${yamlOf(good)}  mssp:portalAccess: { __proto__: { model: basic }, constructor: { prototype: {} } }\n`,
    "deep nesting": `config:\n  mssp:analysts: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`,
    "less deep nesting": `config:\n  mssp:analysts: ${"[".repeat(900)}${"]".repeat(900)}\n`,
    "tags of other languages": "config:\n  mssp:customerName: !!js/function 'function () { process.exit(9) }'\n",
    "binary data": "config:\n  mssp:customerName: !!binary aGVsbG8=\n",
    "several documents": `${yamlOf(good)}---\nconfig: {}\n`,
    "a list in place of a map": "- config\n",
    "a number in place of a map": "config: 7\n",
    "dates and numbers": "config:\n  mssp:customerName: 2027-01-01\n  mssp:msspName: .inf\n  mssp:tenantId: 0x10\n",
    "encrypted settings": "config:\n  mssp:customerName:\n    secure: v1:abc\n",
    nothing: "",
    "a null byte": 'config:\n  mssp:customerName: "a\\0b"\n\0',
  };
  for (const [what, content] of Object.entries(hostile)) {
    it(`stack file with ${what}: settings or one error`, async () => {
      await read(content);
      assert.ok(!("customerName" in {}) && !("model" in {}));
    }).timeout(60_000);
  }

  it("property: any stack file gives settings or one error and writes nothing", async () => {
    const before = await readdir(folder);
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom("&a", "*a", "<<", "__proto__", "|"),
    );
    const line = fc.oneof(
      fc.tuple(fc.constantFrom(...Object.keys(good)), text).map(([key, value]) => `  mssp:${key}: ${value}`),
      fc.tuple(text, text).map(([key, value]) => `  ${key}: ${value}`),
      text,
    );
    await assertAsyncProperty(300, fc.array(line, { maxLength: 12 }), async (lines) => {
      await read(["config:", ...lines].join("\n"));
    });
    assert.deepEqual(await readdir(folder), before);
  });

  it("stack file: a stack name that is a path is refused", async () => {
    await writeFile(path.join(folder, "secret.yaml"), "config: {}\n");
    for (const stack of ["contoso/..", "..", "/etc/passwd", "a\0b", "x; rm -rf .", "-v", "contoso\n", "*"]) {
      const said = await read(yamlOf(good), stack);
      assert.ok(typeof said === "string" && said.startsWith("There is no Pulumi."), JSON.stringify(stack));
    }
    assert.equal(typeof (await read(yamlOf(good), "organization/mssp/contoso")), "object");
  });
});
