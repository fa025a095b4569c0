/** Authorization for the settings of Defender's portal. */
import type { FastifyRequest } from "fastify";
import type { Caller, Cloud } from "../cloud/model";
import { apiNames } from "../cloud/permissionUse";
import { authenticate, badRequest, forbidden } from "./errors";

/**
 * The portal requires "Manage portal system settings" (SIEM) or "Manage security settings"
 * (notification rules), which have no app role. **The sandbox's rule, not Microsoft's**: the
 * nearest app role or scope of WindowsDefenderATP, "Allows the app to read and modify integration
 * settings between itself and the service".
 */
export const portalSettingsRole = "IntegrationConfiguration.ReadWrite";

/**
 * The caller, if authorized. `permission` is the portal's name of the permission. Throws 401 or
 * 403.
 */
export async function settingsManager(cloud: Cloud, request: FastifyRequest, permission: string): Promise<Caller> {
  const caller = await authenticate(cloud, request, ["defender"]);
  if (caller.roles.has(portalSettingsRole) || caller.scopes.has(portalSettingsRole)) {
    caller.passed.push({ api: apiNames.defender, enough: [portalSettingsRole] });
    return caller;
  }
  throw forbidden(
    `${permission} is required: in the sandbox, WindowsDefenderATP's ${portalSettingsRole} (application or delegated).`,
  );
}

/**
 * The mark of an object's owner. An object that a person made has none: `managedBy` is optional.
 */
export function markOf(managedBy: unknown): string | null {
  if (managedBy === undefined || managedBy === null || managedBy === "") return null;
  if (typeof managedBy === "string" && managedBy.length <= 256) return managedBy;
  throw badRequest("managedBy must be a string of at most 256 characters.");
}
