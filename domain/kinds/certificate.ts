import { graphApplications } from "@defender-mssp/microsoft";
import { signsInWith } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { listed, ofTheApplication } from "./kindAnswers";

/** A certificate of the SIEM connector: the public part. */
export const certificate = {
  key: "certificate",
  singular: "certificate",
  plural: "certificates",
  place: "customer's tenant",
  types: [azuread("ApplicationCertificate")],
  name: notApplicable("Entra names it by its subject"),
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { search: "it ends with its app registration, which is searched", held: notHeld },
  grants: "signs in as the SIEM connector, with its private key",
  judged: {
    applicationId: "named-principals",
    encoding: "named-credentials",
    endDate: "certificates-expire",
    endDateRelative: "certificates-expire",
    type: "named-credentials",
    value: "named-credentials",
  },
  isExpected: signsInWith("certificate"),
  write: () => graphApplications.write,
  read: graphApplications.read,
  additions: ["added to the application", "added to the service principal"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("its private key is not in the tenant"),
  adoption: listed,
  evidence: ofTheApplication,
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.credential },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
