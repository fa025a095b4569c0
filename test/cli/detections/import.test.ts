import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { parse } from "yaml";
import type { ImportOutcome } from "../../../cli/detections/import/importDetections";
import { officeRule, RulesProject } from "./rulesProject";

describe("mssp detections import", () => {
  let project: RulesProject;
  beforeEach(async () => (project = await RulesProject.create()));

  const run = (...files: readonly string[]) =>
    project.json<{ rules: readonly ImportOutcome[] }>("import", ...files, "--out", "new");
  const read = async (name: string) => readFile(path.join(project.folder, "detections/new", name), "utf8");

  it("writes the rules of several files, and says what is open", async () => {
    await project.write(
      "Brute.yaml",
      "name: Brute force\nkind: Scheduled\nseverity: High\nquery: SigninLogs\nqueryFrequency: 1h\ntactics: [Impact]\n",
    );
    await project.write("word.kql", "DeviceProcessEvents | where FileName =~ 'a.exe'\n");
    await project.write(
      "word.yml",
      "title: Word\nlevel: critical\ntags: [attack.execution, attack.t1059.001]\nlogsource: {}\ndetection: {}\n",
    );
    const { rules, exitCode } = await run("Brute.yaml", "word.kql", "word.yml");
    assert.equal(exitCode, 0);
    assertEach(rules, ({ file, open }) => [file, open.length], [
      ["detections/new/brute-force.yaml", 1],
      ["detections/new/word.yaml", 0],
    ]);
    assert.match(rules[0]?.open[0] ?? "", /no entity is mapped/);
    const word = parse(await read("word.yaml")) as { alertTemplate: { severity: string } };
    assert.equal(word.alertTemplate.severity, "high");
  });

  it("takes a Sigma rule and its query by either name, or by both, as one rule", async () => {
    await project.write("word.kql", "DeviceProcessEvents | where FileName =~ 'winword.exe'\n");
    await project.write("word.yml", "title: Word starts\nlevel: high\nlogsource: {}\ndetection: {}\n");
    for (const [index, names] of [["word.yml"], ["word.kql"], ["word.yml", "word.kql"]].entries()) {
      const { stdout } = await project.run("import", ...names, "--out", `set-${index}`, "--json");
      const { rules } = JSON.parse(stdout) as { rules: readonly { file?: string }[] };
      assertEach(rules, ({ file }) => file, [`detections/set-${index}/word-starts.yaml`]);
    }
  });

  it("gives a query that stands alone the title, severity and name of the command line", async () => {
    await project.write("who.kql", "DeviceProcessEvents | where FileName =~ 'whoami.exe'\n");
    const options = ["--display-name", "Who am I", "--severity", "low", "--name", "whoami"];
    const [rule] = (await run("who.kql", ...options)).rules;
    assert.equal(rule?.file, "detections/new/whoami.yaml");
    assert.deepEqual([rule.open.length, /tactic/.test(rule.open[0] ?? "")], [1, true]);
    await project.write("two.kql", "DeviceEvents\n");
    const { stderr } = await project.run("import", "who.kql", "two.kql", "--out", "new", "--name", "a");
    assert.match(stderr, /--name is the name of one rule, and these files hold several\. Nothing was written\./);
  });

  it("never overwrites a file, and writes the others", async () => {
    await project.write("detections/new/a.yaml", officeRule);
    const rule = (name: string) => ({
      displayName: name,
      isEnabled: false,
      queryCondition: { queryText: "T" },
      schedule: { period: "1H" },
      detectionAction: {},
    });
    await project.write("rules.json", JSON.stringify({ value: [rule("A"), rule("B")] }));
    const { rules, exitCode } = await run("rules.json");
    assert.equal(exitCode, 1);
    assertEach(rules, ({ file, refused }) => file ?? refused, [
      "detections/new/a.yaml exists, and stays as it is",
      "detections/new/b.yaml",
    ]);
    assert.equal(await read("a.yaml"), officeRule);
  });

  it("refuses files that hold no rule, and writes nothing if one can't be read", async () => {
    await project.write("page.html", "<html>: {[");
    await project.write("sigma.yml", "title: x\nlogsource: {}\ndetection: {}\n");
    await project.write("fusion.yaml", "kind: Fusion\nname: x\n");
    const { rules, exitCode } = await run("page.html", "sigma.yml", "fusion.yaml");
    assert.equal(exitCode, 1);
    assert.match(rules[0]?.refused ?? "", /neither JSON nor YAML/);
    assert.match(rules[1]?.refused ?? "", /run sigma convert/);
    assert.match(rules[2]?.refused ?? "", /kind Fusion has no query/);
    const { stderr } = await project.run("import", "sigma.yml", "nothing.yaml", "--out", "new");
    assert.match(stderr, /nothing.yaml can't be read: it does not exist\./);
    await assert.rejects(readdir(path.join(project.folder, "detections")));
    const { exitCode: usage } = await project.run("import", "sigma.yml", "--out", "../up");
    assert.equal(usage, 2);
  });
});
