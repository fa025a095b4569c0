import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { compareFindings, needTopics, type NeedTopic } from "../../../../../cli/findings/finding";
import { detectionRulesPart, ruleAlertsPart } from "../../../../../cli/findings/facts";
import type { CustomerStatus, StatusNeed } from "../../../../../cli/customer/status/customerStatus";
import { planNotification, type SentNeeds } from "../../../../../cli/customer/status/notify/notificationPlan";

const stacks = ["contoso", "fabrikam", "tailspin"] as const;
const inventory = stacks.map((stack) => ({ stack }));

function need(topic: NeedTopic, level: number): StatusNeed {
  return { key: topic, topic, level, urgency: "now", who: "platformEngineer", title: "", text: "", next: "" };
}

/** Topics of a customer that was read, each with its level. */
const readCustomer = fc
  .uniqueArray(fc.record({ topic: fc.constantFrom(...needTopics), level: fc.integer({ min: 1, max: 6 }) }), {
    selector: ({ topic }) => topic,
  })
  .map((found) => found.filter(({ topic }) => topic !== "unreadable"));

interface Look {
  readonly state: "read" | "unreadable" | "notSelected";
  readonly found: readonly { readonly topic: NeedTopic; readonly level: number }[];
}
const look: fc.Arbitrary<Look> = fc.record({
  state: fc.constantFrom("read", "unreadable", "notSelected"),
  found: readCustomer,
});
/** What each of several runs sees of each customer. */
const runs = fc.array(fc.tuple(look, look, look), { minLength: 1, maxLength: 6 });

function customers(looks: readonly Look[]): CustomerStatus[] {
  return looks.flatMap(({ state, found }, index): CustomerStatus[] => {
    const common = {
      stack: stacks[index]!,
      drift: { state: "clean", differences: 0 },
      retirements: [],
      changes: [],
      notChecked: [],
    } as const;
    if (state === "notSelected") return [];
    if (state === "unreadable") return [{ ...common, state: "unreadable", needs: [need("unreadable", 1)] }];
    return [
      { ...common, state: "live", needs: found.map(({ topic, level }) => need(topic, level)).sort(compareFindings) },
    ];
  });
}

describe("mssp status --notify with MSSP_NOTIFY_STATE: once, and again when worse", () => {
  it("a need is sent exactly when it is new or worse than what was sent since it began", () => {
    assertProperty(100, runs, (all) => {
      let sent: SentNeeds = {};
      // The model: the worst level that was sent of each need that is not known to be over.
      const model = new Map<string, number>();
      for (const looks of all) {
        const report = { customers: customers(looks), offline: false };
        const plan = planNotification(sent, report, inventory);
        const expected: string[] = [];
        for (const { stack, state, needs } of report.customers) {
          for (const { topic, level } of needs) {
            const key = `${stack} ${topic}`;
            if (level > (model.get(key) ?? 0)) expected.push(`${key} ${level}`);
            model.set(key, Math.max(level, model.get(key) ?? 0));
          }
          const isThere = (topic: NeedTopic) => needs.some((one) => one.topic === topic);
          if (state === "unreadable") continue;
          for (const topic of needTopics) if (!isThere(topic)) model.delete(`${stack} ${topic}`);
        }
        assertEach(plan.needs, ({ stack, need: { topic, level } }) => `${stack} ${topic} ${level}`, expected);
        // A run that sees the same sends nothing, and remembers the same.
        const again = planNotification(plan.sent, report, inventory);
        assert.deepEqual([again.needs, again.sent], [[], plan.sent]);
        ({ sent } = plan);
      }
    });
  });

  it("what a run could not look for stays remembered, and a customer without a settings file is forgotten", () => {
    const [contoso] = customers([{ state: "read", found: [] }]);
    const before = planNotification(
      {},
      { customers: [{ ...contoso!, needs: needTopics.map((topic) => need(topic, 1)) }], offline: false },
      inventory,
    ).sent;
    const topics = (customer: CustomerStatus, offline = false) =>
      Object.values(planNotification(before, { customers: [customer], offline }, inventory).sent["contoso"] ?? {})
        .map(({ topic }) => topic)
        .sort()
        .join();
    const drift = { state: "notChecked", differences: 0 } as const;
    const notChecked = (what: string, isFailure = false) => [{ what, reason: "no answer", isFailure }];
    assert.equal(topics(contoso!), "");
    assert.equal(topics({ ...contoso!, drift }), "drift");
    assert.equal(topics({ ...contoso!, notChecked: notChecked("Consent", true) }), "consent,onboarding");
    assert.equal(topics({ ...contoso!, notChecked: notChecked(detectionRulesPart) }), "ruleHealth,turnedOffRules");
    assert.equal(topics({ ...contoso!, notChecked: notChecked(ruleAlertsPart) }), "ruleHealth");
    const inStateOrTenant = needTopics.filter((topic) => !["unreadable", "failedRun", "drift"].includes(topic));
    assert.equal(topics(contoso!, true), [...inStateOrTenant].sort().join());
    assert.deepEqual(planNotification(before, { customers: [], offline: false }, [{ stack: "other" }]).sent, {});
  });

  it("remembers no name of a person", () => {
    const person = { ...need("ends", 1), key: "ends access Access of Ana Silva 2026-12-31" };
    const [contoso] = customers([{ state: "read", found: [] }]);
    const { sent } = planNotification({}, { customers: [{ ...contoso!, needs: [person] }], offline: false }, inventory);
    assert.doesNotMatch(JSON.stringify(sent), /Ana/);
    assert.match(JSON.stringify(sent), /contoso/);
  });
});
