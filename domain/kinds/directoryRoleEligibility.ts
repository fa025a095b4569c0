import { graphRoleEligibilities } from "@defender-mssp/microsoft";
import { never } from "../prerequisiteSettings";
import { foundWithPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";
import { givesItsHolder } from "./kindAnswers";

/** An eligible directory role, such as Security Administrator (Privileged Identity Management). */
export const directoryRoleEligibility = {
  key: "directoryRoleEligibility",
  singular: "eligible directory role",
  plural: "eligible directory roles",
  place: "customer's tenant",
  types: notApplicable("this program declares none: an extension's is a resource of the extension"),
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  address: graphRoleEligibilities.path,
  withoutCalls: { presence: "the stack's state has none", search: foundWithPrincipal },
  grants: "lets a guest or a member of a group activate a directory role",
  judged: notApplicable("no resource of this program declares it"),
  isExpected: never,
  write: notApplicable("this program creates none"),
  read: graphRoleEligibilities.read,
  additions: ["added directory roles"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("it is not adopted"),
  adoption: {
    search: "none",
    why: "no resource declares it: npx mssp verify finds it; look under Privileged Identity Management > Microsoft Entra roles",
  },
  evidence: givesItsHolder,
  removal: {
    by: "person",
    order: removalOrder.assignment,
    beforeDestroy: notApplicable("destroy ends it with the guest or group that has it"),
    step: "Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Eligible assignments > Remove.",
  },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
