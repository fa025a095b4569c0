import assert from "node:assert/strict";
import { dynamic } from "../../../domain/resourceTypes";
import { notificationRules as rule } from "../../../policy/rules/notificationRules";
import { judge, unknownValue } from "../support";

describe("policy: notification-rules", () => {
  const type = dynamic("AlertNotificationRule");
  const sample = { name: "High", includeOrganizationName: true, includeTenantPortalLink: true };

  it("passes a notification rule with both properties, and one with both at their defaults", () => {
    assert.deepEqual(judge(rule, type, sample), []);
    assert.deepEqual(judge(rule, type, { name: "High" }), []);
  });

  it("refuses a notification rule without either property", () => {
    assert.deepEqual(judge(rule, type, { ...sample, includeOrganizationName: false, includeTenantPortalLink: false }), [
      "its e-mails do not name the organization",
      "its e-mails do not link to the tenant's portal",
    ]);
  });

  it("reports nothing for values that a preview does not know", () => {
    assert.deepEqual(
      judge(rule, type, { includeOrganizationName: unknownValue, includeTenantPortalLink: unknownValue }),
      [],
    );
  });
});
