/** Permissions as an app registration's manifest has them. */
import type { RequiredResourceAccess } from "@defender-mssp/microsoft";
import type { RequestedPermission } from "../../access/permissions/needed";

/**
 * `requiredResourceAccess` of the application, as Microsoft Graph and the Entra admin center take
 * it.
 */
export function requiredResourceAccess(permissions: readonly RequestedPermission[]): RequiredResourceAccess[] {
  const apis = [...new Set(permissions.map(({ apiAppId }) => apiAppId))];
  return apis.map((resourceAppId) => ({
    resourceAppId,
    resourceAccess: permissions
      .filter(({ apiAppId }) => apiAppId === resourceAppId)
      .map(({ id }) => ({ id, type: "Role" as const })),
  }));
}
