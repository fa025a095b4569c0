import { entitlementPermissions } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { part } from "./kindAnswers";

/** A group in the catalog of the access packages. */
export const catalogResource = {
  key: "catalogResource",
  singular: "resource of the catalog",
  plural: "resources of the catalog",
  place: "customer's tenant",
  types: [azuread("AccessPackageResourceCatalogAssociation")],
  name: notApplicable("it has the group's name"),
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { search: "it ends with its catalog, which is searched", held: notHeld },
  grants: "lets packages of the catalog give memberships of the group",
  judged: {
    catalogId: "own-references",
    resourceOriginId: "named-principals",
    resourceOriginSystem: "access-packages",
  },
  isExpected: hasModel("entitlement"),
  write: () => ["EntitlementManagement.ReadWrite.All", "Group.ReadWrite.All"],
  read: entitlementPermissions.read,
  additions: ["added to catalogs"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("it has nothing but its catalog and its group"),
  adoption: part,
  evidence: notApplicable("it names a group of the catalog, and does not act"),
  removal: { by: "owner", owner: "accessPackageCatalog", property: "catalogId", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
