import { activationPolicyPermissions } from "@defender-mssp/microsoft";
import { isJustInTime } from "../prerequisiteSettings";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** The policy by which eligible members of a group activate their membership (PIM for Groups). */
export const activationPolicy = {
  key: "activationPolicy",
  singular: "activation policy",
  plural: "activation policies",
  place: "customer's tenant",
  types: notApplicable("the eligible memberships declare it"),
  name: notApplicable("each group has one, without a name"),
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: {
    presence: "each group has one, which gives nothing by itself",
    search: "each group has one, which gives nothing by itself",
    held: notHeld,
  },
  grants: "decides how long a membership is active, and who approves it",
  judged: { maximumActivation: "activations" },
  isExpected: isJustInTime,
  write: () => activationPolicyPermissions.write,
  read: activationPolicyPermissions.read,
  additions: notApplicable("up --refresh compares all of it"),
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("just-in-time access is not adopted"),
  adoption: {
    search: "none",
    why: "it is not imported: the next up sets it where portalAccess.activation is set",
  },
  evidence: notApplicable("it is a rule, and does not act"),
  removal: { by: "owner", owner: "group", property: "", order: removalOrder.definition },
  stays: "the policy of a group that stays: it gives no access by itself",
} as const satisfies AccessKind;
