/**
 * The calls for Defender's e-mail notification rules: what the portal's page Settings > Endpoints >
 * General > Email notifications does. **Microsoft publishes no API for it; this one is the
 * project's own**: the sandbox serves it, and an operator's gateway may. The token is for the
 * customer's tenant and WindowsDefenderATP; the token's tenant is the one that is changed. A rule
 * is known by its name.
 *
 *     GET    {endpoint}/notificationRules/{name}    200, 404
 *     PUT    {endpoint}/notificationRules/{name}    201 made, 200 replaced: the rule without `name` and `status`
 *     DELETE {endpoint}/notificationRules/{name}    204, 404
 */
import { ServiceError } from "@defender-mssp/errors";
import { pathSegment, request, withoutSecrets, type Answer } from "../http";
import { goneStatuses, isGone } from "../graph/gone";
import { portalRequest, type PortalCall } from "./portalCall";

/** The severities of Defender's alerts, as the page lists them. */
export const alertSeverities = ["Informational", "Low", "Medium", "High"] as const;
export type AlertSeverity = (typeof alertSeverities)[number];

/**
 * The fields of a rule, in the order of the page. Microsoft, "Configure alert notifications in
 * Microsoft Defender XDR" (2024-07-08).
 */
export interface NotificationRuleFields {
  /** Whether the e-mail names the customer. */
  includeOrganizationName: boolean;
  /** Whether the e-mail's link opens the portal for the customer's tenant (`?tid=`). */
  includeTenantPortalLink: boolean;
  /** Whether the e-mail names the device. */
  includeDeviceInformation: boolean;
  /** Names of Defender's device groups; null: all devices. */
  deviceGroups: readonly string[] | null;
  severities: readonly AlertSeverity[];
  /** E-mail addresses. */
  recipients: readonly string[];
}

/** An e-mail notification rule. */
export interface NotificationRuleObject extends NotificationRuleFields {
  name: string;
  /** The owner's mark; null for a rule that a person made. */
  managedBy: string | null;
  /** The only state: a missing rule does not exist. */
  status: "configured";
}

/** The current rule; undefined if there is none. */
export async function getNotificationRule(call: PortalCall, name: string): Promise<NotificationRuleObject | undefined> {
  const answer = await request(addressOf(call, name), { ...portalRequest(call), accept: goneStatuses });
  return isGone(answer) ? undefined : checked(answer, "GET", call, name);
}

/** Creates or replaces the rule. */
export async function putNotificationRule(
  call: PortalCall,
  name: string,
  rule: NotificationRuleFields & { managedBy: string },
): Promise<NotificationRuleObject> {
  const { includeOrganizationName, includeTenantPortalLink, includeDeviceInformation } = rule;
  const { deviceGroups, severities, recipients, managedBy } = rule;
  const json = {
    includeOrganizationName,
    includeTenantPortalLink,
    includeDeviceInformation,
    deviceGroups,
    severities,
    recipients,
    managedBy,
  };
  const options = { ...portalRequest(call), method: "PUT", json };
  return checked(await request(addressOf(call, name), options), "PUT", call, name);
}

/** Deletes the rule; a missing one is accepted. */
export async function deleteNotificationRule(call: PortalCall, name: string): Promise<void> {
  await request(addressOf(call, name), { ...portalRequest(call), method: "DELETE", accept: goneStatuses });
}

function addressOf({ endpoint }: PortalCall, name: string): string {
  return `${endpoint}/notificationRules/${pathSegment(name)}`;
}

/** Only the server's `configured` counts: a proxy's page with status 200 does not. */
function checked({ status, body }: Answer, method: string, call: PortalCall, name: string): NotificationRuleObject {
  const found = (body ?? {}) as Partial<NotificationRuleObject>;
  const { severities, recipients } = found;
  const isRule = found.name === name && found.status === "configured";
  if (!isRule || !Array.isArray(severities) || !Array.isArray(recipients)) {
    const message = `this is not the notification rule "${name}"`;
    throw new ServiceError({ status, message, method, url: withoutSecrets(addressOf(call, name)) });
  }
  return {
    name,
    includeOrganizationName: found.includeOrganizationName === true,
    includeTenantPortalLink: found.includeTenantPortalLink === true,
    includeDeviceInformation: found.includeDeviceInformation === true,
    deviceGroups: found.deviceGroups ?? null,
    severities,
    recipients,
    managedBy: found.managedBy ?? null,
    status: "configured",
  };
}
