import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";

export interface GuestUserArgs {
  /**
   * Address that the invitation goes to. A changed address is another guest: the old one is deleted, then the new one invited.
   * Write it in one case: the directory keeps it as it was written.
   * @example "ana@fabrikam-security.example"
   */
  readonly email: pulumi.Input<string>;
  /**
   * Name of the guest in the customer's directory. The provider can't rename a guest: a changed name deletes the guest and
   * invites again.
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
}

/**
 * A B2B guest in the customer's tenant, invited by e-mail. Deleting it deletes the user, and with it every membership.
 *
 * The message, its language and the redirect URL matter at the moment of inviting only. Changed later they invite nobody
 * again and delete nobody; the next guest gets them.
 *
 * Follows "Add MSSP user to your tenant as a guest user" in Microsoft's "Configure managed security service provider
 * integration" (2018), and Graph's `POST /invitations`.
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `User.Invite.All` to invite; `User.ReadWrite.All`, which lets invite as well, for what
 *   the provider does around it (it reads the guest, touches its company name to see that it has replicated, and deletes it);
 * - or, for a signed-in user: `Guest Inviter` to invite and `User Administrator` to delete.
 *
 * The tenant must allow B2B invitations to the address's domain.
 *
 * @example
 * const ana = new GuestUser("ana", {
 *   email: "ana@fabrikam-security.example",
 *   displayName: "Ana Silva",
 *   redirectUrl: portalUrl("public", tenantId),
 * }, { provider });
 */
export class GuestUser extends pulumi.ComponentResource {
  /** Object ID of the guest, a user. */
  public readonly objectId: pulumi.Output<string>;
  /** Address that was invited. */
  public readonly email: pulumi.Output<string>;
  /** Link by which the invitation is accepted. A secret: who has it can accept. */
  public readonly redeemUrl: pulumi.Output<string>;

  private readonly invitation: azuread.Invitation;

  constructor(name: string, args: GuestUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:GuestUser", name, {}, opts);
    if (args.message !== undefined && args.language !== undefined) {
      throw new pulumi.ResourceError(
        "GuestUser takes message or language, not both: language is that of Microsoft's own text.",
        this,
        true,
      );
    }

    this.invitation = new azuread.Invitation(
      `${name}-invitation`,
      {
        userEmailAddress: args.email,
        userDisplayName: args.displayName,
        redirectUrl: args.redirectUrl,
        // Without a message the provider asks Graph to send no e-mail at all.
        message: args.message === undefined ? { language: args.language ?? "en-US" } : { body: args.message },
      },
      {
        parent: this,
        // Inviting the same address again answers the same user, whom the old invitation's deletion would then delete.
        deleteBeforeReplace: true,
        // Every argument replaces; these two are used up once the invitation is sent.
        ignoreChanges: ["message", "redirectUrl"],
        additionalSecretOutputs: ["redeemUrl"],
      },
    );

    this.objectId = pulumi
      .all([this.invitation.userId, args.email])
      .apply(([userId, email]) => presentUser(userId, email));
    this.email = this.invitation.userEmailAddress;
    this.redeemUrl = pulumi.secret(this.invitation.redeemUrl);
    this.registerOutputs({ objectId: this.objectId, email: this.email, redeemUrl: this.redeemUrl });
  }

  /** The underlying resources. */
  public get nodes(): { readonly invitation: azuread.Invitation } {
    return { invitation: this.invitation };
  }
}

/** When somebody has deleted the guest in the tenant, the azuread provider's refresh keeps the invitation, with an empty user ID. */
function presentUser(userId: string, email: string): string {
  if (userId !== "") return userId;
  throw new pulumi.RunError(
    `The guest ${email} is no longer in the customer's tenant: somebody deleted it there. Nothing was changed. ` +
      "Take this analyst out of the settings and run `pulumi up --refresh`; to invite the analyst again, put the entry back afterwards and run `pulumi up`.",
  );
}
