/** Trusts and relationships between the MSSP's tenant and the customer's, and policies that name the MSSP's. */
import { gdapEnd, tenantKinds } from "@defender-mssp/tenant";
import { graphAccessPartners, graphAccessPolicies } from "@defender-mssp/microsoft";
import { hasCrossTenantTrust, hasModel, never, setsConditionalAccess } from "../prerequisiteSettings";
import { azuread, component, dynamic } from "../resourceTypes";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";

export const partnerEntry = {
  ...tenantKinds.partnerEntry,
  types: [
    dynamic("CrossTenantPartner"),
    component("CrossTenantPartner"),
    dynamic("CrossTenantPartnerEntry"),
    component("CrossTenantPartnerEntry"),
  ],
  name: notApplicable("it has the MSSP's tenant ID"),
  mark: notApplicable("it has no place for a mark: the MSSP's tenant ID tells whose it is"),
  grants: "trusts the MSSP's multifactor authentication and devices",
  isExpected: hasCrossTenantTrust,
  write: () => graphAccessPartners.write,
  additions: ["added trust of the MSSP"],
  licence: "Microsoft Entra ID P1",
  leftWhenAdopted: notApplicable("its earlier values are kept in the state, and come back"),
  adoption: {
    search: "none",
    why: "it is not imported: with crossTenantTrust the next up merges its values into the entry, and destroy puts back what was before",
  },
  evidence: notApplicable("it lets the stack's guests sign in, who are subjects already"),
  removal: { by: "destroy", order: removalOrder.trust },
  stays: "an entry that existed before the stack, with its earlier values",
} as const satisfies AccessKind;

export const conditionalAccessPolicy = {
  ...tenantKinds.conditionalAccessPolicy,
  types: [azuread("ConditionalAccessPolicy")],
  name: "msspName",
  mark: notApplicable("a policy has no place for a mark"),
  grants: notApplicable("it takes access away, and gives none"),
  isExpected: setsConditionalAccess,
  write: () => graphAccessPolicies.write,
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

export const governanceRelationship = {
  ...tenantKinds.governanceRelationship,
  types: notApplicable("people of both tenants establish it"),
  name: "portalAccess.groups",
  mark: notApplicable("the MSSP's tenant ID tells whose it is"),
  grants: "gives groups of the MSSP's tenant roles in the customer's",
  judged: notApplicable("no resource declares it"),
  isExpected: hasModel("governance"),
  write: notApplicable("only signed-in people of the two tenants establish and terminate it"),
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
    given: "governance",
    end: "End the governance relationship: Microsoft Entra admin center ({entra}), Tenant governance > Governing tenants > the tenant of {mssp} > Terminate governance. Microsoft removes its roles and applications.",
    beforeDestroy:
      "Before `npx pulumi destroy` or another portalAccess.model: end the governance relationship with " +
      "`npx mssp governance terminate --stack <stack> --as customer --client-id <ID>`. Neither ends it: it grants access until the customer terminates it.",
    order: removalOrder.trust,
    step: "End it: npx mssp governance terminate --stack <stack> --as customer --client-id <ID>.",
  },
  stays: "the policy template in the MSSP's tenant",
} as const satisfies AccessKind;

export const gdapRelationship = {
  ...tenantKinds.gdapRelationship,
  types: notApplicable("Partner Center establishes it, not this program"),
  name: notApplicable("Partner Center names it"),
  mark: notApplicable("the partner creates it"),
  grants: "gives groups of a partner's tenant roles in the customer's",
  judged: notApplicable("no resource declares it"),
  isExpected: never,
  write: notApplicable("this program establishes none"),
  additions: notApplicable("Graph shows it in the partner's tenant only"),
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("Partner Center keeps it"),
  adoption: {
    search: "none",
    why: "Graph shows it in the partner's tenant only: look at Microsoft 365 admin center > Settings > Partner relationships",
  },
  evidence: notApplicable("this program establishes none: the partner's tenant lists its relationships"),
  removal: {
    by: "person",
    given: notApplicable("no onboarding needs one"),
    end: "If the MSSP is your Microsoft partner, end its delegated admin privileges: Microsoft 365 admin center > Settings > Partner relationships.",
    beforeDestroy: notApplicable("it ends without this program, before or after `destroy`"),
    order: removalOrder.trust,
    step: gdapEnd,
  },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const trusts = [partnerEntry, conditionalAccessPolicy, governanceRelationship, gdapRelationship] as const;
