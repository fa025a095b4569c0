import * as pulumi from "@pulumi/pulumi";
import { DynamicResource, stackMark } from "../dynamicResource";

export interface GuestArgs {
  /** The customer's tenant ID. A change replaces the guest. */
  tenantId: pulumi.Input<string>;
  /** Address that is invited. A change, other than in case, replaces the guest: the old one is deleted first. */
  email: pulumi.Input<string>;
  /** Name of the guest in the customer's directory. A change renames the guest, unless it is adopted. */
  displayName: pulumi.Input<string>;
  /** Where the guest lands after accepting. */
  redirectUrl: pulumi.Input<string>;
  /** Text of the invitation. Not together with `language`. @default Microsoft's own text */
  message?: pulumi.Input<string>;
  /** Language of Microsoft's own text, a BCP 47 tag. @default "en-US" */
  language?: pulumi.Input<string>;
  /** Address that gets a copy of the invitation. */
  copyRecipient?: pulumi.Input<string>;
}

/**
 * A user of the customer's tenant for an e-mail address: the one who is there, adopted and left alone; or else a B2B guest who is invited,
 * kept by name, and deleted by `destroy`. Use `GuestUser`, which says what it needs.
 */
export class Guest extends DynamicResource {
  /** Object ID of the user. */
  declare public readonly objectId: pulumi.Output<string>;
  declare public readonly email: pulumi.Output<string>;
  /** The user was in the tenant before this stack. */
  declare public readonly adopted: pulumi.Output<boolean>;
  /** Link by which the invitation is accepted. A secret. Undefined for an adopted user. */
  declare public readonly inviteRedeemUrl: pulumi.Output<string | undefined>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:Guest`. */
  constructor(name: string, args: GuestArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "Guest",
      name,
      { ...args, managedBy: stackMark(), objectId: undefined, adopted: undefined, inviteRedeemUrl: undefined },
      pulumi.mergeOptions({ additionalSecretOutputs: ["inviteRedeemUrl"] }, opts),
    );
  }
}
