import { graphDetectionRules } from "@defender-mssp/microsoft";
import { hasDetections } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { listed } from "./kindAnswers";

/** A custom detection rule of Microsoft Defender XDR, with what it does by itself. */
export const detectionRule = {
  key: "detectionRule",
  singular: "detection rule",
  plural: "detection rules",
  place: "customer's tenant",
  types: [dynamic("DetectionRule"), component("DetectionRule")],
  name: "displayName of its file in detections/",
  mark: "description",
  address: graphDetectionRules().path,
  withoutCalls: { held: notHeld },
  grants: "raises alerts, and takes the automated actions that the customer approved",
  judged: {
    detectionAction: "detection-actions",
    tenantId: "named-organizations",
  },
  isExpected: hasDetections,
  write: () => graphDetectionRules().write,
  read: graphDetectionRules().read,
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
