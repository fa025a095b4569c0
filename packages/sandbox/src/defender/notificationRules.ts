/**
 * E-mail notification rules: what the portal's page Settings > Endpoints > General > Email
 * notifications does. **The sandbox's own**: Microsoft publishes no API for it. The shapes are in
 * @defender-mssp/microsoft.
 */
import { alertSeverities, type AlertSeverity, type NotificationRuleObject } from "@defender-mssp/microsoft";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { derivedId } from "../cloud/identity";
import type { Cloud, StoredObject, Tenant } from "../cloud/model";
import { badRequest, notFound } from "./errors";
import { markOf, settingsManager } from "./settingsManager";

const collection = "notificationRules";
const path = "/notificationRules/:name";
const permission = "Manage security settings";

/** The portal's limits of a name are not documented; these are the sandbox's own. */
const longestName = 256;
const mostRecipients = 100;

interface ByName {
  Params: { name: string };
}

export function notificationRuleRoutes(scope: FastifyInstance, cloud: Cloud): void {
  scope.get<ByName>(path, async (request) => {
    const { tenant } = await settingsManager(cloud, request, permission);
    return existing(tenant, nameOf(request));
  });

  scope.put<ByName>(path, async (request, reply) => {
    const { tenant } = await settingsManager(cloud, request, permission);
    const name = nameOf(request);
    const rule: NotificationRuleObject = { name, ...read(request.body), status: "configured" };
    const id = idOf(tenant, name);
    const status = tenant.objects(collection).has(id) ? 200 : 201;
    tenant.objects(collection).set(id, { id, ...rule } as unknown as StoredObject);
    cloud.changed();
    return reply.code(status).send(rule);
  });

  scope.delete<ByName>(path, async (request, reply) => {
    const { tenant } = await settingsManager(cloud, request, permission);
    const { name } = existing(tenant, nameOf(request));
    tenant.objects(collection).delete(idOf(tenant, name));
    cloud.changed();
    return reply.code(204).send();
  });
}

function nameOf(request: FastifyRequest<ByName>): string {
  const { name } = request.params;
  if (name.trim() === "" || name.length > longestName) {
    throw badRequest(`A rule's name must have 1 to ${longestName} characters.`);
  }
  return name;
}

function idOf(tenant: Tenant, name: string): string {
  return derivedId(tenant.id, `${collection}/${name}`);
}

function existing(tenant: Tenant, name: string): NotificationRuleObject {
  const object = tenant.objects(collection).get(idOf(tenant, name));
  if (object === undefined) throw notFound(`There is no notification rule "${name}".`);
  const rule = Object.fromEntries(Object.entries(object).filter(([property]) => property !== "id"));
  return rule as unknown as NotificationRuleObject;
}

/** A rule that a person made has no mark: `managedBy` is optional. */
function read(body: unknown): Omit<NotificationRuleObject, "name" | "status"> {
  const fields = (body ?? {}) as Record<string, unknown>;
  const { deviceGroups = null, managedBy } = fields;
  const severities = texts(fields, "severities");
  const strange = severities.find((severity) => !(alertSeverities as readonly string[]).includes(severity));
  if (strange !== undefined) throw badRequest(`severities: "${strange}" is none of ${alertSeverities.join(", ")}.`);
  const recipients = texts(fields, "recipients");
  if (recipients.length > mostRecipients) throw badRequest(`recipients: at most ${mostRecipients}.`);
  if (!recipients.every((address) => address.includes("@"))) throw badRequest("recipients must be e-mail addresses.");
  return {
    includeOrganizationName: truth(fields, "includeOrganizationName"),
    includeTenantPortalLink: truth(fields, "includeTenantPortalLink"),
    includeDeviceInformation: truth(fields, "includeDeviceInformation"),
    deviceGroups: deviceGroups === null ? null : texts(fields, "deviceGroups"),
    severities: severities as AlertSeverity[],
    recipients,
    managedBy: markOf(managedBy),
  };
}

function texts(fields: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = fields[name];
  const isList = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string" && item);
  if (!isList) throw badRequest(`${name} must be a list of texts, at least one.`);
  return value as string[];
}

function truth(fields: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = fields[name];
  if (typeof value !== "boolean") throw badRequest(`${name} must be true or false.`);
  return value;
}
