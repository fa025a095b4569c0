import { graphGroupEligibilities } from "@defender-mssp/microsoft";
import { isJustInTime } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { foundWithPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** An eligible membership of an analyst in a group (PIM for Groups), with the policy by which it is activated. */
export const eligibility = {
  key: "eligibility",
  singular: "eligible group membership",
  plural: "eligible group memberships",
  place: "customer's tenant",
  types: [dynamic("EligibleMembers"), component("EligibleMembers")],
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { search: foundWithPrincipal },
  grants: "lets an analyst activate a membership of the group",
  judged: {
    activationRequires: "activations",
    approverGroups: "named-principals",
    approvers: "named-principals",
    groupId: "named-principals",
    maximumActivation: "activations",
    members: "named-principals",
    tenantId: "named-organizations",
  },
  isExpected: isJustInTime,
  write: () => graphGroupEligibilities.write,
  read: graphGroupEligibilities.read,
  additions: ["added eligibilities"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("just-in-time access is not adopted"),
  adoption: {
    search: "none",
    why: "it is not imported: look under Privileged Identity Management > Groups, and set portalAccess.activation",
  },
  evidence: notApplicable("who activates it is a guest of the stack, and a subject already"),
  removal: { by: "owner", owner: "group", property: "groupId", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
