/** What Microsoft changes by itself: the sandbox's clock performs it when the table of changes says so. */
import assert from "node:assert/strict";
import { dayMs } from "@defender-mssp/errors/time";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import {
  behaviourChanges,
  changesOn,
  dateOf,
  hasCome,
  directoryRoleTemplates,
  type BehaviourChangeId,
} from "@defender-mssp/microsoft";
import fc from "fast-check";
import { defenderRoutes } from "../../src/defender";
import { setSwitches } from "../../src/cloud/switches";
import { everything, Harness, text, type Body } from "../graph/support/harness";

/** Whether a change is so, asked of the services as a client does. */
type Probe = () => Promise<boolean>;

/** Changes whose effect the sandbox doesn't perform. */
const excused = [
  "unified-rbac-new-tenants",
  "security-questions",
  "custom-controls-off",
  "user-read-update",
  "tenant-governance-available",
  "tenant-governance-administrator",
  "app-only-read-after-write",
  "azure-write-mfa",
  "all-resources-exclusions",
  "sentinel-moves",
  "detection-rule-period",
] as const satisfies readonly BehaviourChangeId[];
type PerformedId = Exclude<BehaviourChangeId, (typeof excused)[number]>;

describe("sandbox/cloud: what changes by itself", function () {
  let graph: Harness;
  let probes: Readonly<Record<PerformedId, Probe>>;
  let analyst: string;

  const status = async (method: string, path: string, body?: Body) =>
    (await graph.call(method, path, body === undefined ? {} : { body })).status;
  const readsAlerts = async () => {
    const as = { scopes: ["SecurityAlert.Read.All"], objectId: analyst };
    return (await graph.call("GET", "/v1.0/security/alerts_v2?$top=1", { as })).status === 200;
  };
  const moveTo = (day: string) => graph.clock.advance(Date.parse(`${day}T12:00:00Z`) - graph.clock.now().getTime());

  before(async () => {
    graph = await Harness.start(defenderRoutes);
    const [domain] = await graph.list("/v1.0/domains");
    const user = await graph.create("/v1.0/users", {
      displayName: "Ana",
      mailNickname: "ana",
      userPrincipalName: `ana@${text(domain ?? {}, "id")}`,
      accountEnabled: true,
      passwordProfile: { password: "Summer-2026-ok" },
    });
    analyst = text(user, "id");
    const role = await graph.create("/beta/roleManagement/defender/roleDefinitions", {
      displayName: "Readers",
      rolePermissions: [{ allowedResourceActions: ["microsoft.xdr/secops/securitydata/basics/read"] }],
    });
    await graph.create("/beta/roleManagement/defender/roleAssignments", {
      displayName: "Readers",
      roleDefinitionId: text(role, "id"),
      principalIds: [analyst],
      appScopeIds: ["/"],
    });
    const base = "/beta/identityGovernance/entitlementManagement";
    const { id: catalogId = "" } = await graph.create(`${base}/accessPackageCatalogs`, { displayName: "Guests" });
    const accessPackage = { catalogId, displayName: "Tier 1", description: "of the test" };
    const { id: accessPackageId = "" } = await graph.create(`${base}/accessPackages`, accessPackage);
    const policy = { accessPackageId, displayName: "Guests", description: "of the test" };
    const requestorSettings = { scopeType: "AllExternalSubjects", acceptRequests: true };
    const conditions = {
      clientAppTypes: ["all"],
      users: { includeUsers: ["All"] },
      applications: { includeApplications: ["All"] },
    };
    const grantControls = { operator: "OR", builtInControls: [], customAuthenticationFactors: ["Contoso MFA"] };
    const customControl = { displayName: "Custom", state: "disabled", conditions, grantControls };
    probes = {
      "unified-rbac-on": readsAlerts,
      "sms-voice": async () => {
        const path = "/v1.0/reports/authenticationMethods/userRegistrationDetails";
        const found = await graph.list(path, { as: { ...everything, roles: ["AuditLog.Read.All"] } });
        return found.find(({ id }) => id === analyst)?.["isMfaCapable"] === false;
      },
      "custom-controls-closed": async () =>
        (await status("POST", "/v1.0/identity/conditionalAccess/policies", customControl)) === 400,
      "guest-governance-metered": async () =>
        (await status("POST", `${base}/accessPackageAssignmentPolicies`, { ...policy, requestorSettings })) === 400,
      "member-of-frozen": async () => {
        const group = { displayName: "g", mailEnabled: false, mailNickname: "g", securityEnabled: true };
        const source = text(await graph.create("/v1.0/groups", group), "id");
        const rule = {
          groupTypes: ["DynamicMembership"],
          membershipRule: `user.memberof -any (group.objectId -in ['${source}'])`,
          membershipRuleProcessingState: "On",
        };
        const dynamic = text(await graph.create("/v1.0/groups", { ...group, ...rule }), "id");
        const reference = { "@odata.id": `${graph.origin}/v1.0/directoryObjects/${analyst}` };
        await graph.call("POST", `/v1.0/groups/${source}/members/$ref`, { body: reference });
        const members = async () => (await graph.list(`/v1.0/groups/${dynamic}/members`)).length;
        const taken = await members();
        await graph.call("DELETE", `/v1.0/groups/${source}/members/${analyst}/$ref`);
        assert.equal(await members(), 0);
        return taken === 0;
      },
      "app-instance-lock": async () => {
        const { servicePrincipalLockConfiguration: lock } = await graph.create("/v1.0/applications", {
          displayName: "new",
        });
        return lock !== null && lock !== undefined;
      },
    };
  });
  after(() => graph.stop());

  it("names each change that it does not perform", () => {
    const all = behaviourChanges.map(({ id }) => id);
    assert.deepEqual([...excused, ...Object.keys(probes)].sort(), all.sort());
  });

  it("is so on a day of its clock when the forecast for that day says so", async () => {
    const days = fc.integer({ min: Date.parse("2025-12-01") / dayMs, max: Date.parse("2027-12-31") / dayMs });
    const rbac = behaviourChanges.find(({ id }) => id === "unified-rbac-on");
    const [first, last] = [rbac?.from, rbac?.until].map((day = "") => Date.parse(day) / dayMs);
    const dayOf = (number: number) => dateOf(new Date(number * dayMs));
    const tenants = fc.integer({ min: first ?? 0, max: last ?? 0 });
    await assertAsyncProperty(20, days, tenants, async (number, tenantsDay) => {
      const day = dayOf(number);
      setSwitches(graph.tenant, { mfa: "sms", guestBilling: "unlinked", unifiedRbac: dayOf(tenantsDay) });
      moveTo(day);
      const forecast = new Map(changesOn(day).map(({ id, level }) => [id, level]));
      for (const [id, isSo] of Object.entries(probes)) {
        const level = forecast.get(id) ?? "undated";
        const isForecast = hasCome(level);
        // Between two days, each tenant has one of its own.
        const expected = isForecast && (id !== "unified-rbac-on" || tenantsDay <= number);
        assert.equal(await isSo(), expected, `${id} on ${day}, ${level}`);
      }
    });
  });

  it("gives a person the alerts by a directory role while unified RBAC is off", async () => {
    setSwitches(graph.tenant, { unifiedRbac: "off" });
    assert.equal(await readsAlerts(), false);
    await graph.create("/v1.0/roleManagement/directory/roleAssignments", {
      principalId: analyst,
      roleDefinitionId: directoryRoleTemplates["Security Reader"],
      directoryScopeId: "/",
    });
    assert.equal(await readsAlerts(), true);
  });

  it("tells a person the missing scope before the missing role, and a change by the route's permissions", async () => {
    setSwitches(graph.tenant, { unifiedRbac: "off" });
    const answered = async (method: string, path: string, scope: string, objectId: string) =>
      JSON.stringify(
        await graph.call(method, `/v1.0/security/${path}`, { as: { scopes: [scope], objectId }, body: {} }),
      );
    const nobody = "00000000-0000-4000-8000-000000000000";
    assert.match(await answered("PATCH", "alerts_v2/1", "User.Read", nobody), /Missing application scopes/);
    const noRole = /has no role in Defender/;
    assert.match(await answered("POST", "runHuntingQuery", "ThreatHunting.Read.All", nobody), noRole);
    assert.match(await answered("PATCH", "alerts_v2/1", "SecurityAlert.ReadWrite.All", analyst), noRole);
    for (const name of ["runHuntingQuery", "microsoft.graph.security.runHuntingQuery"]) {
      assert.match(await answered("POST", name, "ThreatHunting.Read.All", analyst), /The query is missing/);
    }
  });
});
