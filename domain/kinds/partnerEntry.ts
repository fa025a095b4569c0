import { graphAccessPartners } from "@defender-mssp/microsoft";
import { hasCrossTenantTrust } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** The entry of the MSSP's tenant in the cross-tenant access policy. */
export const partnerEntry = {
  key: "partnerEntry",
  singular: "partner of the cross-tenant access policy",
  plural: "partners of the cross-tenant access policy",
  place: "customer's tenant",
  types: [
    dynamic("CrossTenantPartner"),
    component("CrossTenantPartner"),
    dynamic("CrossTenantPartnerEntry"),
    component("CrossTenantPartnerEntry"),
  ],
  name: notApplicable("it has the MSSP's tenant ID"),
  mark: notApplicable("it has no place for a mark: the MSSP's tenant ID tells whose it is"),
  address: graphAccessPartners.path,
  withoutCalls: { held: notHeld },
  grants: "trusts the MSSP's multifactor authentication and devices",
  judged: {
    found: "own-references",
    inboundConsentAllowed: "trust-of-mssp-only",
    isCompliantDeviceAccepted: "trust-of-mssp-only",
    isHybridAzureADJoinedDeviceAccepted: "trust-of-mssp-only",
    isMfaAccepted: "trust-of-mssp-only",
    limitToApplication: "trust-of-mssp-only",
    limitToGroup: "trust-of-mssp-only",
    partnerTenantId: "trust-of-mssp-only",
    tenantId: "named-organizations",
  },
  isExpected: hasCrossTenantTrust,
  write: () => graphAccessPartners.write,
  read: graphAccessPartners.read,
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
