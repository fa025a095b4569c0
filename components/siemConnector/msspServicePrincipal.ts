import * as pulumi from "@pulumi/pulumi";
import { DynamicResource, resourceMark } from "../dynamicResource";

export interface MsspServicePrincipalArgs {
  /** The customer's tenant ID. A change replaces the service principal. */
  readonly tenantId: pulumi.Input<string>;
  /** Application (client) ID of the MSSP's multitenant application. A change replaces the service principal. */
  readonly applicationId: pulumi.Input<string>;
}

/**
 * What an application of another tenant's is in the customer's tenant (Entra: an enterprise application). Where the customer has clicked
 * the admin consent URL it is there already: it is adopted, and `destroy` leaves it.
 *
 * Needs credentials in the environment (ARM_CLIENT_ID with a secret, a certificate or a federated token; not the provider's
 * configuration), with `Application.ReadWrite.All` on Microsoft Graph; to adopt one, `Application.Read.All`.
 */
export class MsspServicePrincipal extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly applicationId: pulumi.Output<string>;
  declare public readonly managedBy: pulumi.Output<string>;
  declare public readonly objectId: pulumi.Output<string>;
  declare public readonly displayName: pulumi.Output<string>;
  /** It was there before this stack: the customer has consented by a click. */
  declare public readonly adopted: pulumi.Output<boolean>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:MsspServicePrincipal`. */
  constructor(name: string, args: MsspServicePrincipalArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { objectId: undefined, displayName: undefined, adopted: undefined };
    super("MsspServicePrincipal", name, { ...args, managedBy: resourceMark(name), ...outputs }, opts);
  }
}
