import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { testSandbox, fixture, fixtureOfEach } from "@defender-mssp/testkit";
import * as pulumi from "@pulumi/pulumi";
import { prepareDetections, type DetectionSources } from "../../../components/detections/prepareDetections";
import { officeRule, renamedRule, RulesProject, today } from "../../cli/detections/rulesProject";
import { withoutPackage } from "../../withoutPackage";
import { startMocks, tenantId } from "../mocks";

const kql = "@defender-mssp/kql";
const exception = { rule: "office", reason: "Packaging", owner: "Ana", until: "2027-12-31" };

describe("components: queries of detection rules in preview", function () {
  const test = fixture(testSandbox);
  const project = fixtureOfEach(() => RulesProject.create());
  beforeEach(async () => {
    await startMocks();
    await project.write("detections/base/office.yaml", officeRule);
  });

  type Detections = Partial<DetectionSources["detections"]>;
  const sources = (detections: Detections = {}): DetectionSources => ({
    ...{ tenantId, msspName: "Fabrikam Security", folder: project.folder, now: today },
    detections: { sets: ["base"], except: [], parameters: {}, actions: [], apiVersion: "beta", ...detections },
    placeOf: (key) => `Pulumi.contoso.yaml:9:5 (of ${key})`,
  });
  /** Its warnings. */
  async function prepare(detections?: Detections): Promise<string[]> {
    const warnings: string[] = [];
    const { warn } = pulumi.log;
    const captured = (text: string): Promise<void> => (warnings.push(text), Promise.resolve());
    Object.defineProperty(pulumi.log, "warn", { configurable: true, value: captured });
    try {
      await prepareDetections("detections", sources(detections), {}, test.context);
    } finally {
      Object.defineProperty(pulumi.log, "warn", { configurable: true, value: warn });
    }
    return warnings;
  }
  const refusal = async (detections?: Detections) => {
    const error = await prepare(detections).then(
      () => assert.fail("accepted"),
      (refused: unknown) => refused,
    );
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    return error.message;
  };

  it("are judged by the parser in a process of its own, and all errors are one report with their places", async () => {
    await project.write("detections/base/column.yaml", renamedRule("A").replace("where FileName", "where FileNam"));
    await project.write("detections/base/time.yaml", renamedRule("B").replace("project Timestamp, ", "project "));
    await project.write("detections/base/status.yaml", renamedRule("C").replace("enabled", "on"));
    // A worker of mocha may have run a test file that loads the parser.
    const hadParser = "Kusto" in globalThis;
    const message = await refusal({ except: [{ ...exception, filter: "NoSuchColumn != 'a'" }] });
    const [summary, ...lines] = message.split("\n");
    assert.equal(summary, "4 problems in detection rules; nothing was changed.");
    const expected = [
      /^ {2}detections\/base\/status\.yaml:2:\d+ status: /,
      /^ {2}detections\/base\/column\.yaml:6:11: The name 'FileNam' .* \(KS142\)\. Write FileName\.$/,
      /^ {2}Pulumi\.contoso\.yaml:9:5 \(of detections\.except\[0\]\.filter\) detections\.except\[0\]\.filter: .*NoSuchColumn.* \(KS142\)/,
      /^ {2}detections\/base\/time\.yaml:7:\d+: The output has no Timestamp \(KQL101\)\. Add it/,
    ];
    assert.equal(lines.length, expected.length, message);
    for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? "", pattern);
    // Mocha takes an error's values apart, so they must be none of the parser's.
    assert.equal("Kusto" in globalThis, hadParser, "the parser is in this process");
  });

  it("binds each exception's filter again, where it is no error and where it counts", async () => {
    assert.deepEqual(await prepare({ except: [{ ...exception, filter: "FolderPath !has 'build'" }] }), []);
    const counts =
      "| summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), count() by DeviceId, DeviceName, FileName";
    await project.write("detections/base/office.yaml", officeRule.replace(/\| project .*/, counts));
    const [warning = "", ...others] = await prepare({ except: [{ ...exception, filter: "FolderPath !has 'build'" }] });
    assert.deepEqual(others, []);
    assert.match(warning, /detections\.except\[0\]\.filter: a column of the filter .* stands before summarize/);
  });

  it("keep their verdicts: the next preview reads them from the project's folder", async () => {
    await prepare();
    const file = path.join(project.folder, ".mssp/detections/verdicts.json");
    const kept = await readFile(file, "utf8");
    const finding = { code: "KEPT", severity: "error", message: "A kept verdict.", line: 1, column: 1 };
    await writeFile(file, kept.replace('"findings":[]', `"findings":[${JSON.stringify(finding)}]`));
    assert.match(await refusal(), /detections\/base\/office\.yaml:4:3: A kept verdict \(KEPT\)/);
  });

  it("get one warning with what to install where the package is missing, and no error", async () => {
    await project.write("detections/base/column.yaml", renamedRule("A").replace("where FileName", "where FileNam"));
    const warnings = await withoutPackage(kql, () => prepare());
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /^The queries of the detection rules were not judged: the package @defender-mssp\/kql is not installed\. .* npm install \.\/vendor\/defender-mssp-kql-\d+\.\d+\.\d+\.tgz$/,
    );
  });
});
