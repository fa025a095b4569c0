/**
 * What a tenant has licences for and allows, by the sandbox's switches, and how Graph refuses what
 * it doesn't.
 */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { entraServicePlans } from "@defender-mssp/microsoft";
import { setSwitches } from "../../../src/cloud/switches";
import { text, type Body, type Harness } from "../support/harness";

const group = {
  displayName: "Assignable",
  isAssignableToRole: true,
  mailEnabled: false,
  mailNickname: "assignable",
  securityEnabled: true,
};

export function policySequences(harness: () => Harness): void {
  async function switched(set: Record<string, string>, run: (graph: Harness) => Promise<void>): Promise<void> {
    const graph = harness();
    setSwitches(graph.tenant, set);
    try {
      await run(graph);
    } finally {
      setSwitches(graph.tenant, { entraLicence: "p2", b2bInvitations: "on", clientSecrets: "on" });
    }
    assert.equal(graph.tenant.objects("sandboxSwitches").size, 0);
  }

  async function plans(graph: Harness): Promise<unknown[]> {
    const skus = await graph.list("/v1.0/subscribedSkus");
    return skus.flatMap(({ servicePlans }) => (servicePlans as Body[]).map(({ servicePlanId }) => servicePlanId));
  }

  it("licences: all by default; role-assignable groups can be created", () =>
    switched({}, async (graph) => {
      const { AAD_PREMIUM, AAD_PREMIUM_P2 } = entraServicePlans;
      const found = await plans(graph);
      assert.ok(found.includes(AAD_PREMIUM) && found.includes(AAD_PREMIUM_P2));
      const created = await graph.create("/v1.0/groups", group);
      await graph.remove(`/v1.0/groups/${text(created, "id")}`);
    }));

  it("licence P1: no plan of P2; role-assignable groups can be created", () =>
    switched({ entraLicence: "p1" }, async (graph) => {
      const found = await plans(graph);
      assert.ok(found.includes(entraServicePlans.AAD_PREMIUM) && !found.includes(entraServicePlans.AAD_PREMIUM_P2));
      const created = await graph.create("/v1.0/groups", group);
      await graph.remove(`/v1.0/groups/${text(created, "id")}`);
    }));

  it("licence P1: no eligible members of groups, and no policy for them", () =>
    switched({ entraLicence: "p1" }, async (graph) => {
      const path = "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests";
      const filter = encodeURIComponent("groupId eq '00000000-0000-4000-8000-000000000001'");
      const { code } = await graph.refused(400, "GET", `${path}?$filter=${filter}`);
      assert.equal(code, "AadPremiumLicenseRequired");
      await graph.refused(400, "POST", path, {});
      await graph.refused(400, "GET", `/v1.0/policies/roleManagementPolicyAssignments?$filter=${filter}`);
    }));

  it("no licence: role-assignable groups are refused, other groups can be created", () =>
    switched({ entraLicence: "free" }, async (graph) => {
      assert.equal((await plans(graph)).length, 1);
      const { code, message } = await graph.refused(403, "POST", "/beta/groups", group);
      assert.equal(code, "Authorization_RequestDenied");
      assert.match(message, /^Only companies who have purchased AAD Premium/);
      const created = await graph.create("/v1.0/groups", { ...group, isAssignableToRole: false });
      await graph.remove(`/v1.0/groups/${text(created, "id")}`);
    }));

  it("invitations: allowed or refused, as the authorization policy says", async () => {
    const invitation = { invitedUserEmailAddress: "off@fabrikam.example", inviteRedirectUrl: "https://contoso.com" };
    const path = "/v1.0/policies/authorizationPolicy";
    await switched({}, async (graph) => {
      assert.equal((await graph.get(path))["allowInvitesFrom"], "everyone");
    });
    await switched({ b2bInvitations: "off" }, async (graph) => {
      assert.equal((await graph.get(`${path}?$select=allowInvitesFrom`))["allowInvitesFrom"], "none");
      const { message } = await graph.refused(403, "POST", "/v1.0/invitations", invitation);
      assert.match(message, /^Guest invitations not allowed for your company\./);
    });
  });

  for (const [value, endDateTime, code] of [
    ["on", "2030-01-01T00:00:00Z", undefined],
    ["90", "2029-04-01T00:00:00Z", undefined],
    ["90", "2029-04-01T00:00:01Z", "CredentialInvalidLifetimeAsPerAppPolicy"],
    ["off", "2029-01-02T00:00:00Z", "CredentialTypeNotAllowedAsPerAppPolicy"],
  ] as const) {
    it(`policy on client secrets ${value}: one until ${endDateTime} is ${code === undefined ? "created" : "refused"}`, () =>
      switched({ clientSecrets: value }, async (graph) => {
        const policy = await graph.get("/v1.0/policies/defaultAppManagementPolicy");
        assert.equal(policy["isEnabled"], value !== "on");
        const [restriction] = (policy["applicationRestrictions"] as { passwordCredentials: Body[] })
          .passwordCredentials;
        const shown = { on: undefined, "90": 'passwordLifetime "P90D"', off: "passwordAddition null" }[value];
        const seen =
          restriction && `${text(restriction, "restrictionType")} ${JSON.stringify(restriction["maxLifetime"])}`;
        assert.equal(seen, shown);

        const application = await graph.create("/v1.0/applications", { displayName: "Secrets" });
        const path = `/v1.0/applications/${text(application, "id")}`;
        const passwordCredential = { startDateTime: "2029-01-01T00:00:00Z", endDateTime };
        if (code === undefined) await graph.expect(200, "POST", `${path}/addPassword`, { passwordCredential });
        else assert.equal((await graph.refused(400, "POST", `${path}/addPassword`, { passwordCredential })).code, code);
        await graph.remove(path);
      }));
  }

  it("policies: each read requires its permission", async () => {
    const as = { roles: ["User.ReadWrite.All"] };
    for (const path of ["subscribedSkus", "policies/authorizationPolicy", "policies/defaultAppManagementPolicy"]) {
      await harness().refused(403, "GET", `/v1.0/${path}`, undefined, { as });
    }
  });

  it("users: found by each form of an address", async () => {
    const graph = harness();
    const address = "filtered.o'neil@fabrikam.example";
    const { invitedUser } = await graph.create("/v1.0/invitations", {
      invitedUserEmailAddress: address,
      inviteRedirectUrl: "https://contoso.com",
    });
    const id = text(invitedUser as Body, "id");
    const quoted = address.replace("'", "''").toUpperCase();
    for (const filter of [
      `mail eq '${quoted}'`,
      `otherMails/any(o:o eq '${quoted}')`,
      `proxyAddresses/any(p:p eq 'smtp:${quoted}')`,
      `userPrincipalName eq '${quoted}' or startswith(userPrincipalName,'${quoted.replace("@", "_")}#EXT#@')`,
      `mail eq '${quoted}' and externalUserState eq 'PendingAcceptance'`,
    ]) {
      const found = await graph.list(`/v1.0/users?$filter=${encodeURIComponent(filter)}`);
      assertEach(found, (user) => user["id"], [id], filter);
    }
    await graph.remove(`/v1.0/users/${id}`);
  });
}
