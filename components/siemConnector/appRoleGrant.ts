import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";

export interface AppRoleGrantArgs {
  /** The customer's tenant ID. A change of this or any other argument but `principalAdopted` replaces the grant. */
  readonly tenantId: pulumi.Input<string>;
  /** Object ID of the service principal that gets the permission. */
  readonly principalObjectId: pulumi.Input<string>;
  /** Whether that service principal was there before this stack: then a grant that it has is the customer's. */
  readonly principalAdopted: pulumi.Input<boolean>;
  /** Application (client) ID of the API. */
  readonly apiApplicationId: pulumi.Input<string>;
  /** The permission's name; its ID is looked up in the tenant. */
  readonly appRole: pulumi.Input<string>;
}

/**
 * One application permission, granted: admin consent as code. One that the customer has granted by a click is adopted, and
 * `destroy` leaves it.
 *
 * Needs credentials in the environment, as `MsspServicePrincipal`, with `AppRoleAssignment.ReadWrite.All` and `Application.Read.All`.
 */
export class AppRoleGrant extends DynamicResource {
  declare public readonly resourceObjectId: pulumi.Output<string>;
  declare public readonly appRoleId: pulumi.Output<string>;
  /** It was granted before this stack. */
  declare public readonly adopted: pulumi.Output<boolean>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:AppRoleGrant`. */
  constructor(name: string, args: AppRoleGrantArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { resourceObjectId: undefined, appRoleId: undefined, adopted: undefined };
    super("AppRoleGrant", name, { ...args, ...outputs }, opts);
  }
}
