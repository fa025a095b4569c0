import { graphAccessPackages } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** An access package of a tier. */
export const accessPackage = {
  key: "accessPackage",
  singular: "access package",
  plural: "access packages",
  place: "customer's tenant",
  types: [azuread("AccessPackage")],
  name: "the tier's name in portalAccess.tiers",
  mark: "description",
  address: graphAccessPackages.path,
  withoutCalls: { held: notHeld },
  grants: "gives who holds it a membership of the tier's group",
  judged: { catalogId: "own-references" },
  isExpected: hasModel("entitlement"),
  write: () => graphAccessPackages.write,
  read: graphAccessPackages.read,
  additions: ["added to access packages"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: ["displayName", "description", "hidden"],
  adoption: { search: "listed", owned: "accessPackages" },
  evidence: notApplicable("who holds it is a subject by the assignment"),
  removal: { by: "destroy", order: removalOrder.definition },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
