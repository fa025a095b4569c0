import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import type { AccessConfiguration, AccessPartner } from "../../src/graph/crossTenantAccess";
import {
  isEmptyPartner,
  partIn,
  planPartner,
  planRemoval,
  type PartnerPart,
} from "../../src/providers/accessPartnerPlan";

const group = "77777777-8888-9999-0000-111111111111";
const portal = "80ccca67-54bd-44ab-8625-4b79c4dc7775";
const all = (accessType: "allowed" | "blocked") => ({
  usersAndGroups: { accessType, targets: [{ target: "AllUsers", targetType: "user" as const }] },
  applications: { accessType, targets: [{ target: "AllApplications", targetType: "application" as const }] },
});
const defaults: AccessConfiguration = {
  inboundTrust: { isMfaAccepted: false, isCompliantDeviceAccepted: true, isHybridAzureADJoinedDeviceAccepted: false },
  automaticUserConsentSettings: { inboundAllowed: false, outboundAllowed: false },
  b2bCollaborationInbound: all("allowed"),
};
const untouched: AccessPartner = {
  inboundTrust: null,
  automaticUserConsentSettings: null,
  b2bCollaborationInbound: null,
  tenantId: group,
  b2bDirectConnectInbound: null,
  isServiceProvider: false,
};

const maybe = fc.option(fc.boolean(), { nil: undefined });
const part: fc.Arbitrary<PartnerPart> = fc
  .record({
    isMfaAccepted: maybe,
    isCompliantDeviceAccepted: maybe,
    isHybridAzureADJoinedDeviceAccepted: maybe,
    inboundConsentAllowed: maybe,
    limitToGroup: fc.option(fc.constant(group), { nil: undefined }),
    limitToApplication: fc.option(fc.constant(portal), { nil: undefined }),
  })
  .map((values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)));
const partner: fc.Arbitrary<AccessPartner> = fc
  .record({
    inboundTrust: fc.option(
      fc.record({
        isMfaAccepted: fc.boolean(),
        isCompliantDeviceAccepted: fc.boolean(),
        isHybridAzureADJoinedDeviceAccepted: fc.boolean(),
      }),
    ),
    automaticUserConsentSettings: fc.option(fc.record({ inboundAllowed: fc.boolean(), outboundAllowed: fc.boolean() })),
    b2bCollaborationInbound: fc.constantFrom(null, all("allowed")),
    b2bDirectConnectInbound: fc.constantFrom(null, all("blocked")),
  })
  .map((values) => structuredClone({ ...untouched, ...values }));

const put = (entry: AccessPartner, values: object) => ({ ...entry, ...values }) as AccessPartner;

describe("packages/microsoft/providers/accessPartnerPlan: the plan of a partner entry", () => {
  it("taking the stack's part out leaves the entry as it was, after any two settings", () =>
    assertProperty(100, partner, part, part, (entry, first, second) => {
      const one = planPartner(first, entry, defaults, {});
      const changed = put(entry, one.values);
      const two = planPartner(second, changed, defaults, one.record);
      const last = put(changed, two.values);
      assert.deepEqual(put(last, planRemoval(last, defaults, two.record)), entry);
    }));

  it("the entry says what the settings say, and a second plan changes nothing", () =>
    assertProperty(100, partner, part, (entry, wanted) => {
      const { values, record } = planPartner(wanted, entry, defaults, {});
      const changed = put(entry, values);
      assert.deepEqual(partIn(changed, wanted), wanted);
      assert.deepEqual(planPartner(wanted, changed, defaults, record), { values: {}, record });
    }));

  it("a property that the settings do not name is never written", () =>
    assertProperty(100, partner, part, (entry, wanted) => {
      const { values } = planPartner(wanted, entry, defaults, {});
      const limited = wanted.limitToGroup ?? wanted.limitToApplication;
      if (limited === undefined) assert.ok(!("b2bCollaborationInbound" in values));
      assert.ok(!("b2bDirectConnectInbound" in values));
      const trust = values.inboundTrust as AccessConfiguration["inboundTrust"] | undefined;
      const before = entry.inboundTrust ?? defaults.inboundTrust;
      if (trust && wanted.isMfaAccepted === undefined) assert.equal(trust.isMfaAccepted, before?.isMfaAccepted);
    }));

  it("an inherited trust that the default grants stays when another one is set", () => {
    const { values } = planPartner({ isMfaAccepted: true }, untouched, defaults, {});
    assert.deepEqual(values, { inboundTrust: { ...defaults.inboundTrust, isMfaAccepted: true } });
  });

  it("what somebody adds to a property of the stack's stays, and only the stack's member goes", () => {
    const { values, record } = planPartner({ isMfaAccepted: true }, untouched, defaults, {});
    const changed = put(untouched, {
      inboundTrust: { ...values.inboundTrust, isHybridAzureADJoinedDeviceAccepted: true },
    });
    assert.deepEqual(planRemoval(changed, defaults, record), {
      inboundTrust: {
        isMfaAccepted: false,
        isCompliantDeviceAccepted: true,
        isHybridAzureADJoinedDeviceAccepted: true,
      },
    });
  });

  it("a limit of the customer's is refused, not replaced", () => {
    const own = {
      ...all("allowed"),
      usersAndGroups: { accessType: "allowed", targets: [{ target: portal, targetType: "group" }] },
    };
    const entry = put(untouched, { b2bCollaborationInbound: own });
    assert.throws(() => planPartner({ limitToGroup: group }, entry, defaults, {}), /already limits B2B collaboration/);
    assert.deepEqual(
      planPartner({ isMfaAccepted: true }, entry, defaults, {}).record.b2bCollaborationInbound,
      undefined,
    );
  });

  it("one limit alone is refused where the tenant blocks everybody", () => {
    const blocking = { ...defaults, b2bCollaborationInbound: all("blocked") };
    assert.throws(
      () => planPartner({ limitToGroup: group }, untouched, blocking, {}),
      /set crossTenantTrust.limitToDefenderPortal/,
    );
    const both = { limitToGroup: group, limitToApplication: portal };
    assert.deepEqual(partIn(put(untouched, planPartner(both, untouched, blocking, {}).values), both), both);
  });

  it("an entry is empty if nothing is set, however Graph shows that", () => {
    assert.ok(isEmptyPartner(untouched));
    assert.ok(
      isEmptyPartner({ ...untouched, automaticUserConsentSettings: { inboundAllowed: null, outboundAllowed: null } }),
    );
    assert.ok(!isEmptyPartner({ ...untouched, inboundTrust: { isMfaAccepted: false } }));
    assert.ok(!isEmptyPartner({ ...untouched, isServiceProvider: true }));
    assert.ok(!isEmptyPartner({ ...untouched, somethingNew: { a: 1 } }));
  });
});
