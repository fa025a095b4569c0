/** Cross-tenant access and Conditional Access, as the dynamic resource and `mssp doctor` call them. */
import assert from "node:assert/strict";
import { authenticationStrengths, defenderPortalAppId } from "@defender-mssp/microsoft";
import { setSwitches } from "../../../src/cloud/switches";
import { items, text, type Body, type Harness } from "../support/harness";

const partner = "5ec0de00-5ea1-4000-8000-000000000001";
const partners = "/v1.0/policies/crossTenantAccessPolicy/partners";
const policies = "/v1.0/identity/conditionalAccess/policies";
const evaluate = "/v1.0/identity/conditionalAccess/evaluate";
const everyone = { accessType: "allowed", targets: [{ target: "AllUsers", targetType: "user" }] };
const portal = { accessType: "allowed", targets: [{ target: defenderPortalAppId, targetType: "application" }] };

export function accessPolicySequences(harness: () => Harness): void {
  it("cross-tenant access: a partner is created, changed, and gone two reads after its deletion", async () => {
    const graph = harness();
    const created = await graph.create(partners, {
      tenantId: partner,
      inboundTrust: { isMfaAccepted: true, isCompliantDeviceAccepted: true },
    });
    assert.equal(created["b2bCollaborationInbound"], null);
    assert.equal((await graph.list(partners)).length, 1);
    await graph.refused(409, "POST", partners, { tenantId: partner });
    await graph.patch(`${partners}/${partner}`, {
      inboundTrust: { isMfaAccepted: true },
      b2bCollaborationInbound: { usersAndGroups: everyone, applications: portal },
    });
    const changed = await graph.get(`${partners}/${partner}`);
    assert.deepEqual(changed["inboundTrust"], {
      isMfaAccepted: true,
      isCompliantDeviceAccepted: null,
      isHybridAzureADJoinedDeviceAccepted: null,
    });

    await graph.expect(204, "PUT", `${partners}/${partner}/identitySynchronization`, {
      userSyncInbound: { isSyncAllowed: true },
    });
    await graph.refused(400, "DELETE", `${partners}/${partner}`);
    await graph.get(`${partners}/${partner}/identitySynchronization`);
    await graph.remove(`${partners}/${partner}/identitySynchronization`);
    await graph.refused(404, "GET", `${partners}/${partner}/identitySynchronization`);

    await graph.remove(`${partners}/${partner}`);
    await graph.refused(409, "POST", partners, { tenantId: partner });
    await graph.get(`${partners}/${partner}`);
    await graph.get(`${partners}/${partner}`);
    await graph.refused(404, "GET", `${partners}/${partner}`);
  });

  it("cross-tenant access: a client that only waits can create a deleted partner again; one side is enough", async () => {
    const graph = harness();
    const one = { tenantId: partner, b2bDirectConnectInbound: { applications: portal } };
    await graph.create(partners, one);
    await graph.remove(`${partners}/${partner}`);
    await graph.refused(409, "POST", partners, one);
    graph.clock.advance(10_000);
    await graph.create(partners, one);
    await graph.remove(`${partners}/${partner}`);
    graph.clock.advance(10_000);
    await graph.refused(404, "GET", `${partners}/${partner}`);
  });

  it("cross-tenant access: the property is b2bCollaborationInbound, and blocking is for both sides", async () => {
    const graph = harness();
    const { message } = await graph.refused(400, "POST", partners, {
      tenantId: partner,
      b2BCollaborationInbound: null,
    });
    assert.match(message, /Invalid property 'b2BCollaborationInbound'/);
    const blocked = { accessType: "blocked", targets: [{ target: "AllUsers", targetType: "user" }] };
    await graph.refused(400, "POST", partners, {
      tenantId: partner,
      b2bCollaborationInbound: { usersAndGroups: blocked, applications: portal },
    });
    assert.equal(graph.tenant.objects("crossTenantAccessPartners").size, 0);
  });

  it("cross-tenant access: the default is the service's until it is changed, and names no users", async () => {
    const graph = harness();
    const path = "/v1.0/policies/crossTenantAccessPolicy/default";
    const before = await graph.get(path);
    assert.equal(before["isServiceDefault"], true);
    assert.equal((before["inboundTrust"] as Body)["isMfaAccepted"], false);
    const group = { accessType: "allowed", targets: [{ target: partner, targetType: "group" }] };
    await graph.refused(400, "PATCH", path, {
      b2bCollaborationInbound: { usersAndGroups: group, applications: portal },
    });
    await graph.patch(path, { inboundTrust: { isMfaAccepted: true } });
    assert.equal((await graph.get(path))["isServiceDefault"], false);
    graph.tenant.objects("crossTenantAccessDefault").clear();
  });

  it("cross-tenant and Conditional Access: refused without P1 and without the permission", async () => {
    const graph = harness();
    setSwitches(graph.tenant, { entraLicence: "free" });
    try {
      const trust = { tenantId: partner, inboundTrust: { isMfaAccepted: true } };
      await graph.refused(403, "POST", partners, trust);
      await graph.refused(403, "POST", policies, policy());
    } finally {
      setSwitches(graph.tenant, { entraLicence: "p2" });
    }
    const as = { roles: ["Policy.Read.All"] };
    await graph.refused(403, "POST", partners, { tenantId: partner }, { as });
    await graph.refused(403, "POST", policies, policy(), { as });
    await graph.refused(403, "POST", evaluate, whatIf(partner), { as });
    const without = { roles: ["Policy.ReadWrite.ConditionalAccess"] };
    await graph.refused(403, "POST", policies, policy(), { as: without });
  });

  it("Conditional Access: a policy for one external tenant applies to that tenant's guests only", async () => {
    const graph = harness();
    const created = await graph.create(policies, policy());
    const path = `${policies}/${text(created, "id")}`;
    assert.equal((await graph.list(policies)).length, 1);
    const { conditions } = await graph.get(path);
    await graph.patch(path, { conditions: { signInRiskLevels: ["high"] } });
    const changed = { ...(conditions as Body), signInRiskLevels: ["high"] };
    assert.deepEqual((await graph.get(path))["conditions"], changed);
    await graph.patch(path, { conditions: { signInRiskLevels: [] } });
    await graph.patch(path, { state: "disabled" });
    assert.deepEqual(await reasonsOf(graph, partner), ["policyNotEnabled"]);
    await graph.patch(path, { state: "enabled" });
    assert.deepEqual(await reasonsOf(graph, partner), ["notSet"]);
    assert.deepEqual(await reasonsOf(graph, "5ec0de00-5ea1-4000-8000-000000000002"), ["users"]);
    assert.equal((await graph.get(path))["state"], "enabled");
    await graph.remove(path);
    await graph.refused(404, "GET", path);
  });

  it("Conditional Access: external tenants need their type, and a policy needs users", async () => {
    const graph = harness();
    const untyped = { guestOrExternalUserTypes: "b2bCollaborationGuest", externalTenants: { members: [partner] } };
    await graph.refused(400, "POST", policies, policy({ includeGuestsOrExternalUsers: untyped }));
    await graph.refused(400, "POST", policies, policy({}));
  });
}

function policy(users: Body = { includeGuestsOrExternalUsers: guestsOf(partner) }): Body {
  return {
    displayName: "MSSP access",
    state: "enabledForReportingButNotEnforced",
    conditions: { applications: { includeApplications: ["All"] }, clientAppTypes: ["all"], users },
    grantControls: { operator: "AND", authenticationStrength: { id: authenticationStrengths.multifactor } },
  };
}

function guestsOf(tenant: string): Body {
  return {
    guestOrExternalUserTypes: "b2bCollaborationGuest,b2bCollaborationMember",
    externalTenants: {
      "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
      membershipKind: "enumerated",
      members: [tenant],
    },
  };
}

function whatIf(externalTenantId: string): Body {
  return {
    signInIdentity: {
      "@odata.type": "#microsoft.graph.userSignIn",
      externalUserType: "b2bCollaborationGuest",
      externalTenantId,
    },
    signInContext: {
      "@odata.type": "#microsoft.graph.applicationContext",
      includeApplications: [defenderPortalAppId],
    },
    signInConditions: { clientAppType: "browser", devicePlatform: "windows" },
  };
}

async function reasonsOf(graph: Harness, externalTenantId: string): Promise<unknown[]> {
  const results = items(await graph.expect(200, "POST", evaluate, whatIf(externalTenantId)));
  return results.map(({ analysisReasons }) => analysisReasons);
}
