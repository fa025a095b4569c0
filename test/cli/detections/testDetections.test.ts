import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { ProjectCheck } from "../../../cli/detections/check/checkProject";
import { testDetections } from "../../../cli/detections/ruleTests/testDetections";
import { readProject } from "../../../settings/project";
import { officeRule, renamedRule, RulesProject } from "./rulesProject";

const row = "{ InitiatingProcessFileName: WINWORD.EXE, FileName: powershell.exe, ProcessCommandLine: p -enc A }";

/** Tests of the office rule with one row, and these hits. */
function tests(name: string, hits: string, rows = row): string {
  return `defaults:
  DeviceProcessEvents: { Timestamp: "2027-01-01T11:30:00Z", ReportId: 1, DeviceId: d1, DeviceName: pc1 }
cases:
  - name: ${name}
    tables:
      DeviceProcessEvents: [${rows}]
    hits: ${hits}
`;
}

describe("the tests of rules in mssp check", function () {
  let project: RulesProject;
  beforeEach(async () => {
    project = await RulesProject.create();
    await project.write("detections/base/office.yaml", officeRule);
  });

  const run = async () => {
    const { results, ...others } = await testDetections(await readProject(project.folder));
    return { ...others, shown: results.map(({ rule, state, reasons }) => [rule, state, ...reasons]) };
  };
  const caseOf = async (hits: string, rows?: string) => {
    await project.write("detections/base/office.test.yaml", tests("a case", hits, rows));
    const { shown } = await run();
    return shown[0]?.slice(1) ?? [];
  };

  it("passes where the hits are those that the case expects, in any order", async () => {
    assert.deepEqual(await caseOf("[{ DeviceId: d1 }]"), ["passed"]);
    assert.deepEqual(await caseOf('[{ Timestamp: "2027-01-01T11:30:00.000Z" }]'), ["passed"]);
    const two = `${row}, ${row.replace("{", "{ DeviceId: d2,")}`;
    assert.deepEqual(await caseOf("[{ DeviceId: d2 }, { DeviceName: pc1 }]", two), ["passed"]);
    assert.deepEqual(await caseOf("[{ DeviceName: pc1 }, { DeviceId: d1 }]", two), ["passed"]);
    assert.deepEqual(await caseOf("[]", row.replace("-enc", "-File")), ["passed"]);
  });

  it("fails for a hit that is missing, and for one that nobody expects", async () => {
    assert.deepEqual(await caseOf("[{ DeviceId: d2 }]"), [
      "failed",
      'no hit with DeviceId="d2"',
      'an unexpected hit: DeviceId="d1"',
    ]);
    assert.deepEqual(await caseOf("[{ DeviceId: d1 }, { DeviceId: d1 }]"), ["failed", 'no hit with DeviceId="d1"']);
    const [state, reason] = await caseOf("[]");
    assert.equal(state, "failed");
    assert.match(String(reason), /^an unexpected hit: Timestamp=/);
    assert.deepEqual(await caseOf("[{ NoColumn: 1 }]"), [
      "failed",
      "no hit with NoColumn=1",
      "an unexpected hit: no columns",
    ]);
  });

  it("names what can't run, and does not pass", async () => {
    await project.write(
      "detections/base/office.yaml",
      officeRule.replace("| project", "| scan with (step s: true;)\n  | project"),
    );
    const [state, reason] = await caseOf("[]");
    assert.equal(state, "notRun");
    assert.match(String(reason), /scan/);
    const { stdout, exitCode } = await project.run("check");
    assert.equal(exitCode, 3);
    assert.match(stdout, /! {2}4:1 {2}a case: not run: .*scan.* 0 tests passed: 0 errors, 1 warning\.$/s);
  });

  it("uses the case's parameters, and refuses those that the rule has not", async () => {
    await project.write(
      "detections/base/office.yaml",
      officeRule.replace("'powershell.exe'", "%%shell%%").replace("status:", "parameters: { shell: null }\nstatus:"),
    );
    const withParameters = (text: string) =>
      project.write("detections/base/office.test.yaml", `${tests("a", "[{ DeviceId: d1 }]")}    ${text}\n`);
    await withParameters("parameters: { shell: powershell.exe }");
    assert.deepEqual((await run()).shown, [["office", "passed"]]);
    await withParameters("parameters: { shel: powershell.exe }");
    assert.deepEqual((await run()).shown, [
      [
        "office",
        "failed",
        "the rule has no parameter shel",
        "the parameter shell has no default: name its value in the case",
      ],
    ]);
  });

  it("reports rules without tests and without near misses, and files with errors", async () => {
    await project.write("detections/base/office.test.yaml", tests("a", "[{ DeviceId: d1 }]"));
    await project.write("detections/base/other.yaml", renamedRule("Other"));
    await project.write("detections/base/gone.test.yaml", tests("a", "[]"));
    await project.write("detections/base/third.yaml", renamedRule("Third"));
    await project.write("detections/base/third.test.yaml", "cases:\n  - name: x\n    tables: 3\n");
    const { untested, withoutNearMiss, problems } = await run();
    assert.deepEqual(untested, ["base/other", "base/third"]);
    assert.deepEqual(withoutNearMiss, ["base/office"]);
    assertEach(problems, ({ file, line, key }) => `${file}:${line} ${key}`, [
      "detections/base/gone.test.yaml:1 ",
      "detections/base/third.test.yaml:2 cases[0].hits",
      "detections/base/third.test.yaml:3 cases[0].tables",
    ]);
    const check = await project.json<ProjectCheck>("check");
    assert.equal(check.exitCode, 1);
    assert.deepEqual([check.untested, check.withoutNearMiss], [untested, withoutNearMiss]);
    assert.match((await project.run("check")).stdout, /^2 rules without tests: base\/other, base\/third\.$/m);
  });

  it("writes JUnit that a parser reads, whatever the names are", async () => {
    await project.write(
      "detections/base/office.test.yaml",
      tests(`'<a & "b"> \u0001'`.replace("\u0001", "]]>"), "[{ DeviceId: d2 }]"),
    );
    const { stderr } = await project.run("check", "--junit", "junit.xml");
    assert.match(stderr, /Wrote junit.xml/);
    const xml = await readFile(path.join(project.folder, "junit.xml"), "utf8");
    assert.equal(XMLValidator.validate(xml), true);
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(xml) as {
      testsuites: {
        testsuite: { "@_failures": string; testcase: { "@_name": string; failure: { "@_message": string } } };
      };
    };
    assert.equal(testsuites.testsuite["@_failures"], "1");
    assert.equal(testsuites.testsuite.testcase["@_name"], '<a & "b"> ]]>');
    assert.equal(testsuites.testsuite.testcase.failure["@_message"], 'no hit with DeviceId="d2"');
  });
});
