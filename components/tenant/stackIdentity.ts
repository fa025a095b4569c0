import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";
import { markStack } from "../mark";

export interface StackIdentityArgs {
  /** The MSSP's tenant ID, which descriptions in the customer's tenant name. */
  readonly msspTenantId: pulumi.Input<string>;
}

/**
 * A random ID of the stack, made once and kept in its state. Every mark of the stack's objects
 * names it, so that a stack of the same name in another backend does not take them for its own.
 *
 * Declare it once, before every other component: resources that are declared later are marked with
 * it. Without it marks name project and stack only.
 *
 * ## Least privileges
 * None.
 *
 * @example
 * new StackIdentity("stack", { msspTenantId });
 */
export class StackIdentity extends DynamicResource {
  /** 16 hexadecimal digits. */
  declare public readonly stackId: pulumi.Output<string>;

  constructor(name: string, { msspTenantId }: StackIdentityArgs, opts?: pulumi.CustomResourceOptions) {
    super("StackIdentity", name, { stackId: undefined }, opts);
    markStack({ stackId: this.stackId, msspTenantId });
  }
}
