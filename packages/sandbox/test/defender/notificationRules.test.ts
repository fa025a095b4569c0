import assert from "node:assert/strict";
import { testSandbox, fixture } from "@defender-mssp/testkit";
import { callSetting } from "./callSetting";

const address = `/notificationRules/${encodeURIComponent("SOC / high: 100%")}`;
const fields = {
  includeOrganizationName: true,
  includeTenantPortalLink: true,
  includeDeviceInformation: false,
  deviceGroups: null,
  severities: ["High"],
  recipients: ["soc@fabrikam-security.example"],
};

describe("sandbox/defender: notification rules (the sandbox's own routes)", () => {
  const test = fixture(testSandbox);

  const call = (method: string, path: string, body?: unknown, token?: string) =>
    callSetting(test, method, path, body, token);

  it("notification rule: created, read, replaced and deleted under any name", async () => {
    const rule = { name: "SOC / high: 100%", ...fields, managedBy: "project/stack/name", status: "configured" };
    assert.equal((await call("GET", address)).status, 404);
    assert.deepEqual(await call("PUT", address, rule), { status: 201, body: rule });
    assert.deepEqual(await call("GET", address), { status: 200, body: rule });
    const changed = { ...rule, deviceGroups: ["Servers"], severities: ["Low", "High"], managedBy: null };
    assert.deepEqual(await call("PUT", address, { ...changed, managedBy: undefined }), { status: 200, body: changed });
    assert.deepEqual(await call("DELETE", address), { status: 204, body: undefined });
    assert.equal((await call("DELETE", address)).status, 404);
    assert.equal(test.tenant.objects("notificationRules").size, 0);
  });

  it("notification rule: a malformed request is refused in Defender's envelope", async () => {
    for (const wrong of [
      { severities: [] },
      { severities: ["Critical"] },
      { recipients: [] },
      { recipients: ["nobody"] },
      { deviceGroups: [] },
      { deviceGroups: "Servers" },
      { includeOrganizationName: "yes" },
      { managedBy: 3 },
    ]) {
      const answer = await call("PUT", address, { ...fields, ...wrong });
      assert.equal(answer.status, 400, JSON.stringify([wrong, answer.body]));
      assert.equal((answer.body as { error: { code: string } }).error.code, "BadRequest");
    }
    assert.equal((await call("PUT", `/notificationRules/${"x".repeat(257)}`, fields)).status, 400);
    assert.equal(test.tenant.objects("notificationRules").size, 0);
  });

  it("notification rule: requires the role for Manage security settings", async () => {
    test.addConnector({}, "Alert.Read");
    const refused = await call("PUT", address, fields, await test.connectorToken("defender"));
    assert.equal(refused.status, 403);
    assert.match(JSON.stringify(refused.body), /Manage security settings.*IntegrationConfiguration\.ReadWrite/);
  });
});
