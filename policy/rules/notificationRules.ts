import { dynamic } from "../../domain/resourceTypes";
import { problems, resourceRule } from "../rule";

export const notificationRules = resourceRule<object>({
  name: "notification-rules",
  severity: "medium",
  level: "mandatory",
  why: "An alert's e-mail names the customer and links to the customer's portal, so that analysts do not answer it in another tenant.",
  remedy: "Omit includeOrganizationName and includeTenantPortalLink from the rule, or set both to true.",
  link: "https://learn.microsoft.com/defender-endpoint/configure-mssp-notifications",
  parameters: {},
  types: [dynamic("AlertNotificationRule")],
  check: ({ properties: { includeOrganizationName, includeTenantPortalLink } }) =>
    problems(
      includeOrganizationName === false ? "its e-mails do not name the organization" : undefined,
      includeTenantPortalLink === false ? "its e-mails do not link to the tenant's portal" : undefined,
    ),
});
