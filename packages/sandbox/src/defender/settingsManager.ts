/** Settings of Defender's portal: their routes, and the permission for them. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller, Cloud, Tenant } from "../cloud/model";
import { apiNames } from "../cloud/permissionUse";
import { authenticate, badRequest, forbidden, notFound } from "./defenderErrors";

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
async function settingsManager(cloud: Cloud, request: FastifyRequest, permission: string): Promise<Caller> {
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

/** A setting of which a tenant has several, each at `/<collection>/<its key>`. */
interface KeyedSetting {
  readonly collection: string;
  readonly key: string;
  /** The portal's name of the permission. */
  readonly permission: string;
  /** The key as it is stored. Throws 400. */
  checkKey(key: string): string;
  idOf(tenant: Tenant, key: string): string;
  /** What a request puts at the key. Throws 400. */
  read(key: string, body: unknown): object;
  missing(key: string): string;
}

export function settingRoutes(scope: FastifyInstance, cloud: Cloud, setting: KeyedSetting): void {
  type Request = FastifyRequest<{ Params: Readonly<Record<string, string>> }>;
  const path = `/${setting.collection}/:${setting.key}`;
  const place = async (request: Request) => {
    const { tenant } = await settingsManager(cloud, request, setting.permission);
    const key = setting.checkKey(request.params[setting.key] ?? "");
    return { key, id: setting.idOf(tenant, key), objects: tenant.objects(setting.collection) };
  };
  const existing = ({ key, id, objects }: Awaited<ReturnType<typeof place>>) => {
    const { id: _id, ...shown } = objects.get(id) ?? {};
    if (_id === undefined) throw notFound(setting.missing(key));
    return shown;
  };
  scope.get(path, async (request: Request) => existing(await place(request)));
  scope.put(path, async (request: Request, reply) => {
    const { key, id, objects } = await place(request);
    const shown = setting.read(key, request.body);
    const status = objects.has(id) ? 200 : 201;
    objects.set(id, { id, ...shown });
    cloud.changed();
    return reply.code(status).send(shown);
  });
  scope.delete(path, async (request: Request, reply) => {
    const at = await place(request);
    existing(at);
    at.objects.delete(at.id);
    cloud.changed();
    return reply.code(204).send();
  });
}
