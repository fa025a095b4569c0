import { dynamic } from "../resourceTypes";
import { problems, resourceRule } from "../rule";

export const notificationRules = resourceRule<object>({
  name: "notification-rules",
  severity: "medium",
  level: "mandatory",
  why: "An alert's e-mail says whose alert it is and links to that customer's portal: without both the MSSP answers it in the wrong tenant.",
  remedy: "Leave includeOrganizationName and includeTenantPortalLink out of the rule, or set both to true.",
  link: "https://learn.microsoft.com/defender-endpoint/configure-mssp-notifications",
  parameters: {},
  types: [dynamic("AlertNotificationRule")],
  check: ({ properties: { includeOrganizationName, includeTenantPortalLink } }) =>
    problems(
      includeOrganizationName === false ? "its e-mails don't name the organization" : undefined,
      includeTenantPortalLink === false ? "its e-mails don't link to the tenant's portal" : undefined,
    ),
});
