import { graphApplications } from "@defender-mssp/microsoft";
import { signsInWith } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { listed, ofTheApplication } from "./kindAnswers";

/** A client secret of the SIEM connector. */
export const clientSecret = {
  key: "clientSecret",
  singular: "client secret",
  plural: "client secrets",
  place: "customer's tenant",
  types: [azuread("ApplicationPassword")],
  name: '"MSSP SIEM, managed by Pulumi"',
  mark: notApplicable("its name is the same in every stack"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { search: "it ends with its app registration, which is searched", held: notHeld },
  grants: "signs in as the SIEM connector",
  judged: {
    applicationId: "named-principals",
    endDate: "client-secrets-expire",
    endDateRelative: "client-secrets-expire",
  },
  isExpected: signsInWith("secret"),
  write: () => graphApplications.write,
  read: graphApplications.read,
  additions: ["added to the application", "added to the service principal"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: ["displayName", "startDate"],
  adoption: listed,
  evidence: ofTheApplication,
  removal: { by: "owner", owner: "application", property: "applicationId", order: removalOrder.credential },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
