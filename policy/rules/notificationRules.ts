import { dynamic } from "../../domain/resourceTypes";
import {
  isMissing,
  knownText,
  knownTexts,
  problems,
  resourceRule,
  textList,
  unknown,
  type JudgedResource,
} from "../rule";
import type { PolicySettings } from "../policySettings";

export const notificationRules = resourceRule<{ domains: readonly string[] }>({
  name: "notification-rules",
  severity: "high",
  level: "mandatory",
  why:
    "E-mails about alerts go to the recipients of the settings, for the severities and devices of the settings. They " +
    "name the customer and link to the customer's portal, so that analysts do not answer an alert in another tenant.",
  remedy:
    "Add the rule to notificationRules. Omit includeOrganizationName and includeTenantPortalLink, or set both to true.",
  link: "https://learn.microsoft.com/defender-endpoint/configure-mssp-notifications",
  parameters: {
    domains: {
      ...textList,
      description: "E-mail domains that recipients may have. Empty: the domains of the settings' recipients.",
    },
  },
  types: [dynamic("AlertNotificationRule")],
  check: (resource, { settings, parameters: { domains } }) => {
    const { includeOrganizationName, includeTenantPortalLink, recipients } = resource.properties;
    const allowed = domains.map((domain) => domain.toLowerCase());
    return problems(
      includeOrganizationName === false ? "its e-mails do not name the organization" : undefined,
      includeTenantPortalLink === false ? "its e-mails do not link to the tenant's portal" : undefined,
      ...unnamedContent(resource, settings),
      ...knownTexts(recipients)
        .filter((address) => allowed.length > 0 && !allowed.includes(emailDomain(address)))
        .map((address) => `its recipient ${address} is not in an allowed domain`),
    );
  },
});

/** What the rule sends, and to whom, more than the settings' rule of its name. */
function unnamedContent({ properties }: JudgedResource, settings: PolicySettings | undefined): readonly string[] {
  const { name } = properties;
  const named = settings?.notificationRules.filter((rule) => name === unknown || rule.name === name) ?? [];
  // While a preview does not know the name, it may be that of the rule that fits best.
  const [least] = named.map((rule) => unnamedBy(properties, rule)).sort((one, two) => one.length - two.length);
  return least ?? [`the settings have no notification rule ${JSON.stringify(knownText(name) ?? "")}`];
}

function unnamedBy(
  { recipients, severities, deviceGroups, includeDeviceInformation }: JudgedResource["properties"],
  named: PolicySettings["notificationRules"][number],
): readonly string[] {
  return problems(
    ...others(recipients, named.recipients).map((address) => `its recipient ${address} is not one of the settings`),
    ...others(severities, named.severities).map((severity) => `its severity ${severity} is not one of the settings`),
    named.deviceGroups !== undefined && (isMissing(deviceGroups) || isEmpty(deviceGroups))
      ? "it covers all devices; the settings name device groups"
      : undefined,
    ...(named.deviceGroups === undefined ? [] : others(deviceGroups, named.deviceGroups)).map(
      (group) => `its device group ${group} is not one of the settings`,
    ),
    includeDeviceInformation !== false && includeDeviceInformation !== unknown && !named.includeDeviceInformation
      ? "its e-mails name the device, and the settings do not ask for that"
      : undefined,
  );
}

function others(list: unknown, expected: readonly string[]): readonly string[] {
  const listed = expected.map((text) => text.toLowerCase());
  return knownTexts(list).filter((text) => !listed.includes(text.toLowerCase()));
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}

function emailDomain(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
