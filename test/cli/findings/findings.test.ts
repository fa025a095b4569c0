import assert from "node:assert/strict";
import { progressOf, type OnboardingStep } from "../../../cli/access/waiting/progress";
import { endsOf, type ReportEnd } from "../../../cli/access/ends/ends";
import type { CustomerAccess } from "../../../cli/access/report/model";
import {
  needs,
  statusExitCode,
  statusReport,
  unchecked,
  type CustomerStatus,
} from "../../../cli/customer/status/customerStatus";
import type { Facts } from "../../../cli/findings/facts";
import type { Finding } from "../../../cli/findings/finding";
import { findings } from "../../../cli/findings/findings";
import type { RuleHealth } from "../../../cli/detections/health/detectionHealth";
import { stackChanges } from "../../../domain/stackChanges";
import { stackEndings } from "../../../domain/stackEndings";
import type { LastOutcome } from "../../../cli/stack/journal";
import { outcome } from "../fleet/outcomes";
import { facts } from "./facts";
import { settingsOf } from "../customer/report/states";

const judged = (read: Partial<Facts>): Finding[] => findings(facts(read));
/** Of these findings the only thing that matters is that something is deployed. */
const access = { objects: [], nextSteps: [] } as unknown as CustomerAccess;

describe("what needs somebody", () => {
  const drift = { state: "drifted", differences: 1 } as const;
  const secret = (until: string): ReportEnd => ({ what: "Client secret", kind: "clientSecret", until, remedy: "up" });
  const person = (until: string): ReportEnd => ({ what: "Access of Ana", kind: "access", until, remedy: "up" });

  it("an end within --days, worse the nearer it is, and worst after it", () => {
    const levels = [
      "2027-01-30",
      "2026-12-27",
      "2026-12-10",
      "2026-12-03",
      "2026-11-30",
      "2026-11-29",
      "2026-11-01",
    ].map((day) => judged({ ends: [secret(`${day}T13:00:00Z`)] })[0]);
    assert.deepEqual(
      levels.map((need) => need?.level),
      [undefined, 1, 2, 3, 4, 5, 6],
    );
    assert.deepEqual(levels.at(-1)?.topic, "ended");
    assert.deepEqual(levels.at(-1)?.urgency, "now");
    assert.match(levels[1]?.text ?? "", /ends on 2026-12-27, in 29 days/);
  });

  it("access that an up has taken away after its end needs nobody; a secret that is over does", () => {
    const after = (end: ReportEnd) => judged({ ends: [end], writtenAt: "2026-11-20T00:00:00.000Z" });
    assert.deepEqual(after(person("2026-11-10T23:59:59.000Z")), []);
    assert.equal(after(person("2026-11-21T23:59:59.000Z")).length, 1);
    assert.equal(after(secret("2026-11-10T23:59:59.000Z")).length, 1);
  });

  it("the old client secret ends with its overlap, before it expires", () => {
    const made = (name: string, since: string, until: string) =>
      ({ kind: "clientSecret", key: name, name, since, until, detail: "", objectId: "", adopted: false }) as const;
    const objects = [
      made("old", "2026-06-01T00:00:00.000Z", "2027-06-01T00:00:00.000Z"),
      made("new", "2026-11-27T00:00:00.000Z", "2027-11-27T00:00:00.000Z"),
    ];
    const outputs = (overlapEndsOn: string) => ({ connector: { overlapEndsOn } });
    const ends = (overlapEndsOn: string) =>
      endsOf({ objects, outputs: outputs(overlapEndsOn), settings: settingsOf("basic") }).map(({ until }) => until);
    assert.deepEqual(ends("2026-12-04"), ["2026-12-04T00:00:00.000Z", "2027-11-27T00:00:00.000Z"]);
    assert.deepEqual(ends("2027-07-01"), ["2027-06-01T00:00:00.000Z", "2027-11-27T00:00:00.000Z"]);
  });

  it("a failed run, unless the state was written after it", () => {
    const failed: LastOutcome = {
      state: "failed",
      command: "up",
      at: new Date("2026-11-20T10:00:00Z"),
      run: "1",
      outcome: { ...outcome("a", "failed"), messages: ["first\n  second"] },
      upAt: undefined,
    };
    const written = (writtenAt: string) =>
      judged({ last: failed, state: { writtenAt, resources: [], guests: [], outputs: {}, interrupted: 0 } });
    assert.match(written("2026-11-20T09:59:00.000Z")[0]?.text ?? "", /fleet up failed: first second$/);
    assert.deepEqual(written("2026-11-20T10:01:00.000Z"), []);
    assert.deepEqual(judged({ last: { ...failed, state: "changed" } }), []);
  });

  it("detection rules that Defender has turned off, worse the more they are, before drift", () => {
    const rules = ["queryTimeout", "queryLimitsExceeded"].map((reason, index) => ({
      id: `f-${index}`,
      displayName: `R${index}`,
      reason,
    }));
    const detections = { turnedOff: rules, health: [], alertsPerDay: 20 };
    const [need, ...others] = judged({ detections });
    assert.deepEqual([need?.level, need?.urgency, need?.title, others], [2, "now", "2 detection rules turned off", []]);
    assert.equal(
      need?.text,
      'Defender has turned off 2 detection rules, which raise no alerts: "R0" (queryTimeout), "R1" (queryLimitsExceeded)',
    );
    assert.equal(judged({ detections, drift })[0]?.topic, "turnedOffRules");
  });

  it("a rule that mssp detections off has turned off: not merged, and due to be on again after its last day", () => {
    const rule = { id: "f-office", displayName: "Office", note: { until: "2026-11-28", by: "Ana" } };
    const titles = (today: string, isMerged: boolean) =>
      judged({
        now: new Date(`${today}T12:00:00Z`),
        detections: { turnedOff: [{ ...rule, isMerged }], health: [], alertsPerDay: 20 },
      }).map(({ title, key: known }) => [title, known]);
    const key = "turnedOffRules f-office";
    assert.deepEqual(titles("2026-11-28", false), [["Office: off, not merged", key]]);
    assert.deepEqual(titles("2026-11-28", true), []);
    for (const isMerged of [true, false])
      assert.deepEqual(titles("2026-11-29", isMerged), [["Office: due to be on again", key]]);
  });

  it("detection rules that are noisy, silent or only wrong, once for each kind and after what is broken", () => {
    const rules = { A: ["noisy", "onlyFalsePositives"], B: ["silent"], C: ["noisy"], D: [] };
    const health = Object.entries(rules).map(([rule, kinds]) => ({ rule, needs: kinds }) as unknown as RuleHealth);
    const detections = { turnedOff: [], health, alertsPerDay: 20 };
    const tuned = judged({ detections });
    assert.deepEqual(Object.fromEntries(tuned.map(({ key, text }) => [key, text])), {
      "ruleHealth noisy": '2 detection rules with more alerts than 20 a day: "A", "C"',
      "ruleHealth onlyFalsePositives": '1 detection rule with only false positives within 30 days: "A"',
      "ruleHealth silent": '1 detection rule without an alert for 30 days: "B"',
    });
    assert.deepEqual(
      tuned.map(({ level }) => level),
      [2, 1, 1],
    );
    assert.equal(judged({ detections, drift })[0]?.topic, "drift");
  });

  it("joiners, worse the more they are", () => {
    const state = { resources: [], guests: [], outputs: {}, interrupted: 0 };
    const levels = [[], ["ana@mssp.example"], ["ana@mssp.example", "ben@mssp.example"]].map((emails) => {
      const analysts = emails.map((email) => ({ email, displayName: email }));
      const settings = settingsOf("basic", { analysts });
      return judged({ settings, state, access })
        .filter(({ topic }) => topic === "joiner")
        .map(({ level }) => level);
    });
    assert.deepEqual(levels, [[], [1], [2]]);
  });

  it("drift, worse with more differences", () => {
    const drifted = { state: "drifted", differences: 3, checkedOn: "2026-11-27T02:00:00.000Z" } as const;
    assert.deepEqual(
      judged({ drift: drifted }).map(({ level, text }) => [level, text]),
      [[3, "The tenant has drifted: 3 differences, found on 2026-11-27"]],
    );
    assert.deepEqual(judged({ drift: { state: "clean", differences: 0 } }), []);
  });

  describe("the onboarding", () => {
    const step = (name: OnboardingStep["name"], changes: Partial<OnboardingStep> = {}): OnboardingStep => ({
      name,
      state: "waiting",
      actor: "customerAdministrator",
      found: "lacks X",
      next: "Open the link.",
      ...changes,
    });
    const progress = (...steps: OnboardingStep[]) => progressOf({ stack: "a", checkedOn: "", manualSteps: [] }, steps);

    it("waits with its first step before anything is deployed, and lost its consent after", () => {
      const waiting = progress(step("consent"), step("up"));
      assert.deepEqual(
        judged({ onboarding: waiting }).map(({ topic, urgency, who }) => [topic, urgency, who]),
        [["onboarding", "waiting", "customerAdministrator"]],
      );
      assert.deepEqual(
        judged({ onboarding: waiting, access }).map(({ topic, urgency }) => [topic, urgency]),
        [
          ["consent", "now"],
          ["onboarding", "waiting"],
        ],
      );
    });

    it("a step that nobody could check is no need; a tenant that could not be read is a failure", () => {
      const unread = progress(
        step("consent", { unchecked: "failed", found: "not checked: no answer" }),
        step("invitations", { unchecked: "notPermitted", found: "not permitted: requires User.Read.All" }),
      );
      const found = judged({ onboarding: unread, access });
      assert.deepEqual(needs(found), []);
      assert.deepEqual(
        unchecked(found).map(({ what, isFailure }) => [what, isFailure]),
        [
          ["Consent", true],
          ["Invitations", false],
        ],
      );
    });
  });

  it("what Microsoft ends needs somebody from 90 days before it on; nobody for what is later or has no date", () => {
    const connector = { alertApis: ["graph"], profile: "respond", actions: ["isolate"] } as const;
    const contract = { ...connector, approvedBy: "Dana Reyes", writesEndOn: "2030-01-01" };
    const on = (today: string) =>
      judged({ retirements: stackEndings({ connector: contract, azureDelegation: {} }, today) }).map(
        ({ topic, urgency, title }) => `${topic} ${urgency}: ${title}`,
      );
    // The API of the response actions has no date.
    assert.deepEqual(on("2026-12-30"), []);
    assert.deepEqual(on("2026-12-31"), ["ends soon: Microsoft Sentinel in the Azure portal ends in 90 d"]);
    assert.deepEqual(on("2027-04-01"), ["ended now: Microsoft Sentinel in the Azure portal ended"]);
    const legacy = stackEndings({ connector: { alertApis: ["legacySiem"] } }, "2026-11-28");
    const [need] = judged({ retirements: legacy });
    assert.deepEqual([need?.topic, need?.urgency], ["ends", "soon"]);
    assert.match(need?.next ?? "", /^Successor: Microsoft Graph alerts_v2 .*set connector\.alertApis: \[graph\]/);
  });

  it("what Microsoft changes by itself is a remark from 90 days before it on, never needed now", () => {
    const rbac = { analysts: [], portalAccess: { model: "rbac" }, defenderCalls: { mode: "manual" } } as const;
    const on = (today: string, more = {}) => judged({ changes: stackChanges({ ...rbac, ...more }, today) });
    const keys = (found: readonly Finding[]) => found.map(({ key }) => key);
    const today = on("2026-12-02");
    assert.deepEqual(keys(today), [
      "change custom-controls-closed",
      "change unified-rbac-on",
      "change member-of-frozen",
      "change sms-voice",
      "change security-questions",
    ]);
    assert.deepEqual([...new Set(today.map(({ topic, urgency }) => `${topic} ${urgency}`))], ["changes soon"]);
    assert.deepEqual(needs(today), []);
    const [sms] = today.filter(({ key }) => key === "change sms-voice");
    assert.match(
      sms?.text ?? "",
      /: perhaps off from 2027-02-01\. .*MC1426371, .*read on 2026-12-02\.\) Certainty: low\.$/,
    );
    assert.match(sms?.next ?? "", /registers a passkey/);
    assert.ok(!keys(on("2026-11-02")).includes("change sms-voice"), "91 days before");
    assert.ok(keys(on("2026-11-03")).includes("change sms-voice"), "90 days before");
    assert.ok(!keys(on("2027-06-01")).includes("change member-of-frozen"), "months after");
    // A governance relationship has no guests and no roles of Defender; nothing is to do about the rest.
    assert.deepEqual(keys(on("2026-12-02", { portalAccess: { model: "governance" } })), [
      "change tenant-governance-administrator",
    ]);
    const known = stackChanges({ ...rbac, detections: {} }, "2026-12-02").map(({ id }) => id);
    assert.ok(known.includes("detection-rule-period") && known.includes("custom-controls-off"));
  });

  it("the most serious customer stands first, and decides on the exit code", () => {
    const customer = (stack: string, changes: Partial<CustomerStatus>): CustomerStatus => ({
      stack,
      state: "live",
      retirements: [],
      changes: [],
      drift: { state: "notChecked", differences: 0 },
      needs: [],
      notChecked: [],
      ...changes,
    });
    const ends = [secret("2026-12-20T00:00:00Z")];
    const list = [
      customer("a", {}),
      customer("b", { state: "offboarded" }),
      customer("c", { needs: needs(judged({ ends })) }),
      customer("d", { needs: needs(judged({ ends, drift })) }),
      customer("e", { state: "unreadable", needs: needs(judged({ problem: "broken" })) }),
      customer("f", { state: "notDeployed" }),
    ];
    const report = statusReport(list, { now: new Date(), isOffline: false });
    assert.deepEqual(report.customers.map(({ stack }) => stack).join(""), "edcfab");
    assert.deepEqual(report.summary.needs, { now: 2, soon: 1, waiting: 0 });
    const code = (...stacks: string[]) =>
      statusExitCode({ ...report, customers: list.filter(({ stack }) => stacks.includes(stack)) });
    assert.deepEqual([code("a", "b", "f"), code("a", "c"), code("c", "e")], [0, 3, 1]);
  });
});
