import type { SiemAuthorizationMode } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import type { DefenderCallArgs } from "../defenderCalls";
import { DynamicResource } from "../dynamicResource";
import { resourceMark } from "../mark";

export interface DefenderSiemAuthorizationArgs extends DefenderCallArgs {
  /** The customer's tenant ID, a UUID. A change replaces the authorization. */
  tenantId: pulumi.Input<string>;
  /** Application (client) ID of the SIEM connector. A change replaces the authorization. */
  applicationId: pulumi.Input<string>;
  /** The MSSP's tenant ID, a UUID. */
  msspTenantId: pulumi.Input<string>;
}

/**
 * Authorizes an application for the legacy alert API of the customer's Microsoft Defender: what
 * "Authorize application" on the portal page Settings > SIEM > MSSP does. Microsoft publishes no
 * API for it; the argument `mode` says who makes the change.
 *
 * An existing authorization that another party created is adopted; `destroy` keeps it.
 *
 * Follows step 3 of Microsoft's "Configure managed security service provider integration"
 * (2018-09-03).
 *
 * ## Least privileges
 * - mode `manual`: none;
 * - mode `endpoint`: an identity to which the server gives the right to manage Defender's portal
 *   system settings in the customer's tenant. Its credentials are those of the environment
 *   (ARM_CLIENT_ID with a secret, a certificate or a federated token), not those of a provider.
 *
 * @example
 * new DefenderSiemAuthorization("siem-authorization", {
 *   tenantId,
 *   applicationId: connector.clientId,
 *   msspTenantId,
 *   mode: "manual",
 * });
 */
export class DefenderSiemAuthorization extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly applicationId: pulumi.Output<string>;
  declare public readonly msspTenantId: pulumi.Output<string>;
  declare public readonly mode: pulumi.Output<SiemAuthorizationMode>;
  declare public readonly endpoint: pulumi.Output<string | undefined>;
  /** Mark of the authorization on the server. */
  declare public readonly managedBy: pulumi.Output<string>;
  /**
   * `authorized`: a server confirmed the authorization. `manual`: left to a person, not checked.
   */
  declare public readonly status: pulumi.Output<"authorized" | "manual">;
  /** Whether another party created the authorization before this stack. */
  declare public readonly adopted: pulumi.Output<boolean>;

  constructor(name: string, args: DefenderSiemAuthorizationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "DefenderSiemAuthorization",
      name,
      { ...args, managedBy: resourceMark(name), status: undefined, adopted: undefined },
      opts,
    );
  }
}
