import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";
import { resourceMark } from "../mark";

export interface MsspServicePrincipalArgs {
  /** The customer's tenant ID, a UUID. A change replaces the service principal. */
  readonly tenantId: pulumi.Input<string>;
  /**
   * Application (client) ID of the MSSP's multitenant application. A change replaces the service
   * principal.
   */
  readonly applicationId: pulumi.Input<string>;
}

/**
 * The service principal of the MSSP's application in the customer's tenant (in the Entra admin
 * center: an enterprise application). One that the customer's admin consent created is adopted;
 * `destroy` keeps it.
 *
 * Follows Graph's servicePrincipal.
 *
 * ## Least privileges
 * Application permission on Microsoft Graph: `Application.ReadWrite.All`; to adopt a service
 * principal, `Application.Read.All`. The credentials are those of the environment (ARM_CLIENT_ID
 * with a secret, a certificate or a federated token), not those of a provider.
 */
export class MsspServicePrincipal extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly applicationId: pulumi.Output<string>;
  declare public readonly managedBy: pulumi.Output<string>;
  declare public readonly objectId: pulumi.Output<string>;
  declare public readonly displayName: pulumi.Output<string>;
  /** Whether it existed before this stack, by the customer's admin consent. */
  declare public readonly adopted: pulumi.Output<boolean>;

  constructor(name: string, args: MsspServicePrincipalArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { objectId: undefined, displayName: undefined, adopted: undefined };
    super("MsspServicePrincipal", name, { ...args, managedBy: resourceMark(name), ...outputs }, opts);
  }
}
