import { defenderPermissions, hasNotificationRules } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** An e-mail notification rule of the Microsoft Defender portal. */
export const notificationRule = {
  key: "notificationRule",
  singular: "notification rule",
  plural: "notification rules",
  place: "customer's tenant",
  types: [dynamic("AlertNotificationRule"), component("AlertNotificationRule")],
  name: "notificationRules",
  mark: "managedBy, at a gateway only",
  address: notApplicable("no public API shows it"),
  withoutCalls: { search: "no public API lists the rules of a tenant", held: notHeld },
  grants: "sends alerts by e-mail to the MSSP",
  judged: {
    deviceGroups: "notification-rules",
    endpoint: "named-organizations",
    includeDeviceInformation: "notification-rules",
    includeOrganizationName: "notification-rules",
    includeTenantPortalLink: "notification-rules",
    name: "notification-rules",
    recipients: "notification-rules",
    severities: "notification-rules",
    tenantId: "named-organizations",
  },
  isExpected: hasNotificationRules,
  write: defenderPermissions,
  read: notApplicable("no public API shows it"),
  additions: notApplicable("no public API lists the rules of a tenant"),
  licence: notApplicable("each licence of Microsoft Defender has it"),
  leftWhenAdopted: notApplicable("no public API shows it"),
  adoption: {
    search: "none",
    why: "no API lists them: compare the portal's page with the setting notificationRules, and add them by name",
  },
  evidence: notApplicable("it sends mail, and does not sign in"),
  removal: { by: "destroy", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
