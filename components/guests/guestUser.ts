import * as pulumi from "@pulumi/pulumi";
import { setOutputs } from "../outputs";
import { Guest, type GuestUserArgs } from "./guest";
import { component } from "../../domain/resourceTypes";

/**
 * A user in the customer's tenant for one of the MSSP's people. The address is invited by e-mail as
 * a B2B guest; `destroy` deletes the guest, and every membership with it. An existing user with the
 * address is an error unless `existingObjectId` names it: such a guest is adopted, so not invited
 * again, not renamed, and not deleted by `destroy`. A member needs `adoptMember`, too.
 *
 * `message`, `language`, `redirectUrl` and `copyRecipient` have an effect at the time of the
 * invitation only. A later change sends no second invitation. A guest that is deleted by hand is
 * invited again by the next `up --refresh`. The stack's mark is the guest's property
 * `employeeType`.
 *
 * Follows "Add MSSP user to your tenant as a guest user" in Microsoft's "Configure managed security
 * service provider integration" (2018), and Graph's `POST /invitations`.
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `User.Invite.All` to invite; `User.ReadWrite.All`,
 *   which includes the right to invite, to look up, name, mark and delete the guest;
 * - or, for a signed-in user (Azure CLI), the directory roles `Guest Inviter` to invite and `User
 *   Administrator` for the rest.
 *
 * The credentials are those of the environment (ARM_CLIENT_ID with a secret, a certificate or a
 * federated token; or the Azure CLI), not those of a provider. The tenant must allow B2B
 * invitations to the domain of the address.
 *
 * ## Errors
 * `pulumi.ResourceError` for `message` together with `language`, before the user is declared.
 *
 * @example
 * const ana = new GuestUser("ana", {
 *   tenantId,
 *   email: "ana@fabrikam-security.example",
 *   displayName: "Ana Silva",
 *   redirectUrl: `https://security.microsoft.com?tid=${tenantId}`,
 * });
 */
export class GuestUser extends pulumi.ComponentResource {
  /** Object ID of the user. */
  declare public readonly objectId: pulumi.Output<string>;
  /** E-mail address that was invited, or by which the user was found. */
  declare public readonly email: pulumi.Output<string>;
  /**
   * Link that accepts the invitation. A secret: whoever has it can accept. Undefined for an adopted
   * user.
   */
  declare public readonly inviteRedeemUrl: pulumi.Output<string | undefined>;
  /** Whether the user existed in the tenant before this stack. `destroy` keeps an adopted user. */
  declare public readonly adopted: pulumi.Output<boolean>;
  /** The adopted user, such as `guest "Ana Silva"`. Undefined for an invited guest. */
  declare public readonly adoptedUser: pulumi.Output<string | undefined>;

  private readonly guest: Guest;

  constructor(name: string, args: GuestUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("GuestUser"), name, {}, opts);
    if (args.message !== undefined && args.language !== undefined) {
      throw new pulumi.ResourceError(
        "GuestUser takes message or language, not both: language selects a translation of Microsoft's text.",
        this,
        true,
      );
    }
    const {
      tenantId,
      email,
      displayName,
      redirectUrl,
      message,
      language,
      copyRecipient,
      adoptMember,
      existingObjectId,
    } = args;
    this.guest = new Guest(
      `${name}-user`,
      { tenantId, email, displayName, redirectUrl, message, language, copyRecipient, adoptMember, existingObjectId },
      { parent: this },
    );
    // The state has the link as an output of the Guest. The engine encrypts every secret of the
    // state again at each save and keeps the results in memory: with a second copy, many analysts
    // take twice the memory.
    const { inviteRedeemUrl: _, ...registered } = setOutputs<GuestUser>(this, {
      // While a preview renames or marks the guest, the engine knows the ID, which is the same, and
      // no output.
      objectId: this.guest.id,
      email: this.guest.email,
      inviteRedeemUrl: pulumi.secret(this.guest.inviteRedeemUrl),
      adopted: this.guest.adopted,
      adoptedUser: this.guest.adoptedUser,
    });
    this.registerOutputs(registered);
  }

  /** The underlying resource. */
  public get nodes(): { readonly guest: Guest } {
    return { guest: this.guest };
  }
}
