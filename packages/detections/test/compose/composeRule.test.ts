import {
  composeRule,
  composeRules,
  isRuleId,
  ruleIdPrefix,
  type ComposedRule,
  type CustomerDetections,
} from "@defender-mssp/detections";
import { keptOff, turnedOff, turnedOn } from "@defender-mssp/microsoft";
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { ruleFrom } from "../rules";

const now = new Date("2027-03-01T12:00:00Z");
const options = { now, idPrefix: "acme", mark: "Managed by Pulumi (customers/contoso)" };
const plain: CustomerDetections = { except: [], parameters: {}, actions: [] };
const exception = { rule: "office-encoded-powershell", reason: "Packaging", owner: "Ana", until: "2027-03-31" };

function composed(customer: Partial<CustomerDetections> = {}, change?: (text: string) => string): ComposedRule {
  const rule = composeRule(ruleFrom(change), { ...plain, ...customer }, options);
  assert.equal(rule.outcome, "deployed");
  return rule;
}

describe("detections: composeRule", () => {
  it("makes Graph's object, with ID and mark", () => {
    const { properties, firstRun } = composed();
    assert.equal(properties.id, "acme-office-encoded-powershell");
    assert.equal(properties.description, "Phishing payload [Managed by Pulumi (customers/contoso)]");
    assert.equal(properties.status, "enabled");
    assert.equal(firstRun, "disabled");
    assert.deepEqual(Object.keys(properties.detectionAction), ["alertTemplate"]);
    assert.deepEqual(Object.keys(properties.detectionAction.alertTemplate.entityMappings), ["accounts", "hosts"]);
    assert.equal(composed({}, (text) => text.replace("status:", "firstRun: backfill\nstatus:")).firstRun, "backfill");
  });

  it("keeps an action only where the customer names it, who approved it, and until its last day", () => {
    const approval = { actions: ["isolateDevices"], approvedBy: "Dana", until: "2027-03-01" } as const;
    const { actions, omittedActions, properties } = composed(approval);
    assert.deepEqual(actions, ["isolateDevices"]);
    assert.deepEqual(Object.keys(properties.detectionAction.automatedActions ?? {}), ["isolateDevices"]);
    assert.deepEqual(omittedActions, [{ action: "disableUsers", reason: "notApproved" }]);
    for (const customer of [
      { ...approval, until: "2027-02-28" },
      { ...approval, until: undefined },
      { ...approval, approvedBy: undefined },
      {},
    ]) {
      const without = composed(customer);
      assert.deepEqual(without.actions, []);
      assert.equal(without.properties.detectionAction.automatedActions, undefined);
      assert.equal(without.omittedActions.length, 2);
    }
  });

  it("places a filter at the end, or before the operator that drops its column", () => {
    const end = composed({ except: [{ ...exception, filter: 'DeviceName !startswith "build-"' }] });
    assert.match(
      end.properties.queryCondition.queryText,
      /ProcessCommandLine\n\| where DeviceName !startswith "build-"$/,
    );
    assertEach(end.exceptions, ({ before, line }) => ({ before, line }), [{ before: undefined, line: 5 }]);
    const earlier = composed({
      except: [
        { ...exception, filter: "FolderPath !has 'x'" },
        { ...exception, filter: "DeviceName != 'a'" },
      ],
    });
    assert.match(
      earlier.properties.queryCondition.queryText,
      /has '-enc'\n\| where FolderPath !has 'x'\n\| project .*\n\| where DeviceName != 'a'$/,
    );
    assertEach(earlier.exceptions, ({ before, line }) => ({ before, line }), [
      { before: "project", line: 4 },
      { before: undefined, line: 6 },
    ]);
  });

  it("ignores an exception after its last day, and tells it", () => {
    const ended = { ...exception, until: "2027-02-28", filter: "DeviceName != 'a'" };
    const rule = composed({ except: [ended] });
    assert.doesNotMatch(rule.properties.queryCondition.queryText, /!= 'a'/);
    assert.deepEqual(rule.endedExceptions, [ended]);
    assert.match(
      composed({ except: [{ ...ended, until: "2027-03-01" }] }).properties.queryCondition.queryText,
      /!= 'a'$/,
    );
  });

  it("leaves out a rule that is off, until the exception ends", () => {
    const off = { ...exception, off: true } as const;
    assert.equal(composeRule(ruleFrom(), { ...plain, except: [off] }, options).outcome, "off");
    assert.equal(
      composeRule(ruleFrom(), { ...plain, except: [{ ...off, until: "2027-02-28" }] }, options).outcome,
      "deployed",
    );
  });

  it("turns off a rule that an exception disables, and says until when and by whom; the tenant's later end counts", () => {
    const disabled = { ...exception, owner: "Ana (SOC)", disabled: true } as const;
    const { properties } = composed({ except: [disabled] });
    const note = `(off until ${disabled.until}, by Ana SOC)`;
    assert.equal(properties.status, "disabled");
    assert.ok(properties.description?.endsWith(note), properties.description);
    const kept = (until: string) => keptOff(properties, turnedOff(properties, { until, by: "Ben" }), "2027-03-01");
    assert.match(kept("2999-01-01").description ?? "", /\(off until 2999-01-01, by Ben\)$/);
    assert.deepEqual(kept("2027-03-01"), properties);
    const on = composed().properties;
    assert.deepEqual(turnedOn(properties), on);
    assert.deepEqual(keptOff(on, turnedOff(on, { until: "2027-02-28", by: "Ben" }), "2027-03-01"), on);
    assert.deepEqual(keptOff(on, { ...properties, status: "enabled" }, "2027-03-01"), on);
  });

  it("puts parameters into the query as literals, and into texts as they are", () => {
    const withParameter = (text: string) =>
      text
        .replace("status:", "parameters: { shells: [powershell.exe, pwsh.exe], team: null }\nstatus:")
        .replace("FileName =~ 'powershell.exe'", "FileName in~ (%%shells%%)")
        .replace("Phishing payload", "Ask %%team%%");
    const hostile = 'x") | take 1 //';
    const rule = composed({ parameters: { shells: [hostile, 3], team: "SOC" } }, withParameter);
    assert.match(rule.properties.queryCondition.queryText, /in~ \("x\\"\) \| take 1 \/\/", 3\)/);
    assert.match(rule.properties.description ?? "", /^Ask SOC \[/);
    assert.match(
      composed({ parameters: { team: "SOC" } }, withParameter).properties.queryCondition.queryText,
      /"powershell.exe", "pwsh.exe"/,
    );
    assert.deepEqual(composed({}, withParameter).missingParameters, ["team"]);
  });

  it("makes a prefix that the service accepts of any name", () => {
    assert.equal(ruleIdPrefix("Fabrikam Security"), "fabrikam-security");
    assert.equal(ruleIdPrefix("42 Über & Söhne"), "uber-sohne");
    assertProperty(100, fc.string({ unit: "grapheme" }), (name) => isRuleId(`${ruleIdPrefix(name)}-${"r".repeat(60)}`));
  });
});

describe("detections: composeRules", () => {
  const rules = () => [ruleFrom()];

  it("refuses an exception of no rule, a filter that is no condition, and unknown parameters", () => {
    const { problems } = composeRules(
      rules(),
      {
        ...plain,
        except: [
          { ...exception, rule: "office-encoded-powershel", off: true },
          { ...exception, filter: "DeviceName != 'a' | take 1" },
        ],
        parameters: { nothing: 1 },
      },
      options,
    );
    assertEach(problems, ({ key }) => key, [
      "detections.except[0].rule",
      "detections.except[1].filter",
      "detections.parameters.nothing",
    ]);
    assert.match(problems[0]?.remedy ?? "", /Write office-encoded-powershell/);
  });

  it("tells exceptions and actions that end within 30 days, and not those that end later", () => {
    const customer = {
      ...plain,
      except: [
        { ...exception, filter: "true" },
        { ...exception, filter: "1 == 1", until: "2027-04-01" },
      ],
      actions: ["isolateDevices"],
      approvedBy: "Dana",
      until: "2027-03-02",
    } as const;
    const { endsSoon, problems } = composeRules(rules(), customer, options);
    assert.deepEqual(problems, []);
    assertEach(endsSoon, ({ kind, daysLeft }) => [kind, daysLeft], [
      ["actions", 1],
      ["exception", 30],
    ]);
  });
});
