import { readRules, readRuleTests, ruleProblemText, ruleSets } from "@defender-mssp/detections";
import assert from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { dynamicFields } from "../../src/ruleFile/limitProblems";
import { encodedPowerShell } from "../rules";

describe("detections: readRules", () => {
  let folder: string;
  beforeEach(() => (folder = newFolder()));

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, "detections", name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
  const named = (name: string) =>
    encodedPowerShell.replace("displayName: ", `displayName: ${name} `).replace("title: ", `title: ${name} `);

  it("reads the sets that are named, without tests, and reports problems of all files together", async () => {
    await write({
      "base/a.yaml": named("A"),
      "base/a.test.yaml": "- not a rule",
      "base/README.md": "text",
      "more/b.yaml": named("B").replace("high", "hgh"),
      "more/c.yaml": "{",
      "other/d.yaml": named("D"),
    });
    assert.deepEqual(await ruleSets(folder), ["base", "more", "other"]);
    const { rules, problems } = await readRules(folder, ["more", "base"]);
    assertEach(rules, ({ set, name }) => `${set}/${name}`, ["base/a"]);
    assertEach(problems, ({ file, line }) => `${file}:${line}`, [
      "detections/more/b.yaml:14",
      "detections/more/c.yaml:1",
    ]);
    assert.equal((await readRules(folder)).rules.length, 2);
    await write({
      "more/e.yaml": named("E").replace("high", "hgh").replace("queryText: |", "queryText: |\n  %%none%%"),
    });
    const { faultyRules } = await readRules(folder);
    assertEach(
      faultyRules,
      ({ name, content }) => [name, content.queryText.split("\n")[0], content.schedule.frequency],
      [["b", "DeviceProcessEvents", "PT1H"]],
      "a query with an unknown parameter, and a file without a query, can't be judged",
    );
  });

  it("refuses rules that two sets have, equal names and titles, unknown sets, and files that would be overlooked", async () => {
    await write({
      "base/a.yaml": named("A"),
      "more/a.yaml": named("B"),
      "more/c.yaml": named("A"),
      "more/d.yml": named("D"),
      "more/Upper.yaml": named("U"),
      "more/folder/e.yaml": named("E"),
    });
    await symlink("/etc/hostname", path.join(folder, "detections/more/link.yaml"));
    const { rules, problems } = await readRules(folder, ["base", "more", "nothing"]);
    assertEach(rules, ({ file }) => file, ["detections/base/a.yaml"]);
    const texts = problems.map(ruleProblemText).join("\n");
    for (const expected of [
      /more\/a.yaml:1:1: the rule a is also in detections\/base\/a.yaml/,
      /more\/c.yaml:1:1 displayName: detections\/base\/a.yaml:1 has the same name/,
      /more\/c.yaml:12:3 alertTemplate.title: detections\/base\/a.yaml:12 has the same alert title/,
      /more\/d.yml:1:1: the file ends in .yml/,
      /more\/Upper.yaml:1:1: the rule's name is part of its ID/,
      /more\/folder:1:1: a set has no folders/,
      /more\/link.yaml:1:1: the file is a symbolic link/,
      /detections\/nothing:1:1: there is no such set of rules. The sets here are base, more/,
    ])
      assert.match(texts, expected);
    assert.equal(problems.length, 8, texts);
  });

  it("refuses tests that are a symbolic link or too long, and reads nothing of them", async () => {
    await write({ "base/a.yaml": named("A"), "base/b.yaml": named("B"), "base/b.test.yaml": "#".repeat(1_000_001) });
    await symlink("/dev/zero", path.join(folder, "detections/base/a.test.yaml"));
    const { tests, problems } = await readRuleTests(folder);
    assert.deepEqual(tests, []);
    assertEach(problems, ({ file, what }) => `${file}: ${what}`, [
      "detections/base/a.test.yaml: the file is a symbolic link, or no file",
      "detections/base/b.test.yaml: the file has 1000001 bytes, more than 1,000,000",
    ]);
  });

  it("finds the columns of a text in a time that grows with its length, and refuses longer titles", async () => {
    assert.deepEqual(dynamicFields("{{ A }} {{B}} {{}} {{ C D }} {{E"), ["A", "B", "", "C D"]);
    const began = process.cpuUsage();
    assert.deepEqual(dynamicFields(`{{${" ".repeat(1_000_000)}`), []);
    assert.ok(process.cpuUsage(began).user < 1_000_000);
    await write({ "base/a.yaml": named("A".repeat(1001)) });
    assert.match((await readRules(folder)).problems.map(ruleProblemText).join(), /one line of text of at most 1000/);
  });

  it("a repository without rules has none", async () =>
    assert.deepEqual(await readRules(folder), { rules: [], faultyRules: [], problems: [] }));

  it("takes ten times as long for ten times as many rules, and not a hundred times", async () => {
    const seconds = async (count: number) => {
      await rm(path.join(folder, "detections"), { recursive: true, force: true });
      await write(Object.fromEntries(Array.from({ length: count }, (_, n) => [`base/rule-${n}.yaml`, named(`R${n}`)])));
      const before = process.cpuUsage();
      assert.equal((await readRules(folder)).rules.length, count);
      return process.cpuUsage(before).user / 1e6;
    };
    await seconds(100);
    const [small, large] = [await seconds(100), await seconds(1000)];
    assert.ok(large < small * 30, `${small} s for 100 rules, ${large} s for 1,000`);
  });
});
