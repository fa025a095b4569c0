import { graphConnectedOrganizations } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** The MSSP as a connected organization of entitlement management. */
export const connectedOrganization = {
  key: "connectedOrganization",
  singular: "connected organization",
  plural: "connected organizations",
  place: "customer's tenant",
  types: [dynamic("ConnectedOrganization"), component("ConnectedOrganization")],
  name: "msspName",
  mark: "description",
  address: graphConnectedOrganizations.path,
  withoutCalls: { held: notHeld },
  grants: "lets people of the MSSP's tenant request packages",
  judged: { identitySource: "named-organizations", tenantId: "named-organizations" },
  isExpected: hasModel("entitlement"),
  write: () => graphConnectedOrganizations.write,
  read: graphConnectedOrganizations.read,
  additions: ["added connected organizations"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: ["displayName", "description", "managedBy"],
  adoption: { search: "listed", owned: "accessPackages" },
  evidence: notApplicable("its people act when they hold a package, and are subjects then"),
  removal: { by: "destroy", order: removalOrder.principal },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
