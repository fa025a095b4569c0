/**
 * The logic of the dynamic resource `AlertNotificationRule`. `portal.ts` describes the modes and
 * adoption.
 */
import { portalUrl, type CloudName } from "../clouds";
import { checkBoolean, checkText, checkTexts, unknown, type CheckFailure } from "./provider";
import {
  alertSeverities,
  deleteNotificationRule,
  getNotificationRule,
  putNotificationRule,
  type AlertSeverity,
  type NotificationRuleObject,
} from "../defender/notificationRule";
import { PortalResource, type PortalInputs, type PortalState } from "./portal";

/**
 * A rule in the settings. A type, not an interface: a resource's inputs need an implicit index
 * signature.
 */
export type NotificationRuleSettings = {
  /** Rule name, unique in the tenant. */
  name: string;
  severities: readonly AlertSeverity[];
  /** Names of Defender's device groups. Default: all devices. */
  deviceGroups?: readonly string[];
  /** E-mail addresses. */
  recipients: readonly string[];
  /** Default: true, as Microsoft's document of 2018 asks. */
  includeOrganizationName?: boolean;
  /** Default: true, as Microsoft's document of 2018 asks. */
  includeTenantPortalLink?: boolean;
  /** Default: true. */
  includeDeviceInformation?: boolean;
};

export type NotificationRuleInputs = PortalInputs & NotificationRuleSettings;

/** The resource's outputs: its inputs and the result. */
export type NotificationRuleState = PortalState<NotificationRuleInputs, "configured">;

const switches = ["includeOrganizationName", "includeTenantPortalLink", "includeDeviceInformation"] as const;

/** The methods of a Pulumi dynamic provider. */
export const notificationRuleResource = new PortalResource<
  NotificationRuleInputs,
  NotificationRuleObject,
  "configured"
>({
  noun: "notification rule",
  status: "configured",
  permission: "manage security settings",
  identity: ["name"],
  contents: ["severities", "deviceGroups", "recipients", ...switches],
  check,
  idOf: ({ name }) => name,
  get: (call, { name }) => getNotificationRule(call, name),
  put: (call, inputs) =>
    putNotificationRule(call, inputs.name, {
      ...withDefaults(inputs),
      deviceGroups: inputs.deviceGroups ?? null,
      managedBy: inputs.managedBy,
    }),
  delete: (call, { name }) => deleteNotificationRule(call, name),
  contentsOf: (found) => ({
    severities: inOrder(found.severities),
    deviceGroups: found.deviceGroups === null ? undefined : sorted(found.deviceGroups),
    recipients: sorted(found.recipients.map((address) => address.toLowerCase())),
    includeOrganizationName: found.includeOrganizationName,
    includeTenantPortalLink: found.includeTenantPortalLink,
    includeDeviceInformation: found.includeDeviceInformation,
  }),
  markOf: ({ managedBy }) => managedBy,
  conflict: (inputs, found) =>
    `Tenant ${inputs.tenantId} already has a different notification rule "${inputs.name}", created by ${found.managedBy ?? "a person"}. ` +
    "This stack does not change the rules of others. Delete that rule in the portal, give it the values of the setting notificationRules, " +
    "or use another name in the setting.",
});

/**
 * The steps in the portal for mode `manual`, one a line, each field with its value. Source:
 * Microsoft, "Configure alert notifications in Microsoft Defender XDR" (2024-07-08), "Create rules
 * for alert notifications".
 */
export function manualNotificationRuleSteps(
  rule: NotificationRuleSettings & { tenantId: string },
  cloud: CloudName = "public",
): string[] {
  const { deviceGroups, severities, recipients, ...flags } = withDefaults(rule);
  const checkBox = (label: string, on: boolean) => `${label}: ${on ? "checked" : "not checked"}`;
  return [
    `Sign in to ${portalUrl(cloud, rule.tenantId)} with the permission "Manage security settings" (for all ` +
      "devices: as Global Administrator), or ask the customer to.",
    'Open Settings > Endpoints > General > Email notifications and select "Add item".',
    `Rule name: ${rule.name}`,
    checkBox("Include organization name", flags.includeOrganizationName),
    checkBox("Include tenant-specific portal link", flags.includeTenantPortalLink),
    checkBox("Include device information", flags.includeDeviceInformation),
    `Devices: ${deviceGroups === undefined ? "all devices" : `selected device groups: ${sorted(deviceGroups).join(", ")}`}`,
    `Alert severity: ${inOrder(severities).join(", ")}`,
    `Select Next, then "Add recipient" for each of: ${sorted(recipients).join(", ")}`,
    'Select "Save notification rule".',
  ];
}

function check(inputs: Record<string, unknown>): CheckFailure[] {
  for (const name of switches) inputs[name] ??= true;
  const failures = [
    ...checkText(inputs, "name"),
    ...checkTexts(inputs, "severities", { least: 1, allowed: alertSeverities }),
    ...(inputs.deviceGroups === undefined ? [] : checkTexts(inputs, "deviceGroups", { least: 1 })),
    ...checkTexts(inputs, "recipients", { least: 1 }),
    ...switches.flatMap((name) => checkBoolean(inputs, name)),
  ];
  if (failures.length === 0) {
    if (isKnown(inputs.severities)) inputs.severities = inOrder(inputs.severities as AlertSeverity[]);
    // In practice no mail server distinguishes case before the @.
    if (isKnown(inputs.recipients)) {
      const addresses = (inputs.recipients as string[]).map((address) => address.trim().toLowerCase());
      inputs.recipients = sorted([...new Set(addresses)]);
      failures.push(...addresses.flatMap(checkAddress));
    }
  }
  return failures;
}

function checkAddress(address: string): CheckFailure[] {
  if (/^[^\s@]+@[^\s@]+$/.test(address)) return [];
  return [{ property: "recipients", reason: `"${address}" is not an e-mail address` }];
}

/** Whether a value is a list without unknown items. */
function isKnown(value: unknown): boolean {
  return value !== unknown && Array.isArray(value) && !value.includes(unknown);
}

function withDefaults<T extends NotificationRuleSettings>(rule: T) {
  return {
    ...rule,
    includeOrganizationName: rule.includeOrganizationName ?? true,
    includeTenantPortalLink: rule.includeTenantPortalLink ?? true,
    includeDeviceInformation: rule.includeDeviceInformation ?? true,
  };
}

function inOrder(severities: readonly AlertSeverity[]): AlertSeverity[] {
  return alertSeverities.filter((severity) => severities.includes(severity));
}

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort();
}
