import * as pulumi from "@pulumi/pulumi";
import type { AlertSeverity, PortalMode } from "@defender-mssp/microsoft";
import { DynamicResource, resourceMark } from "../dynamicResource";

export interface AlertNotificationRuleArgs {
  /** The customer's tenant ID. A change replaces the rule. */
  tenantId: pulumi.Input<string>;
  /** Rule name, by which the rule is known in the tenant. A change replaces the rule. */
  name: pulumi.Input<string>;
  /** Alerts of these severities are notified. */
  severities: pulumi.Input<pulumi.Input<AlertSeverity>[]>;
  /** Names of Defender's device groups whose alerts are notified. @default all devices */
  deviceGroups?: pulumi.Input<pulumi.Input<string>[]>;
  /** E-mail addresses. Their order and case make no difference. */
  recipients: pulumi.Input<pulumi.Input<string>[]>;
  /** Name the customer in the e-mail. @default true, which Microsoft's document for MSSPs asks for */
  includeOrganizationName?: pulumi.Input<boolean>;
  /** Let the e-mail's link open the portal for the customer's tenant. @default true, which Microsoft's document for MSSPs asks for */
  includeTenantPortalLink?: pulumi.Input<boolean>;
  /** Name the device in the e-mail. @default true */
  includeDeviceInformation?: pulumi.Input<boolean>;
  /**
   * - `endpoint`: a server keeps the rule, by real calls: `endpoint`, or else the server that the environment variable
   *   MSSP_DEFENDER_ENDPOINT names while `up`, `refresh` or `destroy` runs.
   * - `manual`: a person enters it in the portal (`manualNotificationRuleSteps` says how). Nothing is called, nothing is claimed.
   *
   * From `manual` to `endpoint` is an update that makes the rule; from `endpoint` to `manual` is a replacement that takes it away on the
   * server first.
   */
  mode: pulumi.Input<PortalMode>;
  /** Base URL of the server to call: https, without credentials in it. @default MSSP_DEFENDER_ENDPOINT at the time of the call */
  endpoint?: pulumi.Input<string>;
}

/**
 * An e-mail notification rule of a customer's Microsoft Defender: what the portal's page Settings > Endpoints > General > Email
 * notifications does. Microsoft publishes no API for that; the call is ours, see the two modes of `mode`.
 *
 * Needs, in `endpoint` mode: credentials in the environment (ARM_CLIENT_ID with a secret, a certificate or a federated token; not
 * the provider's configuration), of an identity that may manage Defender's security settings in the customer's tenant.
 *
 * A rule of that name that somebody else has made already is adopted if it is the same (`adopted` is true, and destroy leaves it alone),
 * and an error if it isn't.
 *
 * Follows Microsoft's "Configure managed security service provider integration" (2018-09-03), which asks for the organization's name and
 * the tenant-specific portal link, and "Configure alert notifications in Microsoft Defender XDR" (2024-07-08), which has the fields.
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
  /** What the rule is marked with on the server. */
  declare public readonly managedBy: pulumi.Output<string>;
  /** `configured`: a server has said so. `manual`: it is left to a person, and nobody has looked. */
  declare public readonly status: pulumi.Output<"configured" | "manual">;
  /** It was there before this stack, made by somebody else. */
  declare public readonly adopted: pulumi.Output<boolean>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:AlertNotificationRule`. */
  constructor(name: string, args: AlertNotificationRuleArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "AlertNotificationRule",
      name,
      { ...args, managedBy: resourceMark(name), status: undefined, adopted: undefined },
      opts,
    );
  }
}
