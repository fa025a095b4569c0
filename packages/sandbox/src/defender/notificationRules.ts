/**
 * E-mail notification rules: what the portal's page Settings > Endpoints > General > Email
 * notifications does. **The sandbox's own**: Microsoft publishes no API for it. The shapes are in
 * @defender-mssp/microsoft.
 */
import { alertSeverities, type AlertSeverity, type NotificationRuleObject } from "@defender-mssp/microsoft";
import type { FastifyInstance } from "fastify";
import { derivedId } from "../cloud/identity";
import type { Cloud } from "../cloud/model";
import { badRequest } from "./defenderErrors";
import { markOf, settingRoutes } from "./settingsManager";

/** The portal's limits of a name are not documented; these are the sandbox's own. */
const longestName = 256;
const mostRecipients = 100;

export function notificationRuleRoutes(scope: FastifyInstance, cloud: Cloud): void {
  settingRoutes(scope, cloud, {
    collection: "notificationRules",
    key: "name",
    permission: "Manage security settings",
    checkKey: (name) => {
      if (name.trim() !== "" && name.length <= longestName) return name;
      throw badRequest(`A rule's name must have 1 to ${longestName} characters.`);
    },
    idOf: (tenant, name) => derivedId(tenant.id, `notificationRules/${name}`),
    read: (name, body): NotificationRuleObject => ({ name, ...read(body), status: "configured" }),
    missing: (name) => `There is no notification rule "${name}".`,
  });
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
