import { entitlementPermissions } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { part } from "./kindAnswers";

/** A role of a group that an access package gives. */
export const accessPackageResource = {
  key: "accessPackageResource",
  singular: "role of the access package",
  plural: "roles of the access packages",
  place: "customer's tenant",
  types: [azuread("AccessPackageResourcePackageAssociation")],
  name: notApplicable("it has the group's name"),
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { search: "it ends with its access package, which is searched", held: notHeld },
  grants: "makes who holds the package a member of the group",
  judged: {
    accessPackageId: "own-references",
    accessType: "access-packages",
    catalogResourceAssociationId: "own-references",
  },
  isExpected: hasModel("entitlement"),
  write: () => entitlementPermissions.write,
  read: entitlementPermissions.read,
  additions: ["added to catalogs"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("it has nothing but its package and its role"),
  adoption: part,
  evidence: notApplicable("who holds the package is a subject by the assignment"),
  removal: { by: "owner", owner: "accessPackage", property: "accessPackageId", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
