import * as pulumi from "@pulumi/pulumi";
import type { SiemAuthorizationMode } from "@defender-mssp/microsoft";
import { DynamicResource, resourceMark } from "../dynamicResource";

export interface DefenderSiemAuthorizationArgs {
  /** The customer's tenant ID. A change replaces the authorization. */
  tenantId: pulumi.Input<string>;
  /** Application (client) ID of the SIEM connector. A change replaces the authorization. */
  applicationId: pulumi.Input<string>;
  /** The MSSP's tenant ID. */
  msspTenantId: pulumi.Input<string>;
  /**
   * - `endpoint`: a server authorizes the application, by real calls: `endpoint`, or else the server that the environment variable
   *   MSSP_DEFENDER_ENDPOINT names while `up`, `refresh` or `destroy` runs.
   * - `manual`: a person authorizes it in the portal (`manualSiemAuthorizationSteps` says how). Nothing is called, nothing is claimed.
   *
   * From `manual` to `endpoint` is an update that authorizes; from `endpoint` to `manual` is a replacement that takes the
   * authorization away on the server first.
   */
  mode: pulumi.Input<SiemAuthorizationMode>;
  /** Base URL of the server to call: https, without credentials in it. @default MSSP_DEFENDER_ENDPOINT at the time of the call */
  endpoint?: pulumi.Input<string>;
}

/**
 * Authorizes an application for the legacy alert API of a customer's Microsoft Defender: what "Authorize application" does on the
 * portal's page Settings > SIEM > MSSP. Microsoft publishes no API for that; the call is ours, see the two modes of `mode`.
 *
 * Needs, in `endpoint` mode: credentials in the environment (ARM_CLIENT_ID with a secret, a certificate or a federated token; not
 * the provider's configuration), of an identity that may manage Defender's portal system settings in the customer's tenant.
 *
 * An authorization that somebody else has made already is adopted: `adopted` is true, and destroy leaves it alone.
 *
 * Follows Microsoft's "Configure managed security service provider integration" (2018-09-03), step 3.
 */
export class DefenderSiemAuthorization extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly applicationId: pulumi.Output<string>;
  declare public readonly msspTenantId: pulumi.Output<string>;
  declare public readonly mode: pulumi.Output<SiemAuthorizationMode>;
  declare public readonly endpoint: pulumi.Output<string | undefined>;
  /** What the authorization is marked with on the server. */
  declare public readonly managedBy: pulumi.Output<string>;
  /** `authorized`: a server has said so. `manual`: it is left to a person, and nobody has looked. */
  declare public readonly status: pulumi.Output<"authorized" | "manual">;
  /** It was there before this stack, made by somebody else. */
  declare public readonly adopted: pulumi.Output<boolean>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:DefenderSiemAuthorization`. */
  constructor(name: string, args: DefenderSiemAuthorizationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "DefenderSiemAuthorization",
      name,
      { ...args, managedBy: resourceMark(name), status: undefined, adopted: undefined },
      opts,
    );
  }
}
