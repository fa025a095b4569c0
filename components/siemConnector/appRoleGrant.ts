import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";

export interface AppRoleGrantArgs {
  /**
   * The customer's tenant ID, a UUID. A change of any argument but `principalAdopted` replaces the
   * grant.
   */
  readonly tenantId: pulumi.Input<string>;
  /** Object ID of the service principal that gets the permission. */
  readonly principalObjectId: pulumi.Input<string>;
  /**
   * Whether another party created the service principal before this stack: an existing grant is the
   * customer's then.
   */
  readonly principalAdopted: pulumi.Input<boolean>;
  /** Application (client) ID of the API. */
  readonly apiApplicationId: pulumi.Input<string>;
  /** Name of the permission. Its ID is looked up in the tenant. */
  readonly appRole: pulumi.Input<string>;
}

/**
 * Admin consent to one application permission. A grant by the customer's own consent is adopted;
 * `destroy` keeps it.
 *
 * Follows Graph's appRoleAssignment.
 *
 * ## Least privileges
 * Application permissions on Microsoft Graph: `AppRoleAssignment.ReadWrite.All` and
 * `Application.Read.All`. The credentials are those of the environment (ARM_CLIENT_ID with a
 * secret, a certificate or a federated token), not those of a provider.
 */
export class AppRoleGrant extends DynamicResource {
  declare public readonly resourceObjectId: pulumi.Output<string>;
  declare public readonly appRoleId: pulumi.Output<string>;
  /** Whether the permission was granted before this stack. */
  declare public readonly adopted: pulumi.Output<boolean>;

  constructor(name: string, args: AppRoleGrantArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { resourceObjectId: undefined, appRoleId: undefined, adopted: undefined };
    super("AppRoleGrant", name, { ...args, ...outputs }, opts);
  }
}
