/**
 * The authorization of applications for the legacy alert API: what the portal's page Settings >
 * SIEM > MSSP does. **The sandbox's own**: Microsoft publishes no API for it. The shapes are in
 * @defender-mssp/microsoft.
 */
import { isUuid } from "@defender-mssp/microsoft";
import type { SiemAuthorization } from "@defender-mssp/microsoft";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Cloud, StoredObject, Tenant } from "../cloud/model";
import { badRequest, notFound } from "./errors";
import { markOf, settingsManager } from "./settingsManager";

const collection = "siemAuthorizations";
const path = "/siemAuthorizations/:applicationId";
const permission = "Manage portal system settings";

interface ByApplication {
  Params: { applicationId: string };
}

export function siemAuthorizationRoutes(scope: FastifyInstance, cloud: Cloud): void {
  scope.get<ByApplication>(path, async (request) => {
    const { tenant } = await settingsManager(cloud, request, permission);
    return existing(tenant, applicationIdOf(request));
  });

  scope.put<ByApplication>(path, async (request, reply) => {
    const { tenant } = await settingsManager(cloud, request, permission);
    const applicationId = applicationIdOf(request);
    const authorization: SiemAuthorization = { applicationId, ...read(request.body), status: "authorized" };
    const objects = tenant.objects(collection);
    const status = objects.has(applicationId) ? 200 : 201;
    objects.set(applicationId, { id: applicationId, ...authorization });
    cloud.changed();
    return reply.code(status).send(authorization);
  });

  scope.delete<ByApplication>(path, async (request, reply) => {
    const { tenant } = await settingsManager(cloud, request, permission);
    const { applicationId } = existing(tenant, applicationIdOf(request));
    tenant.objects(collection).delete(applicationId);
    cloud.changed();
    return reply.code(204).send();
  });
}

/** Whether an application is authorized for the legacy alert API of a tenant. */
export function isAuthorizedForSiem(tenant: Tenant, applicationId: string): boolean {
  return tenant.objects(collection).has(applicationId.toLowerCase());
}

function applicationIdOf(request: FastifyRequest<ByApplication>): string {
  const { applicationId } = request.params;
  if (!isUuid(applicationId)) throw badRequest(`applicationId "${applicationId}" is not a UUID.`);
  return applicationId.toLowerCase();
}

function existing(tenant: Tenant, applicationId: string): SiemAuthorization {
  const object = tenant.objects(collection).get(applicationId);
  if (object === undefined) throw notFound(`Application ${applicationId} is not authorized.`);
  return withoutId(object);
}

function withoutId({ applicationId, msspTenantId, managedBy }: StoredObject): SiemAuthorization {
  return {
    applicationId: applicationId as string,
    msspTenantId: msspTenantId as string,
    managedBy: managedBy as string | null,
    status: "authorized",
  };
}

/** An authorization that a person made has no mark: `managedBy` is optional. */
function read(body: unknown): Pick<SiemAuthorization, "msspTenantId" | "managedBy"> {
  const { msspTenantId, managedBy } = (body ?? {}) as { msspTenantId?: unknown; managedBy?: unknown };
  if (typeof msspTenantId !== "string" || !isUuid(msspTenantId)) throw badRequest("msspTenantId must be a UUID.");
  return { msspTenantId: msspTenantId.toLowerCase(), managedBy: markOf(managedBy) };
}
