import { withoutUndefined } from "@defender-mssp/errors";
import { portalUrl, type CloudName } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import type { TieredAnalyst } from "../../domain/memberships";
import { GuestUser } from "./guestUser";
import { guestResource } from "../../domain/resourceNames";

export interface OnboardedAnalyst extends TieredAnalyst {
  /**
   * E-mail address that the invitation goes to, in lower case. The resource is named after it, so
   * it is no Input.
   * @example "ana@fabrikam-security.example"
   */
  readonly email: string;
  /**
   * Name of the guest in the customer's directory.
   * @example "Ana Silva"
   */
  readonly displayName: pulumi.Input<string>;
  /**
   * Object ID of the analyst's user, if the tenant has one before the stack. It decides when the
   * analyst is added only.
   * @default an existing user with the address is an error
   * @example "11111111-2222-3333-4444-555555555555"
   */
  readonly objectId?: pulumi.Input<string>;
}

/** An analyst with the user in the customer's tenant. */
export type InvitedAnalyst = Omit<OnboardedAnalyst, "objectId"> & { readonly guest: GuestUser };

/** What all invitations of a customer share. */
export interface InvitationArgs {
  readonly tenantId: pulumi.Input<string>;
  readonly cloud?: CloudName;
  readonly invitationMessage?: pulumi.Input<string>;
  readonly invitationLanguage?: pulumi.Input<string>;
  readonly invitationCopyTo?: pulumi.Input<string>;
  readonly adoptMembers?: pulumi.Input<boolean>;
}

/**
 * Declares an analyst's guest. The resource is named after the address: another order of analysts,
 * or one more, changes no other guest.
 */
export function inviteAnalyst(
  name: string,
  analyst: OnboardedAnalyst,
  args: InvitationArgs,
  opts: pulumi.ComponentResourceOptions,
): InvitedAnalyst {
  const { tenantId, cloud = "public" } = args;
  const { objectId: existingObjectId, ...others } = analyst;
  const { email, displayName } = others;
  const guest = new GuestUser(
    guestResource(name, email),
    {
      tenantId,
      email,
      displayName,
      redirectUrl: pulumi.output(tenantId).apply((id) => portalUrl(cloud, id)),
      message: args.invitationMessage,
      language: args.invitationLanguage,
      copyRecipient: args.invitationCopyTo,
      adoptMember: args.adoptMembers,
      existingObjectId,
    },
    opts,
  );
  return { ...others, guest };
}

/** Object ID of each analyst's user, by e-mail address. */
export function objectIdsByEmail(analysts: readonly InvitedAnalyst[]): pulumi.Output<Record<string, string>> {
  return byEmail(analysts, ({ objectId }) => objectId);
}

/** Link that accepts each invitation, by e-mail address. A secret. */
export function inviteRedeemUrls(analysts: readonly InvitedAnalyst[]): pulumi.Output<Record<string, string>> {
  const urls = byEmail(analysts, ({ inviteRedeemUrl }) => inviteRedeemUrl);
  return pulumi.secret(urls.apply((all) => withoutUndefined(all) as Record<string, string>));
}

function byEmail<T>(
  analysts: readonly InvitedAnalyst[],
  property: (guest: GuestUser) => pulumi.Output<T>,
): pulumi.Output<Record<string, T>> {
  const entries = analysts.map(({ email, guest }) => property(guest).apply((value): [string, T] => [email, value]));
  return pulumi.all(entries).apply((all) => Object.fromEntries(all) as Record<string, T>);
}
