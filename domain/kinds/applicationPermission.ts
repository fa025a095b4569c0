import { appRolePermissions, connectorRoles, defaultConnectorAccess } from "@defender-mssp/microsoft";
import { type PrerequisiteSettings } from "../prerequisiteSettings";
import { azuread, component, dynamic } from "../resourceTypes";
import { foundWithPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";
import { listed, ofTheApplication } from "./kindAnswers";

/** An application permission that a service principal of the MSSP has: an app role assignment. */
export const applicationPermission = {
  key: "applicationPermission",
  singular: "application permission",
  plural: "application permissions",
  place: "customer's tenant",
  types: [azuread("AppRoleAssignment"), dynamic("AppRoleGrant"), component("AppRoleGrant")],
  name: "connector.alertApis, connector.profile",
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { search: foundWithPrincipal },
  grants: "lets the MSSP's SIEM use an API without a person",
  judged: {
    appRoleId: "api-permissions",
    principalObjectId: "named-principals",
    appRole: "api-permissions",
    tenantId: "named-organizations",
  },
  isExpected: hasApplicationPermissions,
  write: () => appRolePermissions.write,
  read: appRolePermissions.read,
  additions: ["added to the service principal", "added app roles"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("it has nothing but its role and its principal"),
  adoption: listed,
  evidence: ofTheApplication,
  removal: { by: "owner", owner: "servicePrincipal", property: "principalObjectId", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

/** As if the profile had not ended: permissions are needed to take its roles away, too. */
function hasApplicationPermissions({ connector = defaultConnectorAccess }: PrerequisiteSettings): boolean {
  return connectorRoles(connector, "0000-01-01").length > 0;
}
