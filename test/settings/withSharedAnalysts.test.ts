/** `analystsFrom`: analysts of many customers in one file, through the reader of every command. */
import assert from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { messageOf } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { readStackSettingsOffline } from "../../settings/fromFile";
import { requiredSettings } from "./required";

const ana = { email: "ana@fabrikam.example", displayName: "Ana Silva" };
const ben = { email: "ben@fabrikam.example", displayName: "Ben Okafor", tier: "tier2" };

describe("the setting analystsFrom", () => {
  let folder: string;

  beforeEach(async () => {
    folder = newFolder();
    for (const name of ["customers", "teams"]) await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\nstackConfigDir: customers\n");
    await writeFile(path.join(folder, "teams", "soc.yaml"), `# The team.\n${stringify([ben])}`);
  });

  /** The settings of a customer, or the error. */
  async function settings(changes: object) {
    const entries = Object.entries({ ...requiredSettings, ...changes }).map(([key, value]) => [`acme:${key}`, value]);
    const text = stringify({ config: Object.fromEntries(entries) as object });
    await writeFile(path.join(folder, "customers", "Pulumi.contoso.yaml"), text);
    return readStackSettingsOffline("contoso", folder);
  }
  const message = (changes: object) => settings(changes).then(() => "no error", messageOf);

  it("adds the analysts of the file to the stack's own; the path begins at the folder of Pulumi.yaml", async () => {
    const names = async (changes: object) => (await settings(changes)).analysts.map(({ email, tier }) => [email, tier]);
    assert.deepEqual(await names({ analystsFrom: "teams/soc.yaml" }), [[ben.email, "tier2"]]);
    assert.deepEqual(await names({ analystsFrom: "teams/soc.yaml", analysts: [ana] }), [
      [ana.email, "tier1"],
      [ben.email, "tier2"],
    ]);
    const [only] = (await settings({ analystsFrom: "teams/soc.yaml", accessEndsOn: "2027-03-31" })).analysts;
    assert.equal(only?.accessEndsOn, "2027-03-31");
  });

  it("checks the file with the validators of analysts, and names its line and column", async () => {
    const wrong = [ben, { ...ana, acessEndsOn: "2027-01-01" }, { email: "no-address", displayName: "X" }];
    await writeFile(path.join(folder, "teams", "soc.yaml"), stringify(wrong));
    const text = await message({ analystsFrom: "teams/soc.yaml", analysts: [] });
    assert.match(
      text,
      /^ {2}teams\/soc\.yaml:6:3 analysts\[1\]\.acessEndsOn: .*\n {4}unknown: did you mean accessEndsOn\?$/m,
    );
    assert.match(text, /^ {2}teams\/soc\.yaml:7:3 analysts\[2\]\.email: "no-address"$/m);
  });

  it("refuses a person in the file and in analysts, and one in another MSSP's domain", async () => {
    const twice = await message({
      analystsFrom: "teams/soc.yaml",
      analysts: [{ ...ben, email: "BEN@fabrikam.example" }],
    });
    assert.match(twice, /^1 setting is wrong/);
    assert.match(
      twice,
      /teams\/soc\.yaml:2:3 analysts\[1\]\.email: "ben@.*\n {4}allowed: each analyst once: analysts\[0\]/,
    );
    const other = await message({ analystsFrom: "teams/soc.yaml", analystDomains: ["contoso.example"] });
    assert.match(other, /^1 setting is wrong.*\n {2}teams\/soc\.yaml:2:3 analysts\[0\]\.email: .*\n.*analystDomains/);
  });

  it("an entry of the stack's own with email and objectId adds the ID to the file's person, and to nobody else", async () => {
    const objectId = "11111111-2222-3333-4444-555555555555";
    const named = { email: "BEN@fabrikam.example", objectId };
    const both = { analystsFrom: "teams/soc.yaml", analysts: [named, ana] };
    assert.deepEqual((await settings(both)).analysts, [
      { ...ana, tier: "tier1" },
      { ...ben, objectId },
    ]);
    const wrong = await message({
      ...both,
      analysts: [
        { ...named, objectId: "x" },
        { ...ana, displayName: "" },
      ],
    });
    assert.match(wrong, /^ {2}customers\/Pulumi\.contoso\.yaml:\d+:\d+ analysts\[0\]\.displayName: ""$/m);
    assert.match(wrong, /^ {2}customers\/Pulumi\.contoso\.yaml:\d+:\d+ analysts\[1\]\.objectId: "x"$/m);
    const lines = [...wrong.matchAll(/contoso\.yaml:(\d+):/g)].map(([, line]) => Number(line));
    assert.ok(lines[1]! < lines[0]!, "each at its own line");
    const nobody = await message({ ...both, analysts: [{ email: "cleo@fabrikam.example", objectId }] });
    assert.match(nobody, /customers\/Pulumi\.contoso\.yaml:\d+:\d+ analysts\[0\]\.displayName: /);
  });

  it("refuses a missing file, no list and broken YAML with one error at the setting's place", async () => {
    const cases: readonly [text: string | undefined, RegExp][] = [
      [undefined, /^customers\/Pulumi\.contoso\.yaml:7:3 analystsFrom: teams\/soc\.yaml: there is no such file in /],
      ["team: 1\n", /teams\/soc\.yaml:1:1 is no list of analysts/],
      ["", /teams\/soc\.yaml:1:1 is no list of analysts/],
      ["- {\n", /teams\/soc\.yaml is not valid YAML/],
      ["- &a [*a]\n", /teams\/soc\.yaml is not valid YAML|analysts\[0\]/],
    ];
    for (const [text, expected] of cases) {
      const file = path.join(folder, "teams", "soc.yaml");
      if (text === undefined) await rm(file);
      else await writeFile(file, text);
      const said = await message({ analystsFrom: "teams/soc.yaml" });
      assert.match(said, expected);
      assert.doesNotMatch(said, /\n +at /);
    }
  });

  it("reads nothing outside of the repository, also by a symbolic link", async () => {
    const outside = newFolder();
    await writeFile(path.join(outside, "team.yaml"), stringify([ana]));
    await symlink(outside, path.join(folder, "linked"));
    await symlink(path.join(outside, "team.yaml"), path.join(folder, "team.yaml"));
    for (const name of ["linked/team.yaml", "team.yaml"]) {
      const said = await message({ analystsFrom: name });
      assert.match(said, /leads out of the project's folder/, name);
      assert.doesNotMatch(said, /ana@/);
    }
    for (const name of [
      `../${path.basename(outside)}/team.yaml`,
      path.join(outside, "team.yaml"),
      "a//b.yaml",
      "Pulumi.yaml",
      "customers/Pulumi.contoso.yaml",
      "team.json",
    ]) {
      assert.match(
        await message({ analystsFrom: name }),
        /^1 setting is wrong.*\n.*analystsFrom: .*\n {4}allowed: .*a \.yaml file of this repository/,
        name,
      );
    }
  });
});
