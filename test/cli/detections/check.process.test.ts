import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ProjectCheck } from "../../../cli/detections/check/checkProject";
import { withoutPackage } from "../../withoutPackage";
import { officeRule, renamedRule, RulesProject } from "./rulesProject";

const exception = { rule: "office", reason: "Packaging", owner: "Ana", until: "2027-12-31" };

describe("mssp check of the rules", function () {
  let project: RulesProject;
  beforeEach(async () => {
    project = await RulesProject.create();
    await project.write("detections/base/office.yaml", officeRule);
  });

  /** Each finding as `customer file:line level code`. */
  const check = async (...args: readonly string[]) => {
    const document = await project.json<ProjectCheck>("check", ...args);
    const findings = document.findings.map(({ customer = "-", file, line, level, code = "-" }) =>
      [customer, `${file.replace("detections/", "")}:${line}`, level, code].join(" "),
    );
    return { ...document, shown: findings };
  };

  it("ends with 0 where nothing is wrong, and keeps the verdicts", async () => {
    await project.customer("contoso", { sets: ["base"] });
    const first = await check();
    assert.deepEqual([first.exitCode, first.shown, first.queries], [0, [], { judged: 1, kept: 0 }]);
    const second = await check();
    assert.deepEqual(second.queries, { judged: 0, kept: 1 });
    assert.equal(await readFile(path.join(project.folder, ".mssp/detections/.gitignore"), "utf8"), "*\n");
    await writeFile(path.join(project.folder, ".mssp/detections/verdicts.json"), '{"msspVerdicts":1,"verdicts":');
    assert.deepEqual((await check()).queries, { judged: 1, kept: 0 });
  });

  it("finds mistakes of the query with their line, and what a rule must return", async () => {
    await project.write(
      "detections/base/column.yaml",
      renamedRule("A").replace("'powershell.exe' and", "'a' and AccountUPN has 'b' and"),
    );
    await project.write("detections/base/time.yaml", renamedRule("B").replace("project Timestamp, ", "project "));
    await project.write(
      "detections/base/mapped.yaml",
      renamedRule("C").replace("deviceIdColumn: DeviceId", "deviceIdColumn: DeviceID"),
    );
    await project.write("detections/base/title.yaml", renamedRule("D").replace("{{DeviceName}}", "{{RemoteIP}}"));
    await project.write(
      "detections/base/two.yaml",
      renamedRule("E").replace("schedule:", "  ;\n  DeviceEvents\n  | take 1\nschedule:"),
    );
    const faulty = renamedRule("G")
      .replace(/severity: \w+/, "severity: hgh")
      .replace("'powershell.exe' and", "'a' and AccountUPN has 'b' and");
    await project.write("detections/base/schema.yaml", faulty);
    await project.write("detections/base/bom.yaml", Buffer.from(`\ufeff${renamedRule("F").replaceAll("\n", "\r\n")}`));
    const { shown, exitCode, findings } = await check();
    assert.equal(exitCode, 1);
    assert.deepEqual(
      shown.filter((line) => line.includes("error")),
      [
        "- base/column.yaml:6 error KS142",
        "- base/mapped.yaml:7 error KQL106",
        "- base/schema.yaml:6 error KS142",
        "- base/schema.yaml:12 error -",
        "- base/time.yaml:7 error KQL101",
        "- base/title.yaml:7 error KQL106",
        "- base/two.yaml:9 error KQL002",
      ],
    );
    const column = findings.find(({ rule }) => rule === "column");
    assert.equal(column?.remedy, "Write AccountUpn");
    assert.deepEqual([column.endLine, (column.endColumn ?? 0) - column.column], [6, "AccountUPN".length]);
  });

  it("reports what only one customer has for this customer alone, in its file", async () => {
    await project.customer("contoso", {
      sets: ["base"],
      except: [{ ...exception, filter: "FolderPath !has 'build'" }],
    });
    await project.customer("fabrikam", {
      sets: ["base"],
      except: [
        { ...exception, filter: "NoSuchColumn != 'a'" },
        { ...exception, rule: "offic", off: true },
        { ...exception, until: "2027-02-28", off: true },
        { ...exception, until: "2027-03-31", filter: "DeviceName != 'x'" },
      ],
    });
    await project.customer("tailspin", {
      sets: ["base", "more"],
      overwrite: [{ rule: "nothing", editedUntil: "2027-03-31" }],
    });
    const { shown, exitCode, customers } = await check();
    assert.equal(exitCode, 1);
    assert.deepEqual(customers, ["contoso", "fabrikam", "tailspin"]);
    assert.deepEqual(shown, [
      "- Pulumi.contoso.yaml:1 error -",
      "fabrikam Pulumi.fabrikam.yaml:16 error KS142",
      "fabrikam Pulumi.fabrikam.yaml:17 error -",
      "fabrikam Pulumi.fabrikam.yaml:22 warning -",
      "fabrikam Pulumi.fabrikam.yaml:27 warning -",
      "tailspin Pulumi.tailspin.yaml:11 error -",
      "tailspin Pulumi.tailspin.yaml:13 error -",
    ]);
    assert.deepEqual((await check("--stack", "contoso")).shown, []);
  });

  it("warns of a filter that stands before an operator that counts", async () => {
    await project.write(
      "detections/base/office.yaml",
      officeRule.replace(
        /\| project .*/,
        "| summarize (Timestamp, ReportId) = arg_max(Timestamp, ReportId), count() by DeviceId, DeviceName, ProcessCommandLine",
      ),
    );
    await project.customer("contoso", {
      sets: ["base"],
      except: [{ ...exception, filter: "FolderPath !has 'build'" }],
    });
    const { shown, findings, exitCode } = await check();
    assert.deepEqual([exitCode, shown], [0, ["contoso Pulumi.contoso.yaml:16 warning -"]]);
    assert.match(findings[0]?.what ?? "", /stands before summarize/);
  });

  it("reports all files together with those of the settings, and 10 wrong files as 10 findings", async () => {
    for (let index = 0; index < 10; index += 1) await project.write(`detections/base/bad-${index}.yaml`, "status: [\n");
    await project.write("Pulumi.contoso.yaml", "config:\n  customers:detections: { sets: [] }\n");
    const { shown, findings } = await check();
    assert.equal(shown.filter((line) => line.includes("bad-")).length, 10);
    assert.match(findings.find(({ customer }) => customer === "contoso")?.what ?? "", /^customerName: \(not set\)$/);
  });

  it("says in one line what to install where the package that judges queries is missing", async () => {
    const { exitCode, stdout, stderr } = await withoutPackage("@defender-mssp/kql", () => project.run("check"));
    assert.deepEqual([exitCode, stdout.endsWith("0 errors, 0 warnings.")], [0, true]);
    assert.match(
      stderr,
      /^mssp: Not checked: The queries of the rules and their tests: @defender-mssp\/kql is not installed\. Copy defender-mssp-kql-(\S+)\.tgz, which `npm run package` writes, to vendor\/ and run: npm install \.\/vendor\/defender-mssp-kql-\1\.tgz$/,
    );
  });

  it("judges what the one customer gets against the tables of that customer's tenant", async () => {
    await project.customer("contoso", { sets: ["base"] });
    const column = (name: string, dataType = "String") => ({ name, dataType });
    const tables = [{ name: "DeviceInfo", columns: [column("Timestamp", "DateTime"), column("DeviceId")] }];
    await project.write("contoso.json", `\uFEFF${JSON.stringify({ tables })}`);
    assert.deepEqual((await check("--stack", "contoso")).shown, []);
    const { exitCode, findings } = await check("--stack", "contoso", "--hunting-schema", "contoso.json");
    assert.equal(exitCode, 1);
    assert.ok(
      findings.length > 0 && findings.every(({ customer }) => customer === "contoso"),
      JSON.stringify(findings),
    );
    assert.match(findings[0]?.what ?? "", /DeviceProcessEvents/);
    assert.deepEqual((await check("--stack", "contoso")).shown, [], "other verdicts are kept apart");
  });

  const wrongSchemas: Readonly<Record<string, readonly [string, RegExp]>> = {
    "that is no JSON": ["{", /^mssp: contoso\.json is not JSON: /],
    "of something else": ['{"value": []}', /^mssp: contoso\.json: The answer to getHuntingSchema holds no table/],
  };
  for (const [title, [text, message]] of Object.entries(wrongSchemas)) {
    it(`refuses a hunting schema ${title}`, async () => {
      await project.customer("contoso", { sets: ["base"] });
      await project.write("contoso.json", text);
      const { exitCode, stdout, stderr } = await project.run(
        ...["check", "--stack", "contoso", "--hunting-schema", "contoso.json"],
      );
      assert.deepEqual([exitCode, stdout], [1, ""]);
      assert.match(stderr, message);
    });
  }

  it("refuses a hunting schema without the one customer that has it, and one that is not there", async () => {
    await project.customer("contoso", { sets: ["base"] });
    const several = await project.run("check", "--hunting-schema", "contoso.json");
    assert.equal(several.exitCode, 1);
    assert.match(several.stderr, /tables of one customer: name it by one --stack/);
    const missing = await project.run("check", "--stack", "contoso", "--hunting-schema", "nothing.json");
    assert.match(missing.stderr, /^mssp: nothing\.json can't be read: /);
  });

  it("shows the findings below their files", async () => {
    await project.write(
      "detections/base/column.yaml",
      renamedRule("A").replace("'powershell.exe' and", "'a' and AccountUPN has 'b' and"),
    );
    const { stdout } = await project.run("check");
    assert.match(
      stdout,
      /^detections\/base\/column.yaml\n {2}✗ {2}6:\d+ {2}The name 'AccountUPN' .*\(KS142\)\n +Write AccountUpn\.\n.*\n {7}6 \| .*\n {9}\| +\^\n\n2 rules without tests: base\/column, base\/office\.\n0 settings files, 2 rules, 2 queries \(2 judged now, 0 kept\), 0 tests passed: 1 error, 0 warnings\.$/,
    );
  });
});
