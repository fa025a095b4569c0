import { clockFrom, dateOf } from "@defender-mssp/microsoft";
import {
  connectorPermissions,
  requestedAzureRoles,
  requestedPermissions,
  type RequestedAzureRole,
  type RequestedPermission,
  type RequestedPermissions,
} from "../domain/requestedPermissions";
import { checkedSettings } from "./checkedSettings";

interface PermissionsQuery {
  /**
   * Settings of a stack, by the names that the program's settings have, such as `portalAccess`. Settings
   * that decide nothing, such as `customerName` and `analysts`, may be left out.
   * @example { portalAccess: "rbac", connector: { alertApis: ["graph"] } }
   */
  readonly settings: Readonly<Record<string, unknown>>;
}

interface PermissionsAnswer extends RequestedPermissions {
  /** Of the MSSP's own application that the SIEM reads with. Empty unless `connector.kind` is `msspApp`. */
  readonly connector: readonly RequestedPermission[];
  /** Roles in Azure, which consent does not assign. */
  readonly azureRoles: readonly RequestedAzureRole[];
}

/**
 * Lists the permissions that a stack with these settings needs, as `npx mssp permissions` does. It
 * makes no request to a tenant.
 *
 * ## Errors
 * For settings that the program refuses.
 */
export function getPermissions({ settings: values }: PermissionsQuery): Promise<PermissionsAnswer> {
  const settings = checkedSettings(values);
  return Promise.resolve({
    ...requestedPermissions([settings]),
    connector: connectorPermissions(settings, dateOf(clockFrom(process.env)())),
    azureRoles: requestedAzureRoles(settings),
  });
}
