import assert from "node:assert/strict";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { addApplication, addConsentedServicePrincipal } from "../../src/graph/newDirectory";
import { changeTenantConsent, commandEnvironment, startSandbox } from "../../src/server";

const tenantId = "c0570500-0000-4000-8000-0000000000ab";
const permissions = { [microsoftGraph.appId]: ["User.Read.All", "AuditLog.Read.All"] };

describe("sandbox/server: a customer's consent", function () {
  const home = newFolder();
  const change = (act: "give" | "remove" | "enable" | "disable", applicationId?: string) =>
    changeTenantConsent({ home }, { tenantId, act, permissions, applicationId });

  it("is given, widened, disabled and taken away on disk while no sandbox runs", async () => {
    const { permissions: held } = await change("give");
    assert.ok(held.includes("AuditLog.Read.All") && held.includes("Group.ReadWrite.All"), held.join());
    assert.equal((await change("disable")).state, "disabled");
    assert.equal((await change("enable")).state, "enabled");
    assert.deepEqual((await change("remove")).permissions, []);
    await assert.rejects(change("disable"), { name: "VisibleError", message: /has no application 5ec0de00-.* under/ });
    assert.deepEqual((await change("give")).permissions, ["AuditLog.Read.All", "User.Read.All"]);
  });

  it("ends the tokens of the application in the running sandbox", async () => {
    const sandbox = await startSandbox({ home });
    try {
      const environment = commandEnvironment(await sandbox.environment({ user: process.env }));
      const token = async () => {
        const body = new URLSearchParams({
          grant_type: "client_credentials",
          client_id: environment["ARM_CLIENT_ID"] ?? "",
          client_secret: environment["ARM_CLIENT_SECRET"] ?? "",
          scope: "https://graph.microsoft.com/.default",
        });
        const answer = await fetch(`${sandbox.origins.http}/${tenantId}/oauth2/v2.0/token`, { method: "POST", body });
        return ((await answer.json()) as { error_codes?: readonly number[] }).error_codes?.[0] ?? answer.status;
      };
      const [before] = [await token()];
      await change("disable");
      const disabled = await token();
      await change("remove");
      assert.deepEqual([before, disabled, await token()], [200, 7000112, 7000229]);
    } finally {
      await sandbox.stop();
    }
  });

  it("of another application is given at its address", async () => {
    const other = "11111111-0000-4000-8000-000000000001";
    await assert.rejects(change("give", other), { name: "VisibleError", message: /adminconsent\?client_id=1111/ });
  });

  it("at its address gives all that the registration asks for, also to an application that is there, once", async () => {
    const sandbox = await startSandbox({ home });
    try {
      const tenant = sandbox.cloud.tenant(tenantId);
      const applicationId = "11111111-0000-4000-8000-000000000002";
      const description = { applicationId, displayName: "Asks", signInAudience: "AzureADMyOrg" } as const;
      const { appRoles, scopes } = microsoftGraph;
      addApplication(tenant, description)["requiredResourceAccess"] = [
        {
          resourceAppId: microsoftGraph.appId,
          resourceAccess: [
            { id: appRoles["User.Read.All"], type: "Role" },
            { id: appRoles["Group.ReadWrite.All"], type: "Role" },
            { id: scopes["User.Read"], type: "Scope" },
          ],
        },
      ];
      const held = { [microsoftGraph.appId]: ["User.Read.All"] };
      const { id } = addConsentedServicePrincipal(tenant, { ...description, homeTenantId: tenantId }, held);
      const at = async (address: string) => (await fetch(`${sandbox.origins.http}/${tenantId}${address}`)).text();
      // The consent counts, although no redirect URI is registered.
      for (let click = 0; click < 2; click++)
        assert.match(await at(`/adminconsent?client_id=${applicationId}`), /AADSTS500113/);
      assert.match(await at(`/v2.0/adminconsent?client_id=${applicationId}`), /AADSTS900144.*scope/);
      const given = (name: string, key: string) => [...tenant.objects(name).values()].filter((one) => one[key] === id);
      assert.equal(given("appRoleAssignments", "principalId").length, 2);
      assert.deepEqual(
        given("oauth2PermissionGrants", "clientId").map(({ scope }) => scope),
        ["User.Read"],
      );
    } finally {
      await sandbox.stop();
    }
  });
});
