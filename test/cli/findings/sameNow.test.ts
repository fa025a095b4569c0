/** Every view of the findings says the same of what is needed now. */
import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { dateOf } from "@defender-mssp/microsoft";
import * as fc from "fast-check";
import type { Report } from "../../../cli/access/examination/report";
import type { LiveFindings } from "../../../cli/access/report/live";
import { actorNames } from "../../../cli/access/actor";
import { progressOf, type OnboardingProgress } from "../../../cli/access/waiting/progress";
import { reportText } from "../../../cli/customer/doctor/report";
import { nextText } from "../../../cli/customer/onboard/text";
import { fleetPage, fleetRow } from "../../../cli/customer/report/fleet";
import { needs, type CustomerStatus } from "../../../cli/customer/status/customerStatus";
import { notificationBody } from "../../../cli/customer/status/notify/notificationBody";
import { allNeeds, planNotification } from "../../../cli/customer/status/notify/notificationPlan";
import { accessReport } from "../../../cli/findings/accessReport";
import { hasAccess } from "../../../cli/findings/accessFacts";
import type { Facts } from "../../../cli/findings/facts";
import { findings } from "../../../cli/findings/findings";
import { lighthouseAloneText } from "../../../domain/sentinelSteps";
import type { StepName } from "../../../domain/stepTitles";
import { outcome } from "../fleet/outcomes";
import { recorded, recordedFacts, settingsOf, stateOf } from "../customer/report/states";
import { facts } from "./facts";

const names = fc.uniqueArray(fc.constantFrom("ana", "ben", "cleo", "dora"), { minLength: 1 });
const people = names.map((all) => all.map((name) => ({ email: `${name}@mssp.example`, displayName: name })));
const moment = fc
  .date({ min: new Date("2026-01-01"), max: new Date("2029-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());

const live: fc.Arbitrary<LiveFindings> = fc.record({
  parts: fc.array(
    fc.record({
      name: fc.constant("added guests"),
      state: fc.constantFrom("passed", "failed", "notChecked"),
      reason: fc.constantFrom("not applicable: no guests", "not permitted"),
      additions: fc.array(
        fc.record({
          kind: fc.constant("owner"),
          to: fc.constantFrom("application", "group"),
          what: fc.constant("owner Eve"),
          id: fc.uuid(),
          done: fc.constant({ by: "", on: "" }),
          step: fc.constant("az rest"),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  ),
  missing: fc.array(fc.constantFrom('group "Tier 1"', 'guest "Ana"'), { maxLength: 2 }),
  differences: fc.constant(new Map<string, string>()),
  notCompared: fc.constant(new Map<string, string>()),
  pendingInvitations: names,
  alertReaders: fc.constant([]),
  missingConsents: fc.array(fc.constant("Alert.Read"), { maxLength: 1 }),
  governance: fc.constantFrom({ state: "none" }, { state: "notChecked", reason: "not permitted: requires X" }),
  notChecked: fc.array(fc.constant({ what: "guests", reason: "not permitted" }), { maxLength: 1 }),
});

const onboarding = fc
  .array(
    fc.record({
      name: fc.constantFrom<StepName>("consent", "previewConsent", "up", "invitations", "firstAlert"),
      state: fc.constantFrom("done", "waiting", "byHand", "notApplicable"),
      actor: fc.constantFrom("customerAdministrator", "platformEngineer", "siemEngineer", "analyst"),
      found: fc.constantFrom("lacks X", "the last `up` was interrupted"),
      next: fc.constantFrom("", "Open the link."),
    }),
    { maxLength: 4 },
  )
  .map((steps) => progressOf({ stack: "a", checkedOn: "", manualSteps: [] }, steps));

const detections = fc.record({
  turnedOff: fc.array(
    fc.record({
      id: fc.constantFrom("f-1", "f-2"),
      displayName: fc.constant("Office"),
      reason: fc.constant("timeout"),
    }),
    { maxLength: 2 },
  ),
  health: fc.constant([]),
  alertsPerDay: fc.constant(20),
});

/** Facts of one customer: deployed as a released version did, or with nothing deployed, or not read. */
const customer: fc.Arbitrary<Facts> = fc
  .record({
    name: fc.constantFrom(...recorded, "nothing", "problem"),
    now: moment,
    analysts: people,
    guests: people,
    interrupted: fc.nat(2),
    live: fc.option(live, { nil: undefined }),
    read: fc.record(
      {
        onboarding,
        detections,
        leaked: fc.constant([{ keyId: "k", madeOn: "2026-01-01T00:00:00Z", value: undefined }]),
        unsentMonth: fc.constant("2026-10"),
        last: fc.constantFrom(
          ...(["failed", "changed"] as const).map((state) => ({
            ...{ state, command: "up" as const, at: new Date("2099-01-01"), run: "1", upAt: undefined },
            outcome: outcome("a", state),
          })),
        ),
        drift: fc.constantFrom(
          { state: "drifted" as const, differences: 2 },
          { state: "clean" as const, differences: 0 },
        ),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ name, now, analysts, guests, interrupted, live: compared, read }) => {
    const about = { now: new Date(now), ...read };
    if (name === "problem") return facts({ ...about, problem: "can't be decrypted" });
    if (name === "nothing") return facts({ ...about, nothing: new Error("nothing is deployed") });
    const settings = { ...settingsOf(name), analysts: settingsOf("basic", { analysts }).analysts };
    const state = { ...stateOf(name), interrupted, guests };
    const source = compared === undefined ? "state" : "live";
    const known = recordedFacts(name, { now: about.now, settings, state, source, ...(compared && { live: compared }) });
    return { ...known, ...about, stack: "a" };
  });

/** A report of `mssp doctor` in which nothing is missing. */
const doctor: Report = {
  ...{ stack: "a", customerName: "A", tenantId: "t", state: "passed" },
  identity: { kind: "user", clientId: "c", objectId: "o" },
  ...{ permissions: [], features: [], conditionalAccess: [], retirements: [], notes: [] },
};

describe("what is needed now", () => {
  it("is the same by status, report, fleet page, notification, doctor and onboarding, for any facts", () => {
    const seen = new Set<string>();
    assertProperty(120, customer, (read) => {
      const now = needs(findings(read)).filter(({ urgency }) => urgency === "now");
      for (const { topic } of now) seen.add(topic);
      const alone = read.settings && lighthouseAloneText(read.settings, dateOf(read.now));
      const examined = { ...doctor, retirements: read.retirements ?? [], notes: alone === undefined ? [] : [alone] };
      const said = reportText({ ...examined, state: "failed" }, read.now).replaceAll(/\s+/g, " ");
      const ended = now.filter(({ key }) => key.startsWith("retirement "));
      for (const { key, text } of ended) {
        seen.add(key);
        assert.ok(said.includes(text) && said.endsWith(` ${ended.length} failed. `), said);
      }
      const { next: step, ...progress } = read.onboarding ?? {};
      // The state says of an interrupted `up` what the step says.
      if (step !== undefined && read.problem === undefined && !(step.name === "up" && /interrupted/.test(step.found))) {
        const need = findings(read).find(({ key }) => key === `onboarding ${step.name}`);
        assert.equal(
          nextText({ ...progress, next: step } as OnboardingProgress),
          `Next, ${actorNames[need!.who]}: ${need!.next}`,
        );
      }
      const row = fleetRow(read, { customerName: "A", tenantId: "t" });
      assert.equal(row.failed, now.length);
      if (hasAccess(read)) {
        const failed = accessReport(read).attention.filter(({ state }) => state === "failed");
        assert.deepEqual(
          failed.map(({ title }) => title),
          now.map(({ text }) => text),
        );
      }
      const page = fleetPage({ msspFleetOverview: 1, writtenAt: read.now.toISOString(), customers: [row] });
      assert.match(page, new RegExp(`>${now.length > 0 ? 1 : 0}<[^>]*>[^<]*(<[^>]*>)*need you now`));
      const status = { stack: "a", needs: needs(findings(read)), drift: read.drift, notChecked: [] };
      const customers = [{ ...status, state: "live", retirements: [], changes: [] } as CustomerStatus];
      const sent = allNeeds({ customers });
      const body = notificationBody("json", sent, { sentOn: read.now, knownSecrets: [] });
      const items = (body as { readonly needs: readonly { readonly urgency: string }[] }).needs;
      assert.equal(items.filter(({ urgency }) => urgency === "now").length, now.length);
      const plan = planNotification({}, { customers, offline: false }, [{ stack: "a" }]);
      assert.deepEqual(plan.needs, sent);
    });
    const all = ["consent", "leakedSecret", "leaver", "interrupted", "failedRun", "turnedOffRules", "drift", "ended"];
    assert.deepEqual([...seen].sort(), [...all, "unreadable", "retirement sentinel-azure-portal"].sort());
  });
});
