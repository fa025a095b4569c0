import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { groupNameInDirectory } from "../../settings/naming";

export interface MsspSecurityGroupArgs {
  /**
   * Name of the group. No other group of the tenant may have it; an apostrophe becomes a typographic one (’).
   * @example "Fabrikam Security MSSP Analysts"
   */
  readonly displayName: pulumi.Input<string>;
  /**
   * Name of the MSSP, for the group's description, which tells the customer's administrator whose group this is.
   * @example "Fabrikam Security"
   */
  readonly msspName: pulumi.Input<string>;
  /**
   * Object IDs of exactly those who are members. A member whom somebody else adds shows as drift, and the next
   * `up --refresh` removes it.
   * @default members are looked after elsewhere, such as by access packages
   */
  readonly members?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Whether the group can be given a directory role. Needs Microsoft Entra ID P1, and cannot be changed on a group: a change deletes it
   * and makes another one. Its members can only be changed by who may manage roles.
   * @default false
   */
  readonly assignableToRole?: pulumi.Input<boolean>;
  /**
   * What the members are members for, in a word. A change deletes the group and makes another one: nobody stays a member.
   * @default a group that stays whatever it is for
   */
  readonly purpose?: string;
}

/**
 * The security group in the customer's tenant that access is given to, with its members. The customer can change or end the
 * MSSP's access at any time by this one group.
 *
 * The members are an argument of the group and no resources of their own: that makes them authoritative, and a group with
 * twenty analysts deploys in one step.
 *
 * Follows "Grant MSSP user access" in Microsoft's "Configure managed security service provider integration" (2018), which
 * recommends groups for MSSPs.
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `Group.Create` (the application that creates the group becomes its owner) with
 *   `Group.Read.All` (to see that no other group has the name), or `Group.ReadWrite.All`;
 * - or, for a signed-in user: the directory role `Groups Administrator`;
 * - with `assignableToRole` also `RoleManagement.ReadWrite.Directory`, or the directory role `Privileged Role Administrator`.
 *
 * @example
 * const group = new MsspSecurityGroup("analysts", {
 *   displayName: "Fabrikam Security MSSP Analysts",
 *   msspName: "Fabrikam Security",
 *   members: [ana.objectId],
 * }, { provider });
 */
export class MsspSecurityGroup extends pulumi.ComponentResource {
  /** Object ID of the group. */
  public readonly objectId: pulumi.Output<string>;
  /** Name of the group as it is in the directory. */
  public readonly displayName: pulumi.Output<string>;

  private readonly group: azuread.Group;

  constructor(name: string, args: MsspSecurityGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:MsspSecurityGroup", name, {}, opts);

    this.group = new azuread.Group(
      `${name}-group`,
      {
        displayName: pulumi.output(args.displayName).apply(groupNameInDirectory),
        description: pulumi.interpolate`People of ${args.msspName} who watch this tenant's Microsoft Defender. Managed by Pulumi: ${args.members === undefined ? "" : "members added by hand are removed, and "}deleting the group ends the access.`,
        securityEnabled: true,
        preventDuplicateNames: true,
        members: args.members,
        assignableToRole: args.assignableToRole,
      },
      // No other group may have the name, not even the one that this one replaces.
      { parent: this, deleteBeforeReplace: true, replacementTrigger: args.purpose },
    );

    this.objectId = this.group.objectId;
    this.displayName = this.group.displayName;
    this.registerOutputs({ objectId: this.objectId, displayName: this.displayName });
  }

  /** The underlying resources. */
  public get nodes(): { readonly group: azuread.Group } {
    return { group: this.group };
  }
}
