import * as pulumi from "@pulumi/pulumi";

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
export class Guest extends pulumi.dynamic.Resource {
  /** Object ID of the user. */
  declare public readonly objectId: pulumi.Output<string>;
  declare public readonly email: pulumi.Output<string>;
  /** The user was in the tenant before this stack. */
  declare public readonly adopted: pulumi.Output<boolean>;
  /** Link by which the invitation is accepted. A secret. Undefined for an adopted user. */
  declare public readonly inviteRedeemUrl: pulumi.Output<string | undefined>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:Guest`. */
  constructor(name: string, args: GuestArgs, opts?: pulumi.CustomResourceOptions) {
    const managedBy = `${pulumi.getProject()}/${pulumi.getStack()}`;
    super(
      provider,
      name,
      { ...args, managedBy, objectId: undefined, adopted: undefined, inviteRedeemUrl: undefined },
      pulumi.mergeOptions(
        // Inviting the same address again answers the same user, whom the delete of the old one would take away.
        { deleteBeforeReplace: true, additionalSecretOutputs: ["inviteRedeemUrl"] },
        opts,
      ),
      "defender-mssp",
      "Guest",
    );
  }
}

type Properties = Record<string, unknown>;

/**
 * This object is what the state keeps, as code; `refresh` and `destroy` run the state's copy. It only calls the package, by name:
 * what the package does may change, this may not, or every stack shows a difference. Credentials are read over there, from the environment.
 */
const provider: pulumi.dynamic.ResourceProvider<Properties, Properties> = {
  async check(olds, news) {
    return (await import("@defender-mssp/microsoft")).guestResource.check(olds, news);
  },
  async diff(id, olds, news) {
    return (await import("@defender-mssp/microsoft")).guestResource.diff(id, olds, news);
  },
  async create(inputs) {
    return (await import("@defender-mssp/microsoft")).guestResource.create(inputs);
  },
  async read(id, props) {
    return (await import("@defender-mssp/microsoft")).guestResource.read(id, props);
  },
  async update(id, olds, news) {
    return (await import("@defender-mssp/microsoft")).guestResource.update(id, olds, news);
  },
  async delete(id, props) {
    return (await import("@defender-mssp/microsoft")).guestResource.delete(id, props);
  },
};
