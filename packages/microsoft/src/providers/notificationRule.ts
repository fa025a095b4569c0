/** What the dynamic resource `AlertNotificationRule` does. Its modes, and what is adopted: `portalResource.ts`. */
import { portalUrl, type CloudName } from "../clouds";
import { checkBoolean, checkText, checkTexts, unknown, type CheckFailure } from "./provider";
import {
  alertSeverities,
  deleteNotificationRule,
  getNotificationRule,
  putNotificationRule,
  type AlertSeverity,
  type NotificationRule,
} from "../defender/notificationRule";
import { portalResource, type PortalInputs, type PortalState } from "./portal";

/** A rule as the settings say it. A type, not an interface: as inputs of a resource it has an index. */
export type NotificationRuleSettings = {
  /** Rule name: what the rule is known by in the tenant. */
  name: string;
  severities: readonly AlertSeverity[];
  /** Names of Defender's device groups. Default: all devices. */
  deviceGroups?: readonly string[];
  /** E-mail addresses. */
  recipients: readonly string[];
  /** Default: true, which the 2018 document asks for. */
  includeOrganizationName?: boolean;
  /** Default: true, which the 2018 document asks for. */
  includeTenantPortalLink?: boolean;
  /** Default: true. */
  includeDeviceInformation?: boolean;
};

export type NotificationRuleInputs = PortalInputs & NotificationRuleSettings;

/** The resource's outputs: its inputs, and what was found. */
export type NotificationRuleState = PortalState<NotificationRuleInputs, "configured">;

const switches = ["includeOrganizationName", "includeTenantPortalLink", "includeDeviceInformation"] as const;

/** The methods of a Pulumi dynamic provider. */
export const notificationRuleResource = portalResource<NotificationRuleInputs, NotificationRule, "configured">({
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
    `Tenant ${inputs.tenantId} already has a notification rule "${inputs.name}", made by ${found.managedBy ?? "somebody by hand"} and ` +
    "not as this stack wants it; what isn't its own isn't changed. Delete that rule there, make it the same, or name this one otherwise " +
    "(setting notificationRules).",
});

/**
 * What a person does in the portal where no server does it: one line a step, each field with its value. Follows Microsoft's "Configure
 * alert notifications in Microsoft Defender XDR" (2024-07-08), "Create rules for alert notifications".
 */
export function manualNotificationRuleSteps(
  rule: NotificationRuleSettings & { tenantId: string },
  cloud: CloudName = "public",
): string[] {
  const { deviceGroups, severities, recipients, ...flags } = withDefaults(rule);
  const checkBox = (label: string, on: boolean) => `${label}: ${on ? "checked" : "not checked"}`;
  return [
    `Sign in to ${portalUrl(cloud, rule.tenantId)} with the permission "Manage security settings" (for all devices: as Global Administrator), or ask the customer to.`,
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
    // Mail servers may tell case apart in front of the @, in practice none does; to Defender two are one.
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

/** A list that holds no marker of an unknown. */
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
