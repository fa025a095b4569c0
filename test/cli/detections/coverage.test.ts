import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { DetectionCoverage } from "../../../cli/detections/coverage/detectionCoverage";
import { officeRule, renamedRule, RulesProject } from "./rulesProject";

describe("mssp detections coverage", () => {
  let project: RulesProject;
  before(async () => {
    project = await RulesProject.create();
    await project.write("detections/base/office.yaml", officeRule);
    await project.write(
      "detections/base/lsass.yaml",
      renamedRule("LSASS").replace("Execution", "CredentialAccess").replaceAll("T1059", "T1003"),
    );
    await project.write(
      "detections/base/idle.yaml",
      renamedRule("Idle").replace("status: enabled", "status: disabled"),
    );
    await project.write(
      "detections/more/plain.yaml",
      renamedRule("Plain").replace(/ {2}tactics:[\s\S]*?(?= {2}entityMappings)/, ""),
    );
    await project.customer("contoso", { sets: ["base", "more"] });
    const off = { rule: "office", reason: "x", owner: "Ana", until: "2027-12-31", off: true };
    await project.customer("fabrikam", { sets: ["base"], except: [off] });
    await project.write(
      "Pulumi.none.yaml",
      (await readFile(path.join(project.folder, "Pulumi.contoso.yaml"), "utf8")).replace(
        / {2}customers:detections:[\s\S]*/,
        "",
      ),
    );
  });

  it("counts rules that are enabled and that the customer gets", async () => {
    const { customers } = await project.json<DetectionCoverage>("coverage");
    assertEach(
      customers,
      ({ stack, rules, notRunning, withoutTechnique, techniques }) => [
        stack,
        rules,
        notRunning,
        withoutTechnique,
        techniques.map(({ tactic, technique, rules: names }) => `${tactic} ${technique} ${names.join(",")}`),
      ],
      [
        ["contoso", 3, ["idle"], ["plain"], ["Execution T1059.001 office", "CredentialAccess T1003.001 lsass"]],
        ["fabrikam", 1, ["idle", "office"], [], ["CredentialAccess T1003.001 lsass"]],
      ],
    );
  });

  it("shows several customers beside each other, and one with its techniques", async () => {
    const { stdout } = await project.run("coverage");
    assert.match(
      stdout,
      /^Techniques of +contoso +fabrikam\nExecution +1 +–\nCredential Access +1 +1\nRules that run +3 +1\n/,
    );
    const { stdout: single } = await project.run("coverage", "--stack", "fabrikam");
    assert.match(single, /^fabrikam \(fabrikam\): 1 rule runs\n\nCredential Access\n {2}T1003.001 {2}lsass\n/);
    assert.match(single, /Not running: idle, office\.$/);
  });

  it("writes a Navigator layer and a page", async () => {
    const { exitCode, stderr } = await project.run("coverage", "--out", "layer.json", "--out", "coverage.html");
    assert.equal(exitCode, 0, stderr);
    const layer = JSON.parse(await readFile(path.join(project.folder, "layer.json"), "utf8")) as {
      domain: string;
      techniques: { techniqueID: string; tactic: string; score: number; comment: string }[];
    };
    assert.equal(layer.domain, "enterprise-attack");
    assertEach(layer.techniques, ({ techniqueID, tactic, score, comment }) => [techniqueID, tactic, score, comment], [
      ["T1059.001", "execution", 1, "office (contoso)"],
      ["T1003.001", "credential-access", 2, "lsass (contoso, fabrikam)"],
    ]);
    const page = await readFile(path.join(project.folder, "coverage.html"), "utf8");
    assert.match(page, /<h1[^>]*>Detections by customer<\/h1>/);
    for (const text of ["T1003.001", "Credential Access", "fabrikam"]) assert.ok(page.includes(text), text);
  });

  it("ends with an error where a rule is wrong, or no customer has rules", async () => {
    const { stderr } = await project.run("coverage", "--stack", "none");
    assert.match(stderr, /No customer has detection rules/);
    await project.write("detections/base/bad.yaml", "{");
    const { stderr: wrong, exitCode } = await project.run("coverage");
    assert.equal(exitCode, 1);
    assert.match(wrong, /1 problem in detection rules.*\n.*bad\.yaml:1:\d+: not valid YAML/);
  });
});
