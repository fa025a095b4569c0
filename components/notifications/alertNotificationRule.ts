import type { AlertSeverity, PortalMode } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import type { DefenderCallArgs } from "../defenderCalls";
import { DynamicResource } from "../dynamicResource";
import { resourceMark } from "../mark";

export interface AlertNotificationRuleArgs extends DefenderCallArgs {
  /** The customer's tenant ID, a UUID. A change replaces the rule. */
  tenantId: pulumi.Input<string>;
  /**
   * Name of the rule, unique in the tenant. A change replaces the rule.
   * @example "High severity"
   */
  name: pulumi.Input<string>;
  /**
   * Severities of the alerts that the rule sends e-mails for.
   * @example ["High", "Medium"]
   */
  severities: pulumi.Input<pulumi.Input<AlertSeverity>[]>;
  /**
   * Names of the Defender device groups whose alerts the rule sends e-mails for.
   * @default all devices
   */
  deviceGroups?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * E-mail addresses that receive the notifications. Order and case make no difference.
   * @example ["soc@fabrikam-security.example"]
   */
  recipients: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Whether the e-mail names the customer's organization. Microsoft's document for MSSPs asks for
   * it.
   * @default true
   */
  includeOrganizationName?: pulumi.Input<boolean>;
  /**
   * Whether the link in the e-mail opens the portal for the customer's tenant. Microsoft's document
   * for MSSPs asks for it.
   * @default true
   */
  includeTenantPortalLink?: pulumi.Input<boolean>;
  /**
   * Whether the e-mail names the device.
   * @default true
   */
  includeDeviceInformation?: pulumi.Input<boolean>;
}

/**
 * An e-mail notification rule for alerts in the customer's Microsoft Defender: what the portal page
 * Settings > Endpoints > General > Email notifications sets. Microsoft publishes no API for it; the
 * argument `mode` says who makes the change.
 *
 * An existing rule of the same name that another party created is adopted if its fields are equal
 * (`destroy` keeps it), and is an error otherwise.
 *
 * Follows Microsoft's "Configure managed security service provider integration" (2018-09-03), which
 * asks for the organization's name and the tenant-specific portal link, and "Configure alert
 * notifications in Microsoft Defender XDR" (2024-07-08), which has the fields.
 *
 * ## Least privileges
 * - mode `manual`: none;
 * - mode `endpoint`: an identity to which the server gives the right to manage Defender's security
 *   settings in the customer's tenant. Its credentials are those of the environment (ARM_CLIENT_ID
 *   with a secret, a certificate or a federated token), not those of a provider.
 *
 * @example
 * new AlertNotificationRule("high-severity", {
 *   tenantId,
 *   name: "High severity",
 *   severities: ["High"],
 *   recipients: ["soc@fabrikam-security.example"],
 *   mode: "manual",
 * });
 */
export class AlertNotificationRule extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly name: pulumi.Output<string>;
  declare public readonly severities: pulumi.Output<AlertSeverity[]>;
  declare public readonly deviceGroups: pulumi.Output<string[] | undefined>;
  declare public readonly recipients: pulumi.Output<string[]>;
  declare public readonly includeOrganizationName: pulumi.Output<boolean>;
  declare public readonly includeTenantPortalLink: pulumi.Output<boolean>;
  declare public readonly includeDeviceInformation: pulumi.Output<boolean>;
  declare public readonly mode: pulumi.Output<PortalMode>;
  declare public readonly endpoint: pulumi.Output<string | undefined>;
  /** Mark of the rule on the server. */
  declare public readonly managedBy: pulumi.Output<string>;
  /** `configured`: a server confirmed the rule. `manual`: left to a person, not checked. */
  declare public readonly status: pulumi.Output<"configured" | "manual">;
  /** Whether another party created the rule before this stack. */
  declare public readonly adopted: pulumi.Output<boolean>;

  constructor(name: string, args: AlertNotificationRuleArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "AlertNotificationRule",
      name,
      { ...args, managedBy: resourceMark(name), status: undefined, adopted: undefined },
      opts,
    );
  }
}
