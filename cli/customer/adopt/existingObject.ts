/** What the state has of an object, as the provider's own `create` would answer it. */
import type { ExistingObject } from "./answeringProviders";
import type { NamedPart } from "./candidate";

export function existingObject(part: NamedPart): ExistingObject {
  const { id } = part;
  switch (part.key) {
    case "guest":
      return { id, outputs: { objectId: id, adopted: false } };
    case "group":
      return { id: `/groups/${id}`, outputs: { objectId: id } };
    case "directoryRoleAssignment":
      return { id: `/roleManagement/directory/roleAssignments/${id}` };
    case "connectedOrganization":
      return { id, outputs: { state: part.state, adopted: false } };
    case "application":
      return { id: `/applications/${id}`, outputs: { clientId: part.appId, objectId: id } };
    case "clientSecret": {
      const { startDateTime: startDate, endDateTime: endDate, of: [applicationId = ""] = [] } = part;
      return { id: `${applicationId}/password/${id}`, outputs: { keyId: id, value: "", startDate, endDate } };
    }
    case "servicePrincipal":
      return { id: `/servicePrincipals/${id}`, outputs: { objectId: id } };
    case "msspServicePrincipal":
      return { id, outputs: { objectId: id, displayName: part.name, adopted: false } };
    case "applicationPermission":
      return { id: `/servicePrincipals/${part.resourceId}/appRoleAssignedTo/${id}` };
    case "delegatedConsent":
      return { id: `/oauth2PermissionGrants/${id}` };
    default:
      return { id };
  }
}
