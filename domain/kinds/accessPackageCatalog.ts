import { graphCatalogs } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { azuread } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** The catalog of the access packages (entitlement management). */
export const accessPackageCatalog = {
  key: "accessPackageCatalog",
  singular: "access package catalog",
  plural: "access package catalogs",
  place: "customer's tenant",
  types: [azuread("AccessPackageCatalog")],
  name: '"MSSP Accesses"',
  mark: "description",
  address: graphCatalogs.path,
  withoutCalls: { held: notHeld },
  grants: "holds what its packages can give, and its owners decide on them",
  judged: { externallyVisible: "access-packages" },
  isExpected: hasModel("entitlement"),
  write: () => graphCatalogs.write,
  read: graphCatalogs.read,
  additions: ["added to catalogs"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: ["displayName", "description", "externallyVisible", "published"],
  adoption: { search: "listed", owned: "accessPackages" },
  evidence: notApplicable("it holds packages, and does not act"),
  removal: { by: "destroy", order: removalOrder.container },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
