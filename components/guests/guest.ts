import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";
import { stackMark } from "../mark";

export interface GuestUserArgs {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /**
   * E-mail address that the invitation goes to. Another address is another guest: the new one is
   * invited, then the old one is deleted. A guest of this stack that has both addresses is kept.
   * Case makes no difference.
   * @example "ana@fabrikam-security.example"
   */
  readonly email: pulumi.Input<string>;
  /**
   * Name of the guest in the customer's directory. A change renames the guest; an adopted user
   * keeps its name.
   * @example "Ana Silva"
   */
  readonly displayName: pulumi.Input<string>;
  /**
   * Address to which the guest is sent after accepting the invitation: for an analyst the Defender
   * portal of the customer's tenant.
   * @example "https://security.microsoft.com?tid=c0570500-0000-4000-8000-00000000000a"
   */
  readonly redirectUrl: pulumi.Input<string>;
  /**
   * Text of the invitation. Excludes `language`: Graph takes one of them.
   * @default Microsoft's text
   */
  readonly message?: pulumi.Input<string>;
  /**
   * Language of Microsoft's text, a BCP 47 tag.
   * @default "en-US"
   */
  readonly language?: pulumi.Input<string>;
  /**
   * E-mail address that receives a copy of the invitation. Graph takes one.
   * @default no copy
   */
  readonly copyRecipient?: pulumi.Input<string>;
  /**
   * Whether an existing member of the tenant with the address, who is no guest, may be used.
   * @default false: a member with the address is an error
   */
  readonly adoptMember?: pulumi.Input<boolean>;
  /**
   * Object ID of the existing user that is adopted. Its mail or principal name must be `email`. It
   * decides at creation only: adding or removing it later changes nothing, and another ID than the
   * deployed one is an error.
   * @default an existing user with the address is an error
   * @example "11111111-2222-3333-4444-555555555555"
   */
  readonly existingObjectId?: pulumi.Input<string>;
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

  constructor(name: string, args: GuestUserArgs, opts?: pulumi.CustomResourceOptions) {
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
