import assert from "node:assert/strict";
import { dynamic } from "../../../domain/resourceTypes";
import { notificationRules as rule } from "../../../policy/rules/notificationRules";
import type { PolicySettings } from "../../../policy/policySettings";
import { contoso, judge, unknownValue } from "../support";

describe("policy: notification-rules", () => {
  const type = dynamic("AlertNotificationRule");
  const named = {
    name: "High",
    severities: ["High"],
    recipients: ["soc@fabrikam.example"],
    includeOrganizationName: true,
    includeTenantPortalLink: true,
    includeDeviceInformation: true,
  } as const;
  const settings: PolicySettings = { ...contoso, notificationRules: [named] };
  const say = (properties: Readonly<Record<string, unknown>>, given: PolicySettings = settings) =>
    judge(rule, type, properties, { settings: given });

  it("passes a notification rule of the settings, and one with its switches at their defaults", () => {
    assert.deepEqual(say(named), []);
    const { name, severities, recipients } = named;
    assert.deepEqual(say({ name, severities, recipients }), []);
    assert.deepEqual(say({ ...named, recipients: ["SOC@fabrikam.example"] }), []);
  });

  it("refuses e-mails that name no organization or link to no tenant", () =>
    assert.deepEqual(say({ ...named, includeOrganizationName: false, includeTenantPortalLink: false }), [
      "its e-mails do not name the organization",
      "its e-mails do not link to the tenant's portal",
    ]));

  it("refuses recipients, severities and devices that the settings do not name", () => {
    assert.deepEqual(say({ ...named, recipients: ["soc@fabrikam.example", "mallory@evil.example"] }), [
      "its recipient mallory@evil.example is not one of the settings",
    ]);
    assert.deepEqual(say({ ...named, severities: ["High", "Low"] }), ["its severity Low is not one of the settings"]);
    assert.deepEqual(say({ ...named, name: "Copy of everything" }), [
      'the settings have no notification rule "Copy of everything"',
    ]);
    const servers: PolicySettings = {
      ...contoso,
      notificationRules: [{ ...named, deviceGroups: ["Servers"], includeDeviceInformation: false }],
    };
    assert.deepEqual(say(named, servers), [
      "it covers all devices; the settings name device groups",
      "its e-mails name the device, and the settings do not ask for that",
    ]);
    assert.equal(say({ ...named, deviceGroups: ["All"], includeDeviceInformation: false }, servers).length, 1);
  });

  it("refuses what no rule of the settings sends while a preview does not know the name", () => {
    const renamed = (properties: object) => say({ ...named, name: unknownValue, ...properties });
    assert.deepEqual(renamed({}), []);
    assert.deepEqual(renamed({ severities: ["Low"] }), ["its severity Low is not one of the settings"]);
    const two = { ...contoso, notificationRules: [{ ...named, recipients: [] }, named] };
    assert.deepEqual(say({ ...named, name: unknownValue }, two), []);
  });

  it("refuses recipients of the settings outside of the parameter's domains", () => {
    const parameters = { domains: ["contoso.com"] };
    assert.deepEqual(judge(rule, type, named, { settings, parameters }), [
      "its recipient soc@fabrikam.example is not in an allowed domain",
    ]);
    assert.deepEqual(judge(rule, type, named, { settings, parameters: { domains: ["Fabrikam.example"] } }), []);
  });
});
