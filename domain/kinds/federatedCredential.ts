import { graphApplications } from "@defender-mssp/microsoft";
import { signsInWith } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { listed, ofTheApplication } from "./kindAnswers";

/** A federated identity credential of the SIEM connector. */
export const federatedCredential = {
  key: "federatedCredential",
  singular: "federated credential",
  plural: "federated credentials",
  place: "customer's tenant",
  types: [azuread("ApplicationFederatedIdentityCredential")],
  name: "connector.credential",
  mark: notApplicable("its name is the same in every stack"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { search: "it ends with its app registration, which is searched", held: notHeld },
  grants: "signs in as the SIEM connector, with a token of its issuer",
  judged: {
    applicationId: "named-principals",
    audiences: "federated-credentials",
    issuer: "federated-credentials",
    subject: "federated-credentials",
  },
  isExpected: signsInWith("federated"),
  write: () => graphApplications.write,
  read: graphApplications.read,
  additions: ["added to the application"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("its issuer and subject are settings"),
  adoption: listed,
  evidence: ofTheApplication,
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.credential },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
