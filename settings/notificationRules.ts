/** E-mail notifications of alerts: `notificationRules`. */
import * as z from "zod/mini";
import { shown, valueAt, type SettingProblem } from "./problems";
import { emailRule, listOf, mapOf, nameRule, oneOf, pathNameRule, switchOf } from "./validators";

export const alertSeverities = ["Informational", "Low", "Medium", "High"] as const;
export type AlertSeverity = (typeof alertSeverities)[number];

/** A rule of the Defender portal: who gets an e-mail about which alerts, and what it says. */
export interface NotificationRule {
  readonly name: string;
  readonly severities: readonly AlertSeverity[];
  /** Names of device groups; all devices where it is not set. */
  readonly deviceGroups?: readonly string[];
  readonly recipients: readonly string[];
  readonly includeOrganizationName: boolean;
  readonly includeTenantPortalLink: boolean;
  readonly includeDeviceInformation: boolean;
}

const rule = mapOf("a rule: name, severities, recipients", {
  name: pathNameRule("the rule's name", 100),
  severities: listOf("a list of severities: Informational, Low, Medium, High", oneOf("a severity", alertSeverities), {
    least: 1,
    most: alertSeverities.length,
  }),
  deviceGroups: z.optional(
    listOf("a list of 1 to 100 device groups; leave it out for all devices", nameRule("a device group's name", 256), {
      least: 1,
      most: 100,
    }),
  ),
  recipients: listOf("a list of 1 to 100 e-mail addresses", emailRule(), { least: 1, most: 100 }),
  includeOrganizationName: z.optional(switchOf("whether the e-mail names the organization")),
  includeTenantPortalLink: z.optional(switchOf("whether the e-mail links to the tenant's own portal")),
  includeDeviceInformation: z.optional(switchOf("whether the e-mail names the device")),
});

export const notificationSettings = {
  notificationRules: z.optional(listOf("a list of up to 50 notification rules", rule, { most: 50 })),
};

/** Organization name and portal link are on by default: Microsoft's document for MSSPs asks for both. */
export function notificationRulesFrom(checked: readonly z.infer<typeof rule>[] = []): readonly NotificationRule[] {
  return Object.freeze(
    checked.map((one) =>
      Object.freeze({
        ...one,
        includeOrganizationName: one.includeOrganizationName ?? true,
        includeTenantPortalLink: one.includeTenantPortalLink ?? true,
        includeDeviceInformation: one.includeDeviceInformation ?? true,
      }),
    ),
  );
}

/** A rule's resource is named after it. */
export function notificationProblems(
  raw: Readonly<Record<string, unknown>>,
  secrets: ReadonlySet<string>,
): SettingProblem[] {
  const rules = raw["notificationRules"];
  if (!Array.isArray(rules) || rules.length > 50) return [];
  const names = rules.map((one: unknown) => valueAt(one, ["name"]));
  return names.flatMap((name, index) => {
    const first = names.findIndex(
      (other) => typeof name === "string" && String(other).toLowerCase() === name.toLowerCase(),
    );
    if (first < 0 || first === index) return [];
    const allowed = `each name once: notificationRules[${first}] has this one (capital letters make no difference)`;
    const seen = shown(name, secrets.has("notificationRules"));
    return [{ key: `notificationRules[${index}].name`, seen, allowed }];
  });
}
