import assert from "node:assert/strict";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { type Json, tenantId, testSandbox, fixture } from "@defender-mssp/testkit";
import { accessChecks, type AccessCheck } from "../../../../cli/access/examination/conditionalAccess";
import { checkSettings, type Settings } from "../../../../settings";
import { requiredSettings } from "../../../settings/required";

describe("mssp doctor: Conditional Access", () => {
  const test = fixture(testSandbox);
  beforeEach(() => policies().clear());

  const policies = () => test.tenant.objects("conditionalAccessPolicies");
  function add(displayName: string, control: string, changes: Record<string, Json> = {}): void {
    policies().set(displayName, {
      id: displayName,
      displayName,
      state: "enabled",
      conditions: {
        users: { includeUsers: ["All"] },
        applications: { includeApplications: ["All"] },
        clientAppTypes: ["all"],
        ...(changes["conditions"] as object | undefined),
      },
      grantControls: { operator: "OR", builtInControls: [control] },
      ...(changes["state"] === undefined ? {} : { state: changes["state"] }),
    });
  }

  function settings(changes: Readonly<Record<string, unknown>> = {}): Settings {
    const values = Object.entries(changes).map(([key, value]) => [key, JSON.stringify(value)] as const);
    const all = { ...requiredSettings, tenantId, analysts: "[]", ...Object.fromEntries(values) };
    const result = checkSettings(all, [], {});
    assert.ok("settings" in result, JSON.stringify(result));
    return result.settings;
  }

  async function checks(changes: Readonly<Record<string, unknown>> = {}): Promise<readonly AccessCheck[]> {
    const found = await accessChecks(settings(changes), test.context);
    assert.ok("checks" in found);
    return found.checks;
  }

  it("nothing to say without policies, and of disabled ones", async () => {
    assert.deepEqual(await checks(), []);
    add("Off", "block", { state: "disabled" });
    assert.deepEqual(await checks(), []);
  });

  it("an enforced policy for devices fails, names the trust, and passes with it", async () => {
    add("Devices", "compliantDevice");
    const [found, ...others] = await checks();
    assert.equal(others.length, 0);
    assert.equal(found?.state, "failed");
    assert.equal(found.whatIf, "applies");
    assert.match(found.reason, /requires a compliant device.*Set crossTenantTrust\.compliantDevice/);
    assert.deepEqual(await checks({ crossTenantTrust: { compliantDevice: true } }), []);
  });

  it("report-only and membership are no failure; MFA without trust is an additional step", async () => {
    add("Report", "block", { state: "enabledForReportingButNotEnforced" });
    add("Group", "block", { conditions: { users: { includeGroups: ["g"] } } });
    add("MFA", "mfa");
    const states = Object.fromEntries((await checks()).map(({ policy, state }) => [policy, state]));
    assert.deepEqual(states, { Report: "notChecked", Group: "notChecked", MFA: "passed" });
  });

  it("trust that the tenant has already counts", async () => {
    add("Devices", "compliantDevice");
    const { msspTenantId } = settings();
    const partner = { id: msspTenantId, tenantId: msspTenantId, inboundTrust: { isCompliantDeviceAccepted: true } };
    test.tenant.objects("crossTenantAccessPartners").set(msspTenantId, partner);
    assert.deepEqual(await checks(), []);
    test.tenant.objects("crossTenantAccessPartners").clear();
  });

  it("with Policy.Read.ConditionalAccess alone, a policy that a trust would satisfy is not checked, never failed", async () => {
    const { msspTenantId } = settings();
    const partner = { id: msspTenantId, tenantId: msspTenantId, inboundTrust: { isCompliantDeviceAccepted: true } };
    test.tenant.objects("crossTenantAccessPartners").set(msspTenantId, partner);
    add("Devices", "compliantDevice");
    add("Blocks", "block");
    test.addConnector({ [microsoftGraph.appId]: ["Policy.Read.ConditionalAccess"] });
    const environment = { ...test.environment, ...test.connectorEnvironment };
    const found = await accessChecks(settings(), { ...test.context, environment });
    assert.ok("checks" in found);
    const [devices, blocks, ...others] = found.checks;
    assert.deepEqual([devices?.policy, devices?.state], ["Devices", "notChecked"]);
    assert.match(
      devices?.reason ?? "",
      /trusts the MSSP's tenant already could not be read: requires Policy\.Read\.All\.$/,
    );
    assert.deepEqual([blocks?.policy, blocks?.state, others.length], ["Blocks", "failed", 0], "whatever is trusted");
    test.tenant.objects("crossTenantAccessPartners").clear();
  });
});
