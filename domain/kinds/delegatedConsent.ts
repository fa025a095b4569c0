import { graphPermissionGrants } from "@defender-mssp/microsoft";
import { consentsToLegacyApi } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { foundWithPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";
import { listed, ofTheApplication } from "./kindAnswers";

/** A consent to delegated permissions of the SIEM connector. */
export const delegatedConsent = {
  key: "delegatedConsent",
  singular: "delegated permission",
  plural: "delegated permissions",
  place: "customer's tenant",
  types: [azuread("ServicePrincipalDelegatedPermissionGrant")],
  name: "connector.alertApis",
  mark: notApplicable("it has no place for a mark"),
  address: graphPermissionGrants.path,
  withoutCalls: { search: foundWithPrincipal },
  grants: "lets the SIEM connector use an API as the person who signed in",
  judged: {
    claimValues: "api-permissions",
    servicePrincipalObjectId: "named-principals",
    userObjectId: "named-principals",
  },
  isExpected: consentsToLegacyApi,
  write: () => graphPermissionGrants.write,
  read: graphPermissionGrants.read,
  additions: ["added consents"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: ["claimValues"],
  adoption: listed,
  evidence: ofTheApplication,
  removal: { by: "owner", owner: "servicePrincipal", property: "servicePrincipalObjectId", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
