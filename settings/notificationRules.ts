/** E-mail notifications of alerts: `notificationRules`. */
import { alertSeverities } from "@defender-mssp/microsoft";
import type * as z from "zod/mini";
import { SettingPlace } from "./place";
import { optional, required, type CheckedValue } from "./setting";
import { emailAddress, listOf, mapOf, displayName, oneOf, pathName, switchOf } from "./validators";

const notificationRuleLimit = 50;

const notificationRule = mapOf("a notification rule: name, severities, recipients", {
  name: required(pathName("the notification rule's name", 100), {
    description: "Name of the notification rule, unique in the stack.",
    example: "MSSP SOC",
  }),
  severities: required(
    listOf("a list of severities: Informational, Low, Medium, High", oneOf("a severity", alertSeverities), {
      least: 1,
      most: alertSeverities.length,
    }),
    { description: "Severities of the alerts that cause an e-mail.", example: "[High, Medium]" },
  ),
  deviceGroups: optional(
    listOf(
      "a list of 1 to 100 device groups; leave it out for all devices",
      displayName("a device group's name", 256),
      { least: 1, most: 100 },
    ),
    { description: "Names of the device groups that the rule covers.", default: "all devices", example: "[Servers]" },
  ),
  recipients: required(listOf("a list of 1 to 100 e-mail addresses", emailAddress(), { least: 1, most: 100 }), {
    description: "E-mail addresses that receive the notifications.",
    example: "[soc@mssp.example]",
  }),
  includeOrganizationName: optional(switchOf("whether the e-mail names the organization"), {
    description: "Includes the customer's organization name in the e-mail. Microsoft recommends it to MSSPs.",
    default: "`true`",
    example: "true",
  }),
  includeTenantPortalLink: optional(switchOf("whether the e-mail links to the tenant's own portal"), {
    description: "Includes a link with the tenant's ID in the e-mail. Microsoft recommends it to MSSPs.",
    default: "`true`",
    example: "true",
  }),
  includeDeviceInformation: optional(switchOf("whether the e-mail names the device"), {
    description: "Includes the device's name in the e-mail.",
    default: "`true`",
    example: "false",
  }),
});

type Declared = CheckedValue<typeof notificationRule>;
type Included = Extract<keyof Declared, `include${string}`>;
/** A notification rule of the Defender portal: recipients, alerts and content of an e-mail. */
export type NotificationRule = Omit<Declared, Included> & Required<Pick<Declared, Included>>;

export const notificationSettings = {
  notificationRules: optional(
    listOf(`a list of up to ${notificationRuleLimit} notification rules`, notificationRule, {
      most: notificationRuleLimit,
    }),
    {
      description: "E-mail notification rules of the Defender portal: which alerts cause an e-mail, and to whom.",
      default: "none",
      example: "[{ name: MSSP SOC, severities: [High, Medium], recipients: [soc@mssp.example] }]",
    },
  ),
};

/**
 * Organization name and portal link are on by default: Microsoft's document for MSSPs asks for
 * both.
 */
export function notificationRulesFrom(
  checked: readonly z.infer<typeof notificationRule>[] = [],
): readonly NotificationRule[] {
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

/** A notification rule's resource has its name, so names must be unique. */
export function notificationProblems(settings: SettingPlace): void {
  const names = settings
    .at("notificationRules")
    .items(notificationRuleLimit)
    .map((one) => one.at("name"));
  SettingPlace.refuseRepeated(
    names,
    (first) => `each name once: notificationRules[${first}] has this one (capital letters make no difference)`,
  );
}
