/** Who may change what Defender's portal keeps under Settings. */
import type { FastifyRequest } from "fastify";
import type { Caller, Cloud } from "../cloud/model";
import { authenticate, badRequest, forbidden } from "./errors";

/**
 * In the portal it takes "Manage portal system settings" (SIEM) or "Manage security settings" (notification rules), permissions of
 * Defender's own roles with no app role to match. **The sandbox's rule, not Microsoft's**: WindowsDefenderATP's app role (or delegated
 * scope) that comes nearest, "Allows the app to read and modify integration settings between itself and the service".
 */
export const portalSettingsRole = "IntegrationConfiguration.ReadWrite";

/** The caller, if it may; `permission` is the portal's name of what it takes. Throws the 401 or 403. */
export async function settingsManager(cloud: Cloud, request: FastifyRequest, permission: string): Promise<Caller> {
  const caller = await authenticate(cloud, request, ["defender"]);
  if (caller.roles.has(portalSettingsRole) || caller.scopes.has(portalSettingsRole)) return caller;
  throw forbidden(
    `${permission} is required: in the sandbox, WindowsDefenderATP's ${portalSettingsRole} (application or delegated).`,
  );
}

/** The mark of whose an object is. A person's object carries none: `managedBy` may be left out. */
export function markOf(managedBy: unknown): string | null {
  if (managedBy === undefined || managedBy === null || managedBy === "") return null;
  if (typeof managedBy === "string" && managedBy.length <= 256) return managedBy;
  throw badRequest("managedBy must be a string of at most 256 characters.");
}
