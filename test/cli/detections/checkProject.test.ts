/** `mssp check`: settings files, rules and their tests, in one run. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import Ajv from "ajv";
import type { ProjectCheck } from "../../../cli/detections/check/checkProject";
import { inSession } from "../testSession";
import { officeRule, RulesProject, today } from "./rulesProject";

const wrong = `config:
  customers:customerName: Contoso
  customers:tenantId: 11111111-2222-3333-4444-555555555555
  customers:customerDomain: contoso.example
  customers:msspName: Fabrikam Security
  customers:msspTenantId: 66666666-7777-8888-9999-000000000000
  customers:analysts: []
  customers:portalAccess:
    model: RBAC
  customers:connector:
    alertApis: [Graph]
`;

describe("mssp check", () => {
  let project: RulesProject;
  beforeEach(async () => void (project = await RulesProject.create()));

  const check = (...args: readonly string[]) =>
    inSession(["check", ...args], { folder: project.folder, now: () => today });
  const findings = async (...args: readonly string[]) => {
    const { stdout } = await check("--json", ...args);
    return (JSON.parse(stdout) as ProjectCheck).findings.map(
      ({ file, line, level, what, remedy }) => `${file}:${line} ${level} ${what} | ${remedy}`,
    );
  };

  it("shows each wrong setting with its line, a caret and the value that is meant, in any case of letters", async () => {
    await project.write("Pulumi.contoso.yaml", wrong);
    const { stdout, exitCode } = await check();
    assert.equal(exitCode, 1);
    assert.match(stdout, /^ {2}✗ {2}9:5 {2}portalAccess\.model: "RBAC"\.\n.*did you mean rbac\?\n/m);
    assert.match(stdout, /^ {7}9 \| {5}model: RBAC\n {9}\| {5}\^\n/m);
    assert.match(stdout, /connector\.alertApis\[0\]: "Graph"\.\n.*did you mean graph\?\n/);
    assert.match(stdout, /^1 settings file: 2 errors, 0 warnings\.$/m);
  });

  it("asks for analystDomains where a tenant alone names the MSSP's people", async () => {
    const right = wrong
      .replace("RBAC", "entitlement\n    approvers: [dana@contoso.example]")
      .replace("[Graph]", "[graph]");
    await project.write("Pulumi.contoso.yaml", right);
    const [found, ...others] = await findings();
    assert.match(found ?? "", /^Pulumi\.contoso\.yaml:1 warning .*by a tenant alone.* \| Set analystDomains$/);
    assert.deepEqual(others, []);
    await project.write("Pulumi.contoso.yaml", `${right}  customers:analystDomains: [fabrikam.example]\n`);
    assert.deepEqual(await findings(), []);
  });

  it("judges tickets.yaml: its own errors with their places, and what the settings contradict", async () => {
    const connector = "customers:connector: { alertApis: [graph] }";
    const right = wrong.replace("RBAC", "rbac").replace(/customers:connector:\n.*/, connector);
    const ana = "customers:analysts: [{ email: ana@mssp.example, displayName: Ana }]";
    await project.write("Pulumi.contoso.yaml", right.replace("customers:analysts: []", ana));
    const tracker = "{ profile: roundup, url: https://t.example, secret: { variable: T }";
    const owners =
      "{ bo: { address: bo@mssp.example, customers: [contoso] }, ana: { address: ANA@mssp.example, customers: [contoso] } }";
    const routes = "routes:\n  - { name: all, tracker: desk, customers: [contoso, fabrikam] }\n";
    await project.write("tickets.yaml", `version: 1\ntrackers:\n  desk: ${tracker}, owners: ${owners} }\n${routes}`);
    assert.deepEqual(await findings(), [
      'tickets.yaml:3 warning trackers.desk.owners.bo: bo@mssp.example is no analyst of "contoso" in its settings | Correct the customers of this owner',
      'tickets.yaml:5 warning routes[0].customers[0]: the connector of "contoso" may not read incidents | Set connector.incidents: true, or connector.profile',
      'tickets.yaml:5 warning routes[0].customers[1]: "fabrikam" has no settings file here | Name a stack',
    ]);
    assert.equal((await check()).exitCode, 0);
    const remedy = "Correct the file; `npx mssp docs tickets` describes it";
    await project.write(
      "tickets.yaml",
      `version: 1\ntrackers: { desk: ${tracker} } }\nroutes:\n  - { name: a, tracker: x }\n`,
    );
    assert.deepEqual(await findings(), [`tickets.yaml:4 error routes[0].tracker: there is no tracker "x" | ${remedy}`]);
    await project.write("tickets.yaml", "version: 1\ntrackers: {\n");
    assert.match((await findings()).join(), /^tickets\.yaml:\d error not valid YAML: /);
    assert.equal((await check()).exitCode, 1);
  });

  it("suggests no value where none is near, and shows no line that may hold a secret", async () => {
    const lines = wrong.replace("RBAC", "none").replace("[Graph]", "[graph]");
    await project.write("Pulumi.contoso.yaml", lines.replace("portalAccess:", "portalAccess: # password hunter2"));
    const { stdout } = await check();
    assert.match(stdout, /"none"\.\n.*entitlement or governance\.\n/);
    assert.doesNotMatch(stdout, /hunter2/);
  });

  it("names a missing config: and a value that needs quotes, by the file's path from the project", async () => {
    await project.write("Pulumi.a.yaml", "# Contoso\n  customers:customerName: Contoso\ncustomers:tier: x\n");
    await project.write("Pulumi.b.yaml", "config:\n  customers:customerName: Ana: Silva\n");
    const [first, second] = await findings();
    assert.match(first ?? "", /^Pulumi\.a\.yaml:3 error not valid YAML: .* \| The file has no line "config:"/);
    assert.match(
      second ?? "",
      /^Pulumi\.b\.yaml:2 error not valid YAML: .* \| Put a value that contains ": " in quotes$/,
    );
  });

  it("judges the settings of --stack alone, and refuses a stack without a file", async () => {
    await project.write("Pulumi.contoso.yaml", wrong);
    await project.customer("fabrikam", { sets: ["base"] });
    assert.deepEqual(await findings("--stack", "fabrikam"), []);
    const { stderr, exitCode } = await check("--stack", "fabrikm");
    assert.equal(exitCode, 1);
    assert.match(stderr, /Did you mean fabrikam\?/);
  });

  it("refuses a tenant that two stacks share without naming each other", async () => {
    await project.customer("contoso", { sets: ["base"] });
    await project.customer("fabrikam", { sets: ["base"] });
    assert.match((await findings()).join("\n"), /^Pulumi\.contoso\.yaml:1 error .*contoso, fabrikam/m);
  });

  it("judges rules and runs their tests: a failed case is an error, each settings error comes once", async () => {
    await project.write("Pulumi.contoso.yaml", wrong);
    await project.write("detections/base/office.yaml", officeRule.replace("severity: high", "severity: hgh"));
    await project.write("detections/base/good.yaml", officeRule.replace("displayName: ", "displayName: Good "));
    const cases = "cases:\n  - name: a hit\n    tables: { DeviceProcessEvents: [] }\n    hits: [{ DeviceName: pc1 }]\n";
    await project.write("detections/base/good.test.yaml", cases);
    const found = await findings("--junit", "junit.xml");
    const junit = await readFile(path.join(project.folder, "junit.xml"), "utf8");
    assert.match(junit, /<testcase classname="base\/good" name="a hit" [^]*<failure /);
    assertEach(found, (finding) => finding.split(" ", 3).slice(0, 2).join(" "), [
      "Pulumi.contoso.yaml:9 error",
      "Pulumi.contoso.yaml:11 error",
      "detections/base/good.test.yaml:2 error",
      "detections/base/office.yaml:12 error",
    ]);
    assert.match(found[2] ?? "", /a hit: failed/);
  });

  it("in CI ends with 3 for a table that is newer than the tables it is judged by, and with 0 for a person", async () => {
    await project.write("detections/base/office.yaml", officeRule.replaceAll("DeviceProcessEvents", "NoSuchTable"));
    const codes: (number | undefined)[] = [];
    for (const environment of [{}, { CI: "false" }, { CI: "true" }]) {
      const { exitCode, stdout } = await inSession(["check"], {
        folder: project.folder,
        now: () => today,
        environment: { ...process.env, CI: undefined, ...environment },
      });
      assert.match(stdout, /'NoSuchTable' is not in Microsoft's tables and functions of 2026-07-27/);
      codes.push(exitCode);
    }
    assert.deepEqual(codes, [0, 0, 3]);
  });

  it("writes SARIF that the published schema accepts, with a region for each finding", async () => {
    await project.write("Pulumi.contoso.yaml", wrong);
    const column = officeRule.replace("'powershell.exe' and", "'a' and AccountUPN has 'b' and");
    await project.write("detections/base/büro 1.yaml", column);
    await project.write("detections/base/column.yaml", column);
    await project.write("detections/base/newer.yaml", officeRule.replace("DeviceProcessEvents", "NoSuchTable"));
    await check("--sarif", "findings.sarif");
    const sarif = JSON.parse(await readFile(path.join(project.folder, "findings.sarif"), "utf8")) as SarifLog;
    // Of npm's @microsoft/jest-sarif 1.0.0-beta.0 (MIT). Ajv reads draft 4 by the words that draft 7 kept.
    const schema = JSON.parse(await readFile(path.join(__dirname, "sarif-2.1.0-rtm.5.json"), "utf8")) as object;
    const accepts = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile({
      ...schema,
      $schema: undefined,
      id: undefined,
    });
    assert.ok(accepts(sarif), JSON.stringify(accepts.errors));
    assert.equal(accepts({ ...sarif, runs: [{ results: sarif.runs[0]?.results }] }), false);
    const shown = sarif.runs[0]?.results.map(({ ruleId, level, locations: [{ physicalLocation: place }] }) =>
      [ruleId, level, place.artifactLocation.uri, ...Object.values(place.region)].join(" "),
    );
    assert.ok(shown?.includes("settings/portalAccess.model error Pulumi.contoso.yaml 9 5"), shown?.join("\n"));
    assert.match(shown?.join("\n") ?? "", /^KS142 error detections\/base\/column\.yaml 6 \d+ 6 \d+$/m);
    const texts = sarif.runs[0]?.tool.driver.rules.map((rule) => `${rule.name}: ${rule.shortDescription.text}`);
    assert.deepEqual(texts, [
      "ATableOrInvokedFunctionThatMayBeNewerThanTheSchema: a table or invoked function that may be newer than the schema",
      "KS142OfTheParser: KS142 of the parser",
      "ARuleFile: a rule file",
      "AlertTemplateTitleOfARuleFile: alertTemplate.title of a rule file",
      "DisplayNameOfARuleFile: displayName of a rule file",
      "ConnectorAlertApisOfASettingsFile: connector.alertApis of a settings file",
      "PortalAccessModelOfASettingsFile: portalAccess.model of a settings file",
    ]);
  });
});

interface SarifLog {
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly rules: readonly { readonly name: string; readonly shortDescription: { readonly text: string } }[];
      };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly level: string;
      readonly locations: readonly [
        {
          readonly physicalLocation: {
            readonly artifactLocation: { readonly uri: string };
            readonly region: Readonly<Record<string, number>>;
          };
        },
      ];
    }[];
  }[];
}
