import assert from "node:assert/strict";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { assignAppRole, fixture, jsonText, type StoredObject } from "@defender-mssp/testkit";
import { neededPermissions } from "../../domain/prerequisites";
import { readStackSettings } from "../../settings/fromFile";
import { byResource, createProject, customer, dumpOfTenant, msspOn, tenantIdOf } from "./support";

/** `connector.consent` `administrator`: the automation may not grant, and whose click it takes is said. */
describe("the customer's administrator grants the connector's permissions", function () {
  this.timeout(600_000);
  const project = fixture(createProject);

  const readsConsents = { apiAppId: microsoftGraph.appId, permission: "DelegatedPermissionGrant.Read.All" };

  /** A stack whose automation has exactly what the settings need, and reads delegated consents. */
  async function newStack(number: number, connector: object) {
    const [tenantId, stack] = [tenantIdOf(number), `customer${number}`];
    const configure = (changed: object) =>
      project.writeSettings(stack, customer(number, { portalAccess: "rbac", connector: changed }));
    await configure({ ...connector, consent: "administrator" });
    const read = await readStackSettings(stack, { folder: project.folder, environment: project.environment });
    const needed = neededPermissions(read).map(({ permission }) => permission);
    const change = async (changed: object) => {
      await configure(changed);
      await up();
    };
    const up = () => project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
    const said = async (command: string, ...more: readonly string[]) => {
      const { stdout } = await msspOn(project, [command, "--stack", stack, ...more]);
      return stdout.replaceAll(/\s+/g, " ");
    };
    project.sandbox.cloud.describedTenant({
      tenantId,
      domain: "customer.example",
      permissions: byResource([...neededPermissions(read), readsConsents]),
    });
    await project.addStack(stack);
    return {
      tenantId,
      stack,
      needed,
      change,
      up,
      said,
      granted: () => {
        const tenant = project.sandbox.cloud.tenant(tenantId);
        const connector = [...tenant.objects("servicePrincipals").values()].find(({ displayName }) =>
          /SIEM MSSP Connector$/.test(jsonText(displayName)),
        );
        const roles = [...tenant.objects("appRoleAssignments").values()].filter(
          ({ principalId }) => principalId === connector?.id,
        );
        const grants = [...tenant.objects("oauth2PermissionGrants").values()].filter(
          ({ clientId }) => clientId === connector?.id,
        );
        return [...roles, ...grants].map(({ id }) => id).sort();
      },
      unchanged: () => project.succeed(["preview", "--stack", stack, "--refresh", "--expect-no-changes"]),
      click: async (text: string) => {
        const [, address = ""] = /An administrator opens https:\/\/login\.microsoftonline\.com(\S+)/.exec(text) ?? [];
        assert.notEqual(address, "", text);
        const answer = await fetch(`${project.sandbox.origins.http}${address}`, { redirect: "manual" });
        assert.match(answer.headers.get("location") ?? "", /admin_consent=True/);
      },
    };
  }

  it("the address is shown once the registration asks for what the settings have; more than that is named", async () => {
    const { tenantId, needed, said, granted, click, up, change, unchanged, stack } = await newStack(0x81, {
      alertApis: ["legacySiem", "graph"],
      profile: "hunt",
    });
    assert.deepEqual(
      needed.filter((one) => /AppRoleAssignment|DelegatedPermissionGrant/.test(one)),
      [],
    );
    const before = dumpOfTenant(project, tenantId);
    await up();
    assert.deepEqual(granted(), []);
    assert.match(
      await said("status", "--show", "onboarding"),
      /Connector consent no consent to SecurityAlert\.Read\.All,/,
    );

    const tenant = project.sandbox.cloud.tenant(tenantId);
    const application = [...tenant.objects("applications").values()][0]!;
    const asked = application["requiredResourceAccess"];
    const more = { id: microsoftGraph.appRoles["RoleManagement.ReadWrite.Directory"], type: "Role" };
    application["requiredResourceAccess"] = [
      ...(asked as StoredObject[]),
      { resourceAppId: microsoftGraph.appId, resourceAccess: [more] },
    ];
    const wider = await said("verify");
    assert.match(
      wider,
      /asks for RoleManagement\.ReadWrite\.Directory of Microsoft Graph, which the settings do not have/,
    );
    assert.doesNotMatch(wider, /adminconsent/);
    application["requiredResourceAccess"] = asked!;

    const waiting = await said("verify");
    assert.match(
      waiting,
      /if the page asks for SecurityAlert\.Read\.All of Microsoft Graph, .*Alert\.Read of WindowsDefenderATP and nothing else/,
    );
    await click(waiting);
    assert.equal(granted().length, 4);
    const verified = await said("verify");
    assert.match(verified, /consent SecurityAlert\.Read\.All \(application\).*Alert\.Read \(delegated\)/);
    assert.match(verified, /added to the service principal no additions .*added consents no additions/);
    assert.match(await said("status", "--show", "onboarding"), /Connector consent the connector has what/);
    assert.doesNotMatch(await said("status", "--live"), /Added in the tenant/);
    const report = await msspOn(project, ["report", "--stack", stack, "--json"]);
    assert.match(report.stdout, /"name": "ThreatHunting\.Read\.All",\s+"detail": "Microsoft Graph, by the consent of/);
    await unchanged();

    // Less in the settings: the registration asks for less, and what stays granted is named until a read shows its end.
    await change({ alertApis: ["graph"], consent: "administrator" });
    assert.equal(granted().length, 4);
    assert.match(await said("verify"), /are not of the profile read: an administrator removes it/);
    assert.match(await said("status"), /Connector consent: the settings do not have .*ThreatHunting\.Read\.All/);
    await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantId), before);
  });

  it("a change to `administrator` takes nothing away, and a later end of a profile deletes nothing", async () => {
    const number = 0x82;
    const { tenantId, change, granted, said, unchanged, stack } = await newStack(number, {});
    const before = dumpOfTenant(project, tenantId);
    const tenant = project.sandbox.cloud.tenant(tenantId);
    const grant = "AppRoleAssignment.ReadWrite.All";
    const automation = [...tenant.objects("servicePrincipals").values()].find(({ displayName }) =>
      /Automation/.test(jsonText(displayName)),
    )!;
    assignAppRole(tenant, automation, microsoftGraph.appId, grant);
    await change({ profile: "hunt" });
    const made = granted();
    assert.equal(made.length, 3);
    const assignments = tenant.objects("appRoleAssignments");
    for (const { id, appRoleId } of [...assignments.values()])
      if (appRoleId === microsoftGraph.appRoles[grant]) assignments.delete(id);
    await change({ profile: "hunt", consent: "administrator" });
    await unchanged();
    await change({ consent: "administrator" });
    assert.deepEqual(granted(), made);
    await unchanged();
    assert.match(
      await said("verify"),
      /(SecurityIncident|ThreatHunting)\.Read\.All and \S+ are not of the profile read: an administrator removes it/,
    );
    await project.succeed(["destroy", "--stack", stack, "--yes", "--skip-preview"]);
    assert.deepEqual(granted(), []);
    assert.equal(dumpOfTenant(project, tenantId), before);
  });
});
