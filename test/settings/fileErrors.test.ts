/** What the errors of a stack's file say: where the mistake is, and what was meant. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { readStackSettingsOffline } from "../../settings/fromFile";

const lines = [
  "config:",
  "  acme:customerName: Contoso",
  "  acme:tenantId: c0570500-0000-4000-8000-00000000000a",
  "  acme:customerDomain: contoso.com",
  "  acme:msspName: Fabrikam Security",
  "  acme:msspTenantId: 5ec0de00-5ea1-4000-8000-000000000001",
  "  acme:analysts:",
  "    - email: ana@fabrikam.example",
  "      displayName: Ana Silva",
];

describe("errors of a stack's file", () => {
  const folder = newFolder();
  before(async () => {
    await mkdir(path.join(folder, "customers"));
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\nstackConfigDir: customers\n");
  });

  async function message(text: string | readonly string[]): Promise<string> {
    const content = typeof text === "string" ? text : `${text.join("\n")}\n`;
    await writeFile(path.join(folder, "customers", "Pulumi.m6.yaml"), content);
    return readStackSettingsOffline("m6", folder).then(() => "no error", messageOf);
  }

  it("accepts the settings that the cases below change, with and without a prefix", async () => {
    assert.equal(await message(lines), "no error");
    assert.equal(await message(lines.map((line) => line.replace("acme:", ""))), "no error");
  });

  it("name the line and the column of a key in a list, of a value and of a missing setting's map", async () => {
    const text = await message([
      "# A customer.",
      ...lines.filter((line) => !line.includes("msspName")).map((line) => line.replace(": contoso.com", ": Contoso")),
      '      accesEndsOn: "2031-12-31"',
    ]);
    assert.match(text, /^ {2}customers\/Pulumi\.m6\.yaml:5:3 customerDomain: "Contoso"$/m);
    assert.match(text, /^ {2}customers\/Pulumi\.m6\.yaml:2:1 msspName: \(not set\)$/m);
    assert.match(
      text,
      /^ {2}customers\/Pulumi\.m6\.yaml:10:7 analysts\[0\]\.accesEndsOn: "2031-12-31"\n {4}unknown: did you mean accessEndsOn\?$/m,
    );
    assert.match(text, /^Settings are in customers\/Pulumi\.m6\.yaml under config, each key with acme: in front\.$/m);
  });

  it("name the wrong prefix of a copied block, and not six missing settings", async () => {
    const text = await message(lines.map((line) => line.replace("acme:", "defender-mssp:")));
    assert.equal(
      text,
      'customers/Pulumi.m6.yaml names 6 settings of the project "defender-mssp"; this project is "acme". Nothing was changed. ' +
        "Write acme:customerName, or leave the prefix out.",
    );
  });

  it("accept the settings of providers and of extensions beside all of the project's", async () => {
    const others = ["  azuread:tenantId: c0570500-0000-4000-8000-00000000000a", "  logs:tenantId: any"];
    assert.equal(await message([...lines, ...others]), "no error");
  });

  it("do not take a provider's tenantId for the missing setting", async () => {
    const text = await message([
      ...lines.filter((line) => !line.includes("acme:tenantId")),
      "  azuread:tenantId: c0570500-0000-4000-8000-00000000000a",
    ]);
    assert.match(text, /tenantId: \(not set\)/);
  });

  it("name a missing config", async () => {
    const text = await message(lines.slice(1).map((line) => line.slice(2)));
    assert.equal(
      text,
      'customers/Pulumi.m6.yaml has no key "config". Write it, and each setting below it:\n  config:\n    acme:customerName: Contoso',
    );
  });

  it("show the line that is no YAML, and how to mend it", async () => {
    const text = await message([...lines.slice(0, 8), "      displayName: Ana: Silva"]);
    assert.match(
      text,
      /customers\/Pulumi\.m6\.yaml:9:20 is not valid YAML: Nested mappings are not allowed in compact mappings\n {8}displayName: Ana: Silva\n {21} ?\^+\nPut a value that contains ": " in quotes\.$/,
    );
  });

  it("show no line that may hold a secret", async () => {
    const text = await message([...lines, "  acme:clientSecret: hunter2: x"]);
    assert.match(text, /:10:\d+ is not valid YAML: /);
    assert.doesNotMatch(text, /hunter2/);
  });

  for (const [what, added, expected] of [
    [
      "a value in place of a key",
      ["  acme:portalAccess:", "    model: rbac", "    justInTime: true"],
      /:12:5 portalAccess\.justInTime: true\n {4}unknown: did you mean portalAccess\.activation: justInTime\?$/m,
    ],
    [
      "a flat key",
      ["  acme:connector.alertApis: [graph]"],
      /:10:3 connector\.alertApis: \["graph"\]\n {4}unknown: write alertApis below connector:$/m,
    ],
    [
      "a key that is like no other",
      ["  acme:connector:", "    zebra: 1"],
      /:11:5 connector\.zebra: 1\n {4}unknown: the keys here are kind, /m,
    ],
  ] as const)
    it(`say what was meant by ${what}`, async () => assert.match(await message([...lines, ...added]), expected));
});
