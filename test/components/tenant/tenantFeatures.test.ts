import assert from "node:assert/strict";
import { setSwitches, tenantId, testSandbox, fixture } from "@defender-mssp/testkit";
import { deployedResources } from "../../../components/tenant/deployedResources";
import { requireTenantFeatures } from "../../../components/tenant/tenantFeatures";
import { missingFeatures, type TenantNeeds } from "../../../domain/tenantNeeds";
import { startMocks } from "../mocks";

const ana = "ana@mssp.example";
const everything: TenantNeeds = {
  roleAssignableGroup: true,
  entitlementManagement: true,
  guests: [ana],
  clientSecretDays: 365,
};

/** Against the sandbox's own Graph, with its switches. */
describe("requireTenantFeatures", function () {
  const test = fixture(testSandbox);
  beforeEach(() => grant(["Organization.Read.All", "Policy.Read.All", "User.ReadWrite.All"]));
  afterEach(() => setSwitches(test.tenant, { entraLicence: "p2", b2bInvitations: "on", clientSecrets: "on" }));

  /** The automation's application permissions on Microsoft Graph from now on. */
  function grant(names: readonly string[]): void {
    const objects = [...test.tenant.objects("servicePrincipals").values()];
    const principal = objects.find(({ displayName }) => displayName === "MSSP Onboarding Automation")!;
    const graph = objects.find(({ displayName }) => displayName === "Microsoft Graph")!;
    const assignments = test.tenant.objects("appRoleAssignments");
    for (const { id, principalId } of [...assignments.values()])
      if (principalId === principal.id) assignments.delete(id);
    const roles = graph["appRoles"] as unknown as { id: string; value: string }[];
    for (const { id: appRoleId, value } of roles.filter((role) => names.includes(role.value))) {
      const common = { appRoleId, principalId: principal.id, resourceId: graph.id, principalType: "ServicePrincipal" };
      assignments.set(value, { id: value, ...common });
    }
  }

  async function refusal(needs: TenantNeeds, deployed: readonly string[] = []): Promise<string> {
    await startMocks({ deployed });
    try {
      await requireTenantFeatures(tenantId, needs, await deployedResources(), test.context);
      return "";
    } catch (error) {
      assert.equal((error as Error).name, "Error");
      return (error as Error).message;
    }
  }

  it("accepts a tenant that has every licence and allows everything", async () =>
    assert.equal(await refusal(everything), ""));

  it("lists every missing licence and policy in one error, each with a remedy", async () => {
    setSwitches(test.tenant, { entraLicence: "free", b2bInvitations: "off", clientSecrets: "90" });
    const [head, ...lines] = (await refusal(everything)).split("\n");
    assert.equal(head, `The customer's tenant ${tenantId} does not allow these settings. Nothing was changed.`);
    assert.equal(lines.length, 4);
    assert.match(lines[0] ?? "", /Entra ID P1.*portalAccess\.assignTo to guests/);
    assert.match(lines[1] ?? "", /P2 or ID Governance.*portalAccess\.model to rbac/);
    assert.match(lines[2] ?? "", /these analysts aren't there yet: ana@mssp\.example\./);
    assert.match(lines[3] ?? "", /90 days at most, and this one is to last 365/);
  });

  it("refuses a client secret that the policy forbids, and accepts one within its limit", async () => {
    setSwitches(test.tenant, { clientSecrets: "off" });
    assert.match(await refusal({ clientSecretDays: 30 }), /forbids client secrets/);
    setSwitches(test.tenant, { clientSecrets: "30" });
    assert.equal(await refusal({ clientSecretDays: 30 }), "");
  });

  it("accepts P1 for a role-assignable group, and refuses it for access packages", async () => {
    setSwitches(test.tenant, { entraLicence: "p1" });
    assert.equal(await refusal({ roleAssignableGroup: true }), "");
    assert.match(await refusal({ entitlementManagement: true }), /Access packages need/);
  });

  it("requires no invitation for an existing analyst", async () => {
    setSwitches(test.tenant, { b2bInvitations: "off" });
    const [administrator] = [...test.tenant.objects("users").values()];
    assert.equal(await refusal({ guests: [administrator?.["mail"] as string] }), "");
  });

  it("checks nothing that the identity may not read", async () => {
    setSwitches(test.tenant, { entraLicence: "free", b2bInvitations: "off", clientSecrets: "off" });
    grant(["User.ReadWrite.All"]);
    assert.equal(await refusal(everything), "");
  });

  it("does not check deployed features", async () => {
    setSwitches(test.tenant, { entraLicence: "free", clientSecrets: "off" });
    const deployed = [
      "azuread:index/accessPackageCatalog:AccessPackageCatalog",
      "azuread:index/applicationPassword:ApplicationPassword",
    ];
    assert.equal(await refusal({ entitlementManagement: true, clientSecretDays: 365 }, deployed), "");
  });

  it("accepts unknown licences and policies", () => {
    const unknown = {
      roleAssignableGroups: undefined,
      entitlementManagement: undefined,
      invitations: undefined,
      longestSecretDays: undefined,
    };
    assert.deepEqual(missingFeatures(everything, unknown), []);
  });
});
