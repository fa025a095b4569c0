import * as pulumi from "@pulumi/pulumi";
import { Guest } from "./guest";

export interface GuestUserArgs {
  /** The customer's tenant, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /**
   * Address that the invitation goes to. A changed address is another guest: the old one is deleted, then the new one invited. Upper
   * and lower case make no difference.
   * @example "ana@fabrikam-security.example"
   */
  readonly email: pulumi.Input<string>;
  /**
   * Name of the guest in the customer's directory. A changed name renames the guest; a user who was there before keeps theirs.
   * @example "Ana Silva"
   */
  readonly displayName: pulumi.Input<string>;
  /**
   * Where the guest lands after accepting. For an analyst that is the Defender portal of the customer's tenant.
   * @example "https://security.microsoft.com?tid=c0570500-0000-4000-8000-00000000000a"
   */
  readonly redirectUrl: pulumi.Input<string>;
  /**
   * Text of the invitation. Graph takes a text or a language, not both.
   * @default Microsoft's own text
   */
  readonly message?: pulumi.Input<string>;
  /**
   * Language of Microsoft's own text, a BCP 47 tag.
   * @default "en-US"
   */
  readonly language?: pulumi.Input<string>;
  /**
   * Address that gets a copy of the invitation. Graph takes one.
   * @default nobody
   */
  readonly copyRecipient?: pulumi.Input<string>;
}

/**
 * A user for one of the MSSP's people in the customer's tenant. Who is there already, guest or member, is used as they are: not
 * invited again, not renamed, and not deleted by `destroy` (`adopted`). Everybody else is invited by e-mail as a B2B guest; deleting it
 * deletes the user, and with it every membership.
 *
 * The message, its language, the redirect URL and the copy matter at the moment of inviting only. Changed later they invite nobody
 * again and delete nobody; the next guest gets them. A guest whom somebody deleted in the tenant is invited anew by `pulumi up --refresh`.
 *
 * Guests who were invited here say so in their property "employee type".
 *
 * Follows "Add MSSP user to your tenant as a guest user" in Microsoft's "Configure managed security service provider
 * integration" (2018), and Graph's `POST /invitations`.
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `User.Invite.All` to invite; `User.ReadWrite.All`, which lets invite as well, to look for
 *   the address, to name and mark the guest, and to delete it;
 * - or, for a signed-in user (Azure CLI): `Guest Inviter` to invite and `User Administrator` for the rest.
 *
 * The credentials are those of the environment (ARM_CLIENT_ID with a secret, a certificate or a federated token; or the Azure CLI), not
 * a provider's. The tenant must allow B2B invitations to the address's domain.
 *
 * @example
 * const ana = new GuestUser("ana", {
 *   tenantId,
 *   email: "ana@fabrikam-security.example",
 *   displayName: "Ana Silva",
 *   redirectUrl: portalUrl("public", tenantId),
 * });
 */
export class GuestUser extends pulumi.ComponentResource {
  /** Object ID of the user. */
  public readonly objectId: pulumi.Output<string>;
  /** Address that was invited, or looked up. */
  public readonly email: pulumi.Output<string>;
  /** Link by which the invitation is accepted. A secret: who has it can accept. Undefined for a user who was there before. */
  public readonly inviteRedeemUrl: pulumi.Output<string | undefined>;
  /** Whether the user was in the tenant before, and will be left there. */
  public readonly adopted: pulumi.Output<boolean>;

  private readonly guest: Guest;

  constructor(name: string, args: GuestUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:GuestUser", name, {}, opts);
    if (args.message !== undefined && args.language !== undefined) {
      throw new pulumi.ResourceError(
        "GuestUser takes message or language, not both: language is that of Microsoft's own text.",
        this,
        true,
      );
    }

    const { tenantId, email, displayName, redirectUrl, message, language, copyRecipient } = args;
    this.guest = new Guest(
      `${name}-user`,
      { tenantId, email, displayName, redirectUrl, message, language, copyRecipient },
      { parent: this },
    );

    this.objectId = this.guest.objectId;
    this.email = this.guest.email;
    this.inviteRedeemUrl = pulumi.secret(this.guest.inviteRedeemUrl);
    this.adopted = this.guest.adopted;
    this.registerOutputs({
      objectId: this.objectId,
      email: this.email,
      inviteRedeemUrl: this.inviteRedeemUrl,
      adopted: this.adopted,
    });
  }

  /** The underlying resources. */
  public get nodes(): { readonly guest: Guest } {
    return { guest: this.guest };
  }
}
