import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";
import { stackMark } from "../mark";

export interface GuestArgs {
  /** The customer's tenant ID. A change replaces the guest. */
  tenantId: pulumi.Input<string>;
  /**
   * E-mail address to invite. A change of more than case replaces the guest; the old one is deleted
   * after what refers to it uses the new one.
   */
  email: pulumi.Input<string>;
  /**
   * Name of the guest in the customer's directory. A change renames a guest that this stack
   * invited.
   */
  displayName: pulumi.Input<string>;
  /** Address to which the guest is sent after accepting the invitation. */
  redirectUrl: pulumi.Input<string>;
  /** Text of the invitation. Excludes `language`. @default Microsoft's text */
  message?: pulumi.Input<string>;
  /** Language of Microsoft's text, a BCP 47 tag. @default "en-US" */
  language?: pulumi.Input<string>;
  /** E-mail address that receives a copy of the invitation. */
  copyRecipient?: pulumi.Input<string>;
  /** Whether an existing member, who is no guest, may be adopted. @default false */
  adoptMember?: pulumi.Input<boolean>;
  /** Object ID of the existing user that is adopted. Read at creation only. */
  existingObjectId?: pulumi.Input<string>;
}

/** The dynamic resource of `GuestUser`, whose docstring has its privileges. */
export class Guest extends DynamicResource {
  /** Object ID of the user. */
  declare public readonly objectId: pulumi.Output<string>;
  /** E-mail address that was invited, or by which the user was found. */
  declare public readonly email: pulumi.Output<string>;
  /** Whether the user existed in the tenant before this stack. */
  declare public readonly adopted: pulumi.Output<boolean>;
  /** The adopted user, such as `guest "Ana Silva"`. Undefined for an invited guest. */
  declare public readonly adoptedUser: pulumi.Output<string | undefined>;
  /** Link that accepts the invitation. A secret. Undefined for an adopted user. */
  declare public readonly inviteRedeemUrl: pulumi.Output<string | undefined>;

  constructor(name: string, args: GuestArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "Guest",
      name,
      {
        ...args,
        managedBy: stackMark(),
        objectId: undefined,
        adopted: undefined,
        adoptedUser: undefined,
        inviteRedeemUrl: undefined,
      },
      // The analyst keeps the access: the groups have the new guest before the old one is deleted.
      pulumi.mergeOptions({ additionalSecretOutputs: ["inviteRedeemUrl"], deleteBeforeReplace: false }, opts),
    );
  }
}
