/** Access packages, what they are in and what is in them. */
import { tenantKinds } from "@defender-mssp/tenant";
import {
  entitlementPermissions,
  graphAccessPackages,
  graphCatalogs,
  graphConnectedOrganizations,
} from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { azuread, component, dynamic } from "../resourceTypes";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";
import { listed, part } from "./kindAnswers";

/** What the parts of entitlement management share. */
const inEntitlement = {
  isExpected: hasModel("entitlement"),
  licence: "Microsoft Entra ID P2 or ID Governance",
  stays: notApplicable("nothing of it stays"),
} as const;

export const accessPackageCatalog = {
  ...tenantKinds.accessPackageCatalog,
  ...inEntitlement,
  types: [azuread("AccessPackageCatalog")],
  name: '"MSSP Accesses"',
  mark: "description",
  grants: "holds what its packages can give, and its owners decide on them",
  write: () => graphCatalogs.write,
  additions: ["added to catalogs"],
  leftWhenAdopted: ["displayName", "description", "externallyVisible", "published"],
  adoption: { search: "listed", owned: "accessPackages" },
  evidence: notApplicable("it holds packages, and does not act"),
  removal: { by: "destroy", order: removalOrder.container },
} as const satisfies AccessKind;

export const catalogResource = {
  ...tenantKinds.catalogResource,
  ...inEntitlement,
  types: [azuread("AccessPackageResourceCatalogAssociation")],
  name: notApplicable("it has the group's name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "lets packages of the catalog give memberships of the group",
  write: () => ["EntitlementManagement.ReadWrite.All", "Group.ReadWrite.All"],
  additions: ["added to catalogs"],
  leftWhenAdopted: notApplicable("it has nothing but its catalog and its group"),
  adoption: { ...part, owned: "accessPackages" },
  evidence: notApplicable("it names a group of the catalog, and does not act"),
  removal: { by: "owner", owner: "accessPackageCatalog", property: "catalogId", order: removalOrder.grant },
} as const satisfies AccessKind;

export const accessPackage = {
  ...tenantKinds.accessPackage,
  ...inEntitlement,
  types: [azuread("AccessPackage")],
  name: "the tier's name in portalAccess.tiers",
  mark: "description",
  grants: "gives who holds it a membership of the tier's group",
  write: () => graphAccessPackages.write,
  additions: ["added to access packages"],
  leftWhenAdopted: ["displayName", "description", "hidden"],
  adoption: { search: "listed", owned: "accessPackages" },
  evidence: notApplicable("who holds it is a subject by the assignment"),
  removal: { by: "destroy", order: removalOrder.definition },
} as const satisfies AccessKind;

export const accessPackageResource = {
  ...tenantKinds.accessPackageResource,
  ...inEntitlement,
  types: [azuread("AccessPackageResourcePackageAssociation")],
  name: notApplicable("it has the group's name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "makes who holds the package a member of the group",
  write: () => entitlementPermissions.write,
  additions: ["added to catalogs"],
  leftWhenAdopted: notApplicable("it has nothing but its package and its role"),
  adoption: { ...part, owned: "accessPackages" },
  evidence: notApplicable("who holds the package is a subject by the assignment"),
  removal: { by: "owner", owner: "accessPackage", property: "accessPackageId", order: removalOrder.grant },
} as const satisfies AccessKind;

export const assignmentPolicy = {
  ...tenantKinds.assignmentPolicy,
  ...inEntitlement,
  types: [azuread("AccessPackageAssignmentPolicy")],
  name: "fixed, for each tier",
  mark: "description",
  grants: "lets people of the connected organization request the package",
  write: () => ["EntitlementManagement.ReadWrite.All", "User.Read.All"],
  additions: ["added to access packages"],
  leftWhenAdopted: [
    "displayName",
    "description",
    "durationInDays",
    "expirationDate",
    "extensionEnabled",
    "requestorSettings",
    "approvalSettings",
    "assignmentReviewSettings",
    "questions",
  ],
  adoption: listed,
  evidence: notApplicable("who approves is a person of the customer; who holds the package is a subject"),
  removal: { by: "destroy", order: removalOrder.grant },
} as const satisfies AccessKind;

export const accessPackageAssignment = {
  ...tenantKinds.accessPackageAssignment,
  types: notApplicable("people request it and approvers of the customer give it"),
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "makes a person a guest and a member of the tier's group",
  judged: notApplicable("no resource declares it"),
  isExpected: hasModel("entitlement"),
  write: notApplicable("the customer gives and removes it"),
  additions: ["added to access packages"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("people hold it"),
  adoption: {
    search: "none",
    why: "no resource declares it: people keep what they hold; look under Identity Governance, the package, Assignments",
  },
  evidence: { who: "holders of access packages", from: "tenant" },
  removal: {
    by: "person",
    given: "accessPackages",
    end: "End the access packages that people hold: Entra admin center > Identity Governance > Access packages > Assignments > Remove.",
    // Microsoft, "Delete accessPackage": a package that has an assignment cannot be deleted.
    beforeDestroy:
      "Before `npx pulumi destroy` or another portalAccess.model: remove every assignment of these access packages (Entra admin center > Identity " +
      "Governance > Access packages > the package > Assignments > Remove). Graph refuses to delete a package that somebody holds, and the " +
      "run would fail halfway. `npx mssp doctor --stack <stack> --before-destroy` lists who holds which.",
    order: removalOrder.assignment,
    step: "Remove the assignment: Entra admin center > Identity Governance > Access packages > the package > Assignments > Remove.",
  },
  stays: "the guest that entitlement management invited, unless the tenant's settings remove it",
} as const satisfies AccessKind;

export const connectedOrganization = {
  ...tenantKinds.connectedOrganization,
  ...inEntitlement,
  types: [dynamic("ConnectedOrganization"), component("ConnectedOrganization")],
  name: "msspName",
  mark: "description",
  grants: "lets people of the MSSP's tenant request packages",
  write: () => graphConnectedOrganizations.write,
  additions: ["added connected organizations"],
  leftWhenAdopted: ["displayName", "description", "managedBy"],
  adoption: { search: "listed", owned: "accessPackages" },
  evidence: notApplicable("its people act when they hold a package, and are subjects then"),
  removal: { by: "destroy", order: removalOrder.principal },
} as const satisfies AccessKind;

export const accessPackages = [
  accessPackageCatalog,
  catalogResource,
  accessPackage,
  accessPackageResource,
  assignmentPolicy,
  accessPackageAssignment,
  connectedOrganization,
] as const;
