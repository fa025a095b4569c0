import { importRules, parseRule, ruleFileText } from "@defender-mssp/detections";
import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { parse, stringify } from "yaml";

const sentinel = {
  id: "28b42356-45af-40a6-a0b4-a554cdfd5d8a",
  name: "Password spray",
  description: "'Many failures.'\n",
  severity: "Informational",
  queryFrequency: "5m",
  queryPeriod: "14d",
  triggerOperator: "gt",
  triggerThreshold: 5,
  tactics: ["CredentialAccess", "Persistence"],
  relevantTechniques: ["T1110", "T1110.003"],
  query: "SigninLogs\n| where ResultType != 0",
  customDetails: { Address: "IPAddress" },
  alertDetailsOverride: { alertDisplayNameFormat: "Spray by {{IPAddress}}", alertSeverityColumnName: "Level" },
  eventGroupingSettings: { aggregationKind: "AlertPerResult" },
  suppressionEnabled: true,
  kind: "Scheduled",
  entityMappings: [
    { entityType: "Account", fieldMappings: [{ identifier: "FullName", columnName: "UserPrincipalName" }] },
    { entityType: "Host", fieldMappings: [{ identifier: "HostName", columnName: "Computer" }] },
    {
      entityType: "FileHash",
      fieldMappings: [
        { identifier: "Algorithm", columnName: "SHA256" },
        { identifier: "Value", columnName: "Hash" },
      ],
    },
    { entityType: "RegistryKey", fieldMappings: [{ identifier: "Key", columnName: "K" }] },
    { entityType: "RegistryValue", fieldMappings: [{ identifier: "Name", columnName: "V" }] },
    { entityType: "Process", fieldMappings: [{ identifier: "CommandLine", columnName: "Cmd" }] },
  ],
};

describe("detections: importRules", () => {
  it("carries an analytics rule of Sentinel over, and names what it could not", () => {
    const { rules, refused } = importRules("Spray.yaml", stringify(sentinel));
    assert.deepEqual(refused, []);
    const [rule] = rules;
    assert.ok(rule !== undefined);
    const { rule: parsed, problems } = parseRule(ruleFileText(rule.content), {
      name: "spray",
      set: "a",
      file: "spray.yaml",
    });
    assert.deepEqual(problems, []);
    assert.equal(rule.name, "password-spray");
    assert.deepEqual(JSON.parse(JSON.stringify(parsed?.content)), {
      displayName: "Password spray",
      description: "Many failures.",
      status: "disabled",
      queryText: "SigninLogs\n| where ResultType != 0\n",
      schedule: { frequency: "PT5M" },
      alertTemplate: {
        title: "Spray by {{IPAddress}}",
        severity: "informational",
        tactics: [{ tactic: "CredentialAccess", techniques: [{ technique: "T1110", subTechniques: ["T1110.003"] }] }],
        customDetails: { Address: "IPAddress" },
        entityMappings: {
          accounts: [{ upnColumn: "UserPrincipalName" }],
          hosts: [{ nameColumn: "Computer" }],
          files: [{ sha256Column: "Hash" }],
          registryValues: [{ keyColumn: "K", valueNameColumn: "V" }],
        },
        eventGroupingKind: "alertPerEvent",
      },
    });
    const notes = rule.notes.join("\n");
    for (const expected of [
      /alertSeverityColumnName/,
      /suppressionEnabled/,
      /queryPeriod 14d/,
      /trigger gt 5/,
      /Persistence not carried over/,
      /entity Process/,
      /status/,
    ])
      assert.match(notes, expected);
    assert.equal(rule.notes.length, 7, notes);
    const text = ruleFileText(rule.content, [...rule.notes, ...(rule.comments ?? [])]);
    assert.match(text, /^# id: "28b42356-45af-40a6-a0b4-a554cdfd5d8a"$/m);
    assert.match(text, /^# suppressionEnabled: true$/m);
    assert.match(ruleFileText({}, ["a\nb: \u202ec"]), /^# a b: {2}c$/m);
  });

  it("maps the parts of a name where Sentinel has them beside the whole, and names the whole", () => {
    const fields = (map: Readonly<Record<string, string>>) =>
      Object.entries(map).map(([identifier, columnName]) => ({ identifier, columnName }));
    const entityMappings = [
      { entityType: "Host", fieldMappings: fields({ FullName: "DeviceName", HostName: "Host", DnsDomain: "Domain" }) },
      { entityType: "Account", fieldMappings: fields({ FullName: "User", Name: "AccountName", NTDomain: "NT" }) },
      { entityType: "Host", fieldMappings: fields({ FullName: "Alone" }) },
    ];
    const { rules } = importRules("a.yaml", stringify({ ...sentinel, entityMappings }));
    const template = rules[0]?.content.alertTemplate as { readonly entityMappings: unknown };
    assert.deepEqual(template.entityMappings, {
      hosts: [{ nameColumn: "Host", dnsDomainColumn: "Domain" }, { nameColumn: "Alone" }],
      accounts: [{ nameColumn: "AccountName", ntDomainColumn: "NT" }],
    });
    assert.match(rules[0]?.notes.join("\n") ?? "", /entity Host FullName \(DeviceName\): .*nameColumn is Host$/m);
    assert.match(rules[0]?.notes.join("\n") ?? "", /entity Account FullName \(User\): .*nameColumn is AccountName$/m);
  });

  it("ends a long name with a whole word", () => {
    const nameOf = (title: string) => importRules("a.yaml", stringify({ ...sentinel, name: title })).rules[0]?.name;
    assert.equal(nameOf(`${"word ".repeat(11)}exploitation`), "word-".repeat(11).slice(0, -1));
    assert.equal(nameOf(`${"word ".repeat(11)}later`), `${"word-".repeat(11)}later`);
    assert.equal(nameOf("x".repeat(70)), "x".repeat(60));
  });

  it("reads the resources of an ARM template, NRT as continuous", () => {
    const { name, kind: _kind, queryFrequency: _frequency, ...properties } = sentinel;
    const resource = {
      type: "Microsoft.OperationalInsights/workspaces/providers/alertRules",
      kind: "NRT",
      properties: { displayName: name, enabled: true, ...properties },
    };
    const { rules } = importRules("rules.json", JSON.stringify({ resources: [resource, { type: "other" }] }));
    assert.equal(rules.length, 1);
    assert.deepEqual([rules[0]?.content.status, rules[0]?.content.schedule], ["enabled", { frequency: "PT0S" }]);
  });

  it("makes one rule of a query without its Sigma rule, and says what is missing", () => {
    const { rules } = importRules("a query.kql", 'EmailEvents\r\n| where Subject endswith "run*"\r\n');
    assert.equal(rules[0]?.name, "a-query");
    assert.match(
      rules[0].notes.join("\n"),
      /no Sigma rule beside the query[\s\S]*literal \*[\s\S]*RecipientEmailAddress of EmailEvents/,
    );
  });

  it("ends with rules or reasons for any text, and writes YAML that is read again", () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const loose = fc.dictionary(
      fc.constantFrom(
        ...Object.keys(sentinel),
        "queryCondition",
        "detectionAction",
        "properties",
        "value",
        "resources",
      ),
      value,
    );
    assertProperty(
      100,
      fc.oneof(
        fc.string(),
        loose.map((object) => JSON.stringify(object)),
      ),
      fc.constantFrom("a.yaml", "a.json", "a.kql"),
      (text, file) => {
        const { rules, refused } = importRules(file, text);
        assert.ok(rules.length + refused.length > 0 || /"(value|resources)"/.test(text));
        for (const { name, content, notes, comments = [] } of rules) {
          assert.match(name, /^[a-z0-9][a-z0-9-]{0,59}$/);
          const commented = ruleFileText(content, [...notes, ...comments]);
          parseRule(commented, { name, set: "a", file: "a.yaml" });
          assert.deepEqual(parse(commented), parse(ruleFileText(content)));
        }
      },
    );
  });
});
