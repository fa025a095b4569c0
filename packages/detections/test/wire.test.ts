import {
  comparableRule,
  newShape,
  patchBody,
  replacementReason,
  ruleBody,
  ruleDifferences,
  type DetectionRuleProperties,
} from "@defender-mssp/detections";
import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";

type Fields = Record<string, unknown>;

const column = fc.constantFrom("DeviceId", "DeviceName", "AccountSid", "SHA1");
const text = fc.string({ minLength: 1, maxLength: 8 }).map((value) => `t${value.replaceAll("\r", "")}`);
const subset = <T extends object>(values: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(values, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;

const rules: fc.Arbitrary<DetectionRuleProperties> = fc
  .record({
    displayName: text,
    description: fc.option(text, { nil: undefined }),
    status: fc.constantFrom("enabled" as const, "disabled" as const),
    queryText: text,
    frequency: fc.constantFrom("PT1H", "PT24H", "P1D", "PT0S"),
    title: text,
    recommendedActions: fc.option(text, { nil: undefined }),
    tactics: fc.option(
      fc.constant([
        { tactic: "Execution", techniques: [{ technique: "T1059", subTechniques: ["T1059.001", "T1059.003"] }] },
      ]),
      { nil: undefined },
    ),
    customDetails: fc.option(fc.dictionary(fc.constantFrom("A", "B"), column), { nil: undefined }),
    hosts: fc.array(fc.record({ deviceIdColumn: column }), { minLength: 1, maxLength: 3 }),
    entities: subset({
      accounts: fc.array(fc.record({ sidColumn: column }), { minLength: 1, maxLength: 2 }),
      files: fc.array(fc.record({ sha1Column: column }), { minLength: 1, maxLength: 2 }),
    }),
    actions: fc.option(
      subset({
        isolateDevices: fc.array(fc.record({ deviceIdColumn: column, isolationType: fc.constant("full") }), {
          minLength: 1,
          maxLength: 2,
        }),
        disableUsers: fc.array(fc.record({ accountSidColumn: column }), { minLength: 1, maxLength: 2 }),
      }),
      { nil: undefined },
    ),
    deviceGroups: fc.option(fc.array(text, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    isExcluded: fc.option(fc.boolean(), { nil: undefined }),
    grouping: fc.constantFrom(undefined, "alertPerEvent" as const, "singleAlert" as const),
  })
  .map((part) => ({
    id: "acme-rule",
    displayName: part.displayName,
    description: part.description,
    status: part.status,
    queryCondition: { queryText: part.queryText },
    schedule: { frequency: part.frequency },
    detectionAction: {
      alertTemplate: {
        title: part.title,
        severity: "high" as const,
        recommendedActions: part.recommendedActions,
        tactics: part.tactics,
        customDetails: part.customDetails,
        entityMappings: { hosts: part.hosts, ...part.entities },
        eventGroupingKind: part.grouping,
      },
      organizationalScope: part.deviceGroups && { scopeType: "deviceGroup" as const, deviceGroups: part.deviceGroups },
      incidentConfiguration:
        part.isExcluded === undefined ? undefined : { isExcludedFromIncidentCorrelation: part.isExcluded },
      automatedActions: part.actions,
    },
  }));

/** What the service does with a body: it keeps every collection and text that the body leaves out, and every custom detail. */
function patched(current: unknown, body: unknown): unknown {
  if (!isFields(current) || !isFields(body)) return body;
  const merged: Fields = { ...current };
  for (const [key, value] of Object.entries(body)) merged[key] = patched(current[key], value);
  return merged;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As the service returns a rule: its own fields, null for what is not set, CRLF, another order, another duration. */
function returned(rule: DetectionRuleProperties): Fields {
  const { detectionAction: action, ...others } = JSON.parse(JSON.stringify(ruleBody(rule))) as Fields & {
    detectionAction: Fields;
  };
  const template = action["alertTemplate"] as Fields;
  return {
    "@odata.context": "https://graph.microsoft.com/beta/$metadata#security/rules/detectionRules/$entity",
    ...others,
    createdBy: "automation",
    createdDateTime: "2027-01-01T00:00:00Z",
    lastModifiedBy: "automation",
    lastModifiedDateTime: "2027-01-01T00:00:00Z",
    detectorId: "67895317",
    isEnabled: rule.status === "enabled",
    lastRunDetails: { status: "completed" },
    description: rule.description ?? null,
    queryCondition: {
      queryText: rule.queryCondition.queryText.replaceAll("\n", "\r\n"),
      lastModifiedDateTime: "2027-01-01T00:00:00Z",
    },
    schedule: {
      frequency: rule.schedule.frequency === "P1D" ? "PT24H" : rule.schedule.frequency,
      period: "24H",
      nextRunDateTime: null,
      lookback: "PT4H",
    },
    detectionAction: {
      organizationalScope: null,
      incidentConfiguration: { isExcludedFromIncidentCorrelation: false },
      responseActions: [],
      automatedActions: { isolateDevices: [], disableUsers: [] },
      ...action,
      alertTemplate: {
        category: "Execution",
        mitreTechniques: [],
        impactedAssets: [],
        recommendedActions: null,
        eventGroupingKind: "alertPerEvent",
        tactics: [],
        ...template,
        entityMappings: {
          urls: [],
          ...Object.fromEntries(
            Object.entries(template["entityMappings"] as Record<string, unknown[]>).map(([key, list]) => [
              key,
              [...list].reverse(),
            ]),
          ),
        },
      },
    },
  };
}

describe("detections: rules on the wire", () => {
  it("ruleBody has the ID, and neither null nor undefined", () => {
    assertProperty(100, rules, (rule) => {
      const body = ruleBody(rule);
      assert.equal(body["id"], rule.id);
      // JSON leaves out what is undefined: the body itself is compared with it.
      assert.deepEqual(JSON.parse(JSON.stringify(body)), structuredClone(body));
      assert.doesNotMatch(JSON.stringify(body), /:null/);
    });
  });

  it("a rule as the service returns it does not differ from the one that was sent", () =>
    assertProperty(100, rules, (rule) => {
      assert.deepEqual(ruleDifferences(rule, returned(rule)), []);
    }));

  it("a change of any compared part is a difference", () => {
    const change = (rule: DetectionRuleProperties, edit: (copy: { [key: string]: never }) => void) => {
      const copy = structuredClone(rule) as unknown as { [key: string]: never };
      edit(copy);
      return copy as unknown as DetectionRuleProperties;
    };
    const [rule] = fc.sample(rules, { numRuns: 1, seed: 7 });
    assert.ok(rule !== undefined);
    const edits: Record<string, (copy: never) => void> = {
      displayName: (copy: { displayName: string }) => (copy.displayName = "other"),
      status: (copy: { status: string }) => (copy.status = copy.status === "enabled" ? "disabled" : "enabled"),
      "queryCondition.queryText": (copy: { queryCondition: object }) => (copy.queryCondition = { queryText: "Other" }),
      "schedule.frequency": (copy: { schedule: object }) => (copy.schedule = { frequency: "PT3H" }),
      "detectionAction.automatedActions": (copy: { detectionAction: Fields }) =>
        (copy.detectionAction["automatedActions"] = { hardDeleteEmails: [{ recipientColumn: "X" }] }),
      "detectionAction.organizationalScope": (copy: { detectionAction: Fields }) =>
        (copy.detectionAction["organizationalScope"] = { scopeType: "deviceGroup", deviceGroups: ["zzz"] }),
      "detectionAction.incidentConfiguration": (copy: { detectionAction: Fields }) =>
        (copy.detectionAction["incidentConfiguration"] = { isExcludedFromIncidentCorrelation: true }),
    };
    for (const [path, edit] of Object.entries(edits)) {
      const paths = ruleDifferences(
        change(rule, edit as never),
        returned({ ...rule, detectionAction: { ...rule.detectionAction, incidentConfiguration: undefined } }),
      );
      assert.ok(
        paths.some((difference) => difference.path.startsWith(path)),
        path,
      );
    }
  });

  it("a PATCH with patchBody makes of any rule any other, unless replacementReason says why not", () =>
    assertProperty(100, rules, rules, (before, after) => {
      const current = returned(before);
      const body = patchBody(current, after);
      assert.equal(Object.hasOwn(body, "id"), false);
      assert.doesNotMatch(JSON.stringify(body), /:null/);
      const differences = ruleDifferences(after, patched(current, body) as object);
      const reason = replacementReason(current, after);
      if (reason === undefined) assert.deepEqual(differences, []);
      else
        assert.ok(
          differences.every(({ path }) => path.startsWith("detectionAction.alertTemplate.customDetails")),
          reason,
        );
      assert.equal(reason === undefined, differences.length === 0);
    }));

  it("replacementReason names another ID", () => {
    const [rule] = fc.sample(rules, 1);
    assert.ok(rule !== undefined);
    assert.match(
      replacementReason(returned({ ...rule, id: "acme-old" }), rule) ?? "",
      /the ID changes from acme-old to acme-rule/,
    );
  });

  it("newShape reads the fields of before 2026-05", () => {
    const old = {
      id: "7506",
      displayName: "Old",
      isEnabled: true,
      queryCondition: { queryText: "DeviceEvents" },
      schedule: { period: "12H" },
      detectionAction: {
        alertTemplate: {
          title: "Old",
          severity: "low",
          category: "Execution",
          mitreTechniques: ["T1059.001", "T1059"],
          impactedAssets: [
            { "@odata.type": "#microsoft.graph.security.impactedDeviceAsset", identifier: "deviceId" },
            { "@odata.type": "#microsoft.graph.security.impactedUserAsset", identifier: "initiatingProcessAccountUpn" },
          ],
        },
        organizationalScope: { scopeType: "deviceGroup", scopeNames: ["A"] },
        responseActions: [
          {
            "@odata.type": "#microsoft.graph.security.isolateDeviceResponseAction",
            identifier: "deviceId",
            isolationType: "selective",
          },
          {
            "@odata.type": "#microsoft.graph.security.stopAndQuarantineFileResponseAction",
            identifier: "deviceId,initiatingProcessSHA1",
          },
          { "@odata.type": "#microsoft.graph.security.createIncidentTaskResponseAction", identifier: "x" },
        ],
      },
    };
    const { rule, lost } = newShape(old);
    assert.deepEqual(lost, ["responseActions: createIncidentTaskResponseAction has no automated action"]);
    assert.deepEqual(comparableRule(rule), comparableRule(old));
    assert.deepEqual(comparableRule(old), {
      detectionAction: {
        alertTemplate: {
          entityMappings: {
            accounts: [{ upnColumn: "InitiatingProcessAccountUpn" }],
            hosts: [{ deviceIdColumn: "DeviceId" }],
          },
          severity: "low",
          tactics: [{ tactic: "Execution", techniques: [{ subTechniques: ["T1059.001"], technique: "T1059" }] }],
          title: "Old",
        },
        automatedActions: {
          isolateDevices: [{ deviceIdColumn: "DeviceId", isolationType: "selective" }],
          stopAndQuarantineFiles: [{ deviceIdColumn: "DeviceId", sha1Column: "InitiatingProcessSHA1" }],
        },
        organizationalScope: { deviceGroups: ["A"] },
      },
      displayName: "Old",
      queryCondition: { queryText: "DeviceEvents" },
      schedule: { frequency: 43_200 },
      status: "enabled",
    });
  });
});
