/**
 * The authorization of applications for the legacy alert API: what the portal's page Settings >
 * SIEM > MSSP does. **The sandbox's own**: Microsoft publishes no API for it. The shapes are in
 * @defender-mssp/microsoft.
 */
import { isUuid, type SiemAuthorization } from "@defender-mssp/microsoft";
import type { FastifyInstance } from "fastify";
import type { Cloud, Tenant } from "../cloud/model";
import { badRequest } from "./defenderErrors";
import { markOf, settingRoutes } from "./settingsManager";

const collection = "siemAuthorizations";

export function siemAuthorizationRoutes(scope: FastifyInstance, cloud: Cloud): void {
  settingRoutes(scope, cloud, {
    collection,
    key: "applicationId",
    permission: "Manage portal system settings",
    checkKey: (applicationId) => {
      if (!isUuid(applicationId)) throw badRequest(`applicationId "${applicationId}" is not a UUID.`);
      return applicationId.toLowerCase();
    },
    idOf: (_tenant, applicationId) => applicationId,
    read: (applicationId, body): SiemAuthorization => ({ applicationId, ...read(body), status: "authorized" }),
    missing: (applicationId) => `Application ${applicationId} is not authorized.`,
  });
}

/** Whether an application is authorized for the legacy alert API of a tenant. */
export function isAuthorizedForSiem(tenant: Tenant, applicationId: string): boolean {
  return tenant.objects(collection).has(applicationId.toLowerCase());
}

/** An authorization that a person made has no mark: `managedBy` is optional. */
function read(body: unknown): Pick<SiemAuthorization, "msspTenantId" | "managedBy"> {
  const { msspTenantId, managedBy } = (body ?? {}) as { msspTenantId?: unknown; managedBy?: unknown };
  if (typeof msspTenantId !== "string" || !isUuid(msspTenantId)) throw badRequest("msspTenantId must be a UUID.");
  return { msspTenantId: msspTenantId.toLowerCase(), managedBy: markOf(managedBy) };
}
