/** Applications that may read alerts, and of which nothing tells whose they are: any name is as good as another. */
import {
  alertApplications,
  appRoleAssignedToPath,
  findServicePrincipal,
  microsoftServicesTenantId,
  readsAlerts,
  type AppRoleAssignment,
} from "@defender-mssp/microsoft";
import { isMsspTenant } from "./owner";
import type { TenantReader } from "./reader";
import { servicePrincipalsPath, type ServicePrincipalEntry } from "./registrations";

export interface AlertReader {
  /** Object ID of the service principal. */
  readonly id: string;
  /** Application (client) ID. */
  readonly appId: string;
  readonly name: string;
  /** Such as `SecurityAlert.Read.All`. */
  readonly permissions: readonly string[];
}

/** Without Microsoft's own and the MSSP's, which are known by their tenants. @throws ServiceError */
export async function alertReaders(tenant: TenantReader): Promise<readonly AlertReader[]> {
  const permissions = new Map<string, string[]>();
  for (const { appId } of alertApplications) {
    const api = await findServicePrincipal(tenant.graph, appId);
    if (api === undefined) continue;
    const roles = new Map(
      api.appRoles.filter(({ value }) => readsAlerts(value ?? "")).map(({ id, value }) => [id, value]),
    );
    for (const { principalId, appRoleId } of await tenant.list<AppRoleAssignment>(appRoleAssignedToPath(api.id))) {
      const role = roles.get(appRoleId);
      if (role != null) permissions.set(principalId, [...(permissions.get(principalId) ?? []), role]);
    }
  }
  if (permissions.size === 0) return [];
  return (await tenant.list<ServicePrincipalEntry>(servicePrincipalsPath))
    .filter(
      ({ appOwnerOrganizationId: home }) => home !== microsoftServicesTenantId && !isMsspTenant(tenant.owner, home),
    )
    .flatMap(({ id, appId, displayName: name }) => {
      const held = permissions.get(id);
      return held === undefined ? [] : [{ id, appId, name, permissions: held }];
    });
}

/** Such as `"Fabrikam SIEM" (application ID …) may read alerts by SecurityAlert.Read.All`. */
export function alertReaderText({ appId, name, permissions }: AlertReader): string {
  return `"${name}" (application ID ${appId}) may read alerts by ${permissions.join(", ")}`;
}
