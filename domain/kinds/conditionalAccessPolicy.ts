import { graphAccessPolicies } from "@defender-mssp/microsoft";
import { setsConditionalAccess } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** The Conditional Access policy for people of the MSSP's tenant. */
export const conditionalAccessPolicy = {
  key: "conditionalAccessPolicy",
  singular: "Conditional Access policy",
  plural: "Conditional Access policies",
  place: "customer's tenant",
  types: [azuread("ConditionalAccessPolicy")],
  name: "msspName",
  mark: notApplicable("a policy has no place for a mark"),
  address: graphAccessPolicies.path,
  withoutCalls: { held: notHeld },
  grants: notApplicable("it takes access away, and gives none"),
  judged: {
    conditions: "trust-of-mssp-only",
    grantControls: "trust-of-mssp-only",
    sessionControls: "trust-of-mssp-only",
    state: "trust-of-mssp-only",
  },
  isExpected: setsConditionalAccess,
  write: () => graphAccessPolicies.write,
  read: graphAccessPolicies.read,
  additions: ["added trust of the MSSP"],
  licence: "Microsoft Entra ID P1",
  leftWhenAdopted: notApplicable("a policy that exists is not adopted"),
  adoption: {
    search: "none",
    why: "it has no mark: with conditionalAccess the next up creates one of its own; compare Conditional Access > Policies",
  },
  evidence: notApplicable("it takes access away, and does not act"),
  removal: { by: "destroy", order: removalOrder.trust },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
