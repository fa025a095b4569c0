import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { groupNameInDirectory } from "../../domain/naming";
import { managedNote } from "../mark";
import { setOutputs, valueOfMade } from "../outputs";
import { component } from "../../domain/resourceTypes";

export interface MsspSecurityGroupArgs {
  /**
   * Name of the group, unique in the tenant. An apostrophe becomes a typographic one (’).
   * @example "Fabrikam Security MSSP Analysts"
   */
  readonly displayName: pulumi.Input<string>;
  /**
   * The MSSP's name, for the group's description, by which the customer's administrator knows whose
   * group it is.
   * @example "Fabrikam Security"
   */
  readonly msspName: pulumi.Input<string>;
  /**
   * Object IDs of the members. The list is authoritative: a member that another party adds is
   * drift, and `up --refresh` removes it.
   * @default the program manages no members, which is right for access packages
   */
  readonly members?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Whether a directory role can be assigned to the group. Requires Microsoft Entra ID P1, and an
   * identity that may manage roles to change the members. A change replaces the group; the old one
   * is deleted first.
   * @default false
   */
  readonly assignableToRole?: pulumi.Input<boolean>;
  /**
   * Purpose of the membership, such as the name of the model of portal access. A change replaces
   * the group, so that no member stays.
   * @default the group is not replaced for another purpose
   */
  readonly purpose?: string;
}

/**
 * The security group in the customer's tenant that access is granted to, with its members. The
 * customer can end the MSSP's access by this one group at any time.
 *
 * The members are an argument of the group, not resources: the list is authoritative, and any
 * number of analysts is one change.
 *
 * Follows "Grant MSSP user access" in Microsoft's "Configure managed security service provider
 * integration" (2018), which recommends groups for MSSPs.
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `Group.Create` (the application that creates the
 *   group becomes its owner) with `Group.Read.All` (to check that no other group has the name), or
 *   `Group.ReadWrite.All`;
 * - or, for a signed-in user, the directory role `Groups Administrator`;
 * - with `assignableToRole` also `RoleManagement.ReadWrite.Directory`, or the directory role
 *   `Privileged Role Administrator`.
 *
 * ## Errors
 * The provider refuses a name that another group of the tenant has.
 *
 * @example
 * const ana = new GuestUser("ana", {
 *   tenantId,
 *   email: "ana@fabrikam-security.example",
 *   displayName: "Ana Silva",
 *   redirectUrl: `https://security.microsoft.com?tid=${tenantId}`,
 * });
 * const group = new MsspSecurityGroup(
 *   "analysts",
 *   { displayName: "Fabrikam MSSP Analysts", msspName: "Fabrikam", members: [ana.objectId] },
 *   { provider },
 * );
 */
export class MsspSecurityGroup extends pulumi.ComponentResource {
  /** Object ID of the group. */
  declare public readonly objectId: pulumi.Output<string>;
  /** Name of the group in the directory. */
  declare public readonly displayName: pulumi.Output<string>;

  private readonly group: azuread.Group;

  constructor(name: string, args: MsspSecurityGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("MsspSecurityGroup"), name, {}, opts);

    const purpose = pulumi.interpolate`People of ${args.msspName} who watch this tenant's Microsoft Defender.`;
    const ofMembers = args.members === undefined ? "" : "members added by hand are removed, and ";
    // The group's own output may be the temporary name that the azuread plugin gives it while it waits for replicas.
    const displayName = pulumi.output(args.displayName).apply(groupNameInDirectory);
    this.group = new azuread.Group(
      `${name}-group`,
      {
        displayName,
        description: pulumi.interpolate`${purpose} ${managedNote()}: ${ofMembers}deleting the group ends the access.`,
        securityEnabled: true,
        preventDuplicateNames: true,
        members: args.members,
        assignableToRole: args.assignableToRole,
      },
      // The name must be unique, so a group that is replaced has to go first.
      { parent: this, deleteBeforeReplace: true, replacementTrigger: args.purpose },
    );

    const objectId = valueOfMade(this.group, this.group.objectId);
    this.registerOutputs(setOutputs<MsspSecurityGroup>(this, { objectId, displayName }));
  }

  /** The underlying resource. */
  public get nodes(): { readonly group: azuread.Group } {
    return { group: this.group };
  }
}
