/** Settings of the Defender portal, and detection rules. */
import { tenantKinds } from "@defender-mssp/tenant";
import { graphDetectionRules } from "@defender-mssp/microsoft";
import { defenderPermissions, hasDetections, hasNotificationRules, readsAlertsBy } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";
import { listed, ofTheApplication } from "./kindAnswers";

export const notificationRule = {
  ...tenantKinds.notificationRule,
  types: [dynamic("AlertNotificationRule"), component("AlertNotificationRule")],
  name: "notificationRules",
  mark: "managedBy, at a gateway only",
  grants: "sends alerts by e-mail to the MSSP",
  isExpected: hasNotificationRules,
  write: defenderPermissions,
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

export const detectionRule = {
  ...tenantKinds.detectionRule,
  types: [dynamic("DetectionRule"), component("DetectionRule")],
  name: "displayName of its file in detections/",
  mark: "description",
  grants: "raises alerts, and takes the automated actions that the customer approved",
  isExpected: hasDetections,
  write: () => graphDetectionRules().write,
  additions: ["changed detection rules"],
  licence: notApplicable(
    "a table is there only where its product is licensed; Microsoft states no licence of the rules",
  ),
  leftWhenAdopted: ["displayName", "description", "managedBy"],
  adoption: listed,
  evidence: {
    who: "detection rules that act by themselves",
    from: "nowhere",
    why: "what they do to devices, files and users is in Microsoft Defender's action center, which this does not read",
  },
  removal: { by: "destroy", order: removalOrder.grant },
  stays: "the alerts that it raised; lists of Microsoft Defender go on with a deleted rule for some hours",
} as const satisfies AccessKind;

export const siemAuthorization = {
  ...tenantKinds.siemAuthorization,
  types: [dynamic("DefenderSiemAuthorization"), component("DefenderSiemAuthorization")],
  name: notApplicable("it has the application's ID"),
  mark: "managedBy, at a gateway only",
  grants: "lets the SIEM connector read alerts by the legacy API",
  isExpected: readsAlertsBy("legacySiem"),
  write: defenderPermissions,
  additions: notApplicable("no public API lists the authorizations of a tenant"),
  licence: notApplicable("each licence of Microsoft Defender has it"),
  leftWhenAdopted: notApplicable("it has nothing but its application"),
  adoption: {
    search: "part",
    withoutDefenderEndpoint: "Microsoft has no public API for it: look at Settings > SIEM of the Defender portal",
  },
  evidence: ofTheApplication,
  removal: { by: "destroy", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const defenderSettings = [notificationRule, detectionRule, siemAuthorization] as const;
