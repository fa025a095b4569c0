import { graphApplications } from "@defender-mssp/microsoft";
import { hasCustomerApplication } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { ofTheApplication, part } from "./kindAnswers";

/** A redirect URI of the SIEM connector. */
export const redirectUri = {
  key: "redirectUri",
  singular: "redirect URI",
  plural: "redirect URIs",
  place: "customer's tenant",
  types: [azuread("ApplicationRedirectUris")],
  name: "customerDomain",
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { search: "it ends with its app registration, which is searched", held: notHeld },
  grants: "receives the authorization code of a sign-in to the SIEM connector",
  judged: { applicationId: "named-principals", redirectUris: "redirect-uris" },
  isExpected: hasCustomerApplication,
  write: () => graphApplications.write,
  read: graphApplications.read,
  additions: ["added to the application", "added to the service principal"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: ["redirectUris"],
  adoption: part,
  evidence: ofTheApplication,
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.definition },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
