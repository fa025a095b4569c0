import { governancePermissions } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** A governance relationship of the two tenants (Microsoft Entra Tenant Governance). */
export const governanceRelationship = {
  key: "governanceRelationship",
  singular: "governance relationship",
  plural: "governance relationships",
  place: "customer's tenant",
  types: notApplicable("people of both tenants establish it"),
  name: "portalAccess.groups",
  mark: notApplicable("the MSSP's tenant ID tells whose it is"),
  address: notApplicable("the search finds it, not its ID"),
  withoutCalls: { presence: "the stack's state does not have it: it is searched", held: notHeld },
  grants: "gives groups of the MSSP's tenant roles in the customer's",
  judged: notApplicable("no resource declares it"),
  isExpected: hasModel("governance"),
  write: notApplicable("only signed-in people of the two tenants establish and terminate it"),
  read: governancePermissions,
  additions: ["governance relationship"],
  licence: "Microsoft Entra ID P1",
  leftWhenAdopted: notApplicable("people of both tenants keep it"),
  adoption: {
    search: "none",
    why: "people establish it: npx mssp governance status shows it once portalAccess.model is governance",
  },
  evidence: {
    who: "people of the governing tenant",
    from: "nowhere",
    why: "they have roles through the governance relationship without a user in this tenant, and no list of Graph names them",
  },
  removal: {
    by: "person",
    beforeDestroy:
      "Before `npx pulumi destroy` or another portalAccess.model: end the governance relationship with " +
      "`npx mssp governance terminate --stack <stack> --as customer --client-id <ID>`. Neither ends it: it grants access until the customer terminates it.",
    order: removalOrder.trust,
    step: "End it: npx mssp governance terminate --stack <stack> --as customer --client-id <ID>.",
  },
  stays: "the policy template in the MSSP's tenant",
} as const satisfies AccessKind;
