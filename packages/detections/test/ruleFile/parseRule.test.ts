import { parseRule, ruleProblemText } from "@defender-mssp/detections";
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { encodedPowerShell, rulePlace } from "../rules";

/** The problems of the rule with a part of its text replaced. */
function problemsWith(before: string | RegExp, after: string): string[] {
  const text = encodedPowerShell.replace(before, after);
  assert.notEqual(text, encodedPowerShell, `nothing to replace: ${before}`);
  return problemsIn(text);
}

function problemsIn(content: string | Uint8Array): string[] {
  const { rule, problems } = parseRule(content, rulePlace);
  assert.equal(
    rule === undefined,
    problems.some(({ level }) => level === "error"),
  );
  return problems.map((problem) => ruleProblemText(problem).replace(`${rulePlace.file}:`, ""));
}

describe("detections: parseRule", () => {
  it("accepts a rule, with a BOM and with CRLF too", () => {
    for (const text of [encodedPowerShell, `\ufeff${encodedPowerShell}`, encodedPowerShell.replaceAll("\n", "\r\n")]) {
      for (const content of [text, Buffer.from(text)]) {
        const { rule, problems } = parseRule(content, rulePlace);
        assert.deepEqual(problems, []);
        assert.match(rule?.content.queryText ?? "", /^DeviceProcessEvents\n\| where/);
        assert.deepEqual(rule?.placeInFile(3, 9), { line: 7, column: 11 });
        assert.deepEqual(rule.placeOfKey(["alertTemplate", "severity"]), { line: 14, column: 3 });
      }
    }
  });

  it("refuses files that are not UTF-8 and not YAML, with the place", () => {
    assert.deepEqual(problemsIn(Buffer.from("\ufeffstatus: on", "utf16le")), [
      "1:1: the file is UTF-16. Save the file as UTF-8.",
    ]);
    assert.deepEqual(problemsIn(Buffer.from([0x61, 0xff])), ["1:1: the file is not UTF-8. Save the file as UTF-8."]);
    assert.match(problemsIn("displayName: [a\nstatus: x")[0] ?? "", /^\d+:\d+: not valid YAML: /);
    assert.match(problemsIn("- a")[0] ?? "", /no map of keys/);
    assert.match(problemsIn("")[0] ?? "", /no map of keys/);
    assert.match(problemsIn("a: 1\n---\nb: 2")[0] ?? "", /^2:1: not valid YAML: .*Write one rule a file/);
    assert.match(
      problemsIn(`${encodedPowerShell}status: disabled\n`)[0] ?? "",
      /^37:1: not valid YAML: .*Remove one of the two keys/,
    );
    for (const deep of ["[".repeat(3_000), "[".repeat(50_000), `${"[".repeat(50_000)}${"]".repeat(50_000)}`])
      assertEach(problemsIn(`a: ${deep}`), (text) => text.replace(/^\d+:\d+/, "1:1"), [
        "1:1: not valid YAML: nested too deeply, or too many aliases. Write the values without aliases.",
      ]);
  });

  it("names the place of each key, and what is allowed", () => {
    assert.deepEqual(problemsWith("severity: high", "severity: hgh"), [
      `14:3 alertTemplate.severity: "hgh" is not accepted. Write a severity: informational, low, medium, high.`,
    ]);
    assert.deepEqual(problemsWith("status: enabled\n", ""), [
      "1:1 status: is missing. Write the rule's status: enabled or disabled.",
    ]);
    assert.deepEqual(
      problemsWith("  severity: high", "  sevrity: high"),
      [
        "11:1 alertTemplate.severity: is missing. Write a severity: informational, low, medium, high.",
        "14:3 alertTemplate.sevrity: sevrity is no key here. Write severity.",
      ].sort((a, b) => parseInt(a) - parseInt(b)),
    );
    assert.match(
      problemsWith("frequency: PT1H", "frequency: 1h")[0] ?? "",
      /^10:3 schedule.frequency: "1h" is not accepted/,
    );
  });

  it("reports all problems of a file together, in the order of its lines", () => {
    const text = encodedPowerShell.replace("PT1H", "1h").replace("high", "hgh").replace("T1059.001", "T1060.001");
    assertEach(problemsIn(text), (problem) => problem.split(": ")[0], [
      "10:3 schedule.frequency",
      "14:3 alertTemplate.severity",
      "20:27 alertTemplate.tactics[0].techniques[0].subTechniques[0]",
    ]);
  });

  it("refuses what the service refuses", () => {
    const cases: readonly (readonly [string | RegExp, string, RegExp])[] = [
      [
        "    - tactic: Execution",
        "    - tactic: Persistence\n    - tactic: Execution",
        /the service accepts one tactic, and the rule names 2/,
      ],
      ["tactic: Execution", "tactic: Exceution", /Exceution is no tactic of ATT&CK\. Write Execution/],
      [/  entityMappings:[\s\S]*(?=automatedActions)/, "  entityMappings: {}\n", /no entity is mapped/],
      [
        /hosts:[\s\S]*(?=automatedActions)/,
        "files:\n      - sha1Column: SHA1\n",
        /no asset and no IP address is mapped/,
      ],
      [
        "      - sidColumn: AccountSid\n        nameColumn: AccountName\n        ntDomain",
        "      - ntDomain",
        /don't identify an entity of accounts. Map aadUserIdColumn, or sidColumn/,
      ],
      ['description: "{{AccountName}}', 'description: "{{A}} {{B}} {{AccountName}}', /use 4 different columns/],
      [
        "CommandLine: ProcessCommandLine",
        Array.from({ length: 21 }, (_, n) => `D${n}: X`).join("\n    "),
        /21 custom details; an alert has at most 20/,
      ],
      [
        "deviceIdColumn: DeviceId\n      isolationType: full",
        "deviceIdColumn: DeviceId",
        /isolationType: is missing. Write an isolation type/,
      ],
      [
        "  disableUsers:\n    - accountSidColumn: AccountSid",
        "  blockFiles:\n    - { sha1Column: A, sha256Column: B }",
        /names two columns/,
      ],
      [
        "  disableUsers:\n    - accountSidColumn: AccountSid",
        "  blockFiles:\n    - deviceGroupNames: [a]",
        /names no column of the file/,
      ],
      ["frequency: PT1H", "frequency: PT1M", /PT1M is not a frequency/],
      ["frequency: PT1H", "frequency: PT1H\n  lookback: PT30M", /shorter than the frequency/],
      ["frequency: PT1H", "frequency: PT0S\n  lookback: PT1H", /looks back at nothing/],
      ["Encoded PowerShell on", "Encoded \u202e on", /invisible character U\+202E/],
      ["has '-enc'", "has %%flag%%", /%%flag%% is no parameter of the rule/],
      ["status: enabled", "status: enabled\nparameters: { flag: x }", /nothing uses the parameter/],
      ["status: enabled", "status: autoDisabled", /"autoDisabled" is not accepted/],
    ];
    for (const [before, after, expected] of cases) {
      const problems = problemsWith(before, after);
      assert.ok(
        problems.some((problem) => expected.test(problem)),
        `${after}: ${problems.join("\n")}`,
      );
    }
  });

  it("tells a parameter in quotes from text that looks like one", () => {
    const declared = "status: enabled\nparameters: { temp: x }";
    const text = encodedPowerShell.replace("has '-enc'", "has '%%temp%%'");
    assert.deepEqual(problemsIn(text), []);
    assert.match(problemsIn(text.replace("status: enabled", declared))[0] ?? "", /%%temp%% is inside of quotes/);
  });

  it("finds a second query behind an empty line, and none in one query with empty lines", () => {
    const after = (text: string) => encodedPowerShell.replace("schedule:", `${text}schedule:`);
    assert.deepEqual(problemsIn(after("\n  DeviceEvents\n  | take 1\n")), [
      "10:3 queryText: a second query begins here: a rule is one query. Put it into a rule of its own, or join the two with union.",
    ]);
    for (const text of [
      "\n  | where DeviceName has 'a'\n\n      and DeviceName has 'b'\n",
      "\n  | join kind=inner (\n\n  DeviceEvents\n  | take 1) on DeviceId\n",
      "\n  // DeviceEvents\n\n",
    ])
      assert.deepEqual(problemsIn(after(text)), [], text);
  });

  it("warns of a rule without a tactic, and accepts it", () => {
    const { rule, problems } = parseRule(
      encodedPowerShell.replace(/  tactics:[\s\S]*?(?=  customDetails)/, ""),
      rulePlace,
    );
    assertEach(problems, ({ level }) => level, ["warning"]);
    assert.ok(rule !== undefined);
  });
});
