import { directoryRoleTemplates, portalAccessRoles, type PortalAccessRole } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";

export interface DirectoryRoleAccessArgs {
  /**
   * The directory role:
   * - `Security Reader` sees everything in the Defender portal and changes nothing;
   * - `Security Operator` works on alerts and incidents as well;
   * - `Security Administrator`, which Microsoft's document of 2018 asks for, also changes every security setting of the tenant.
   * @default "Security Reader"
   */
  readonly role?: PortalAccessRole;
  /**
   * Object IDs of those who get the role, by a plain name that never changes, such as `group`, or each guest's e-mail address: the
   * resources are named after it. A group must have been made assignable to roles (`MsspSecurityGroup`, `assignableToRole`).
   */
  readonly principals: Readonly<Record<string, pulumi.Input<string>>>;
  /** `directoryScope` of the stack's `PortalAccessModel`: a switch to another model then takes the role away first. */
  readonly directoryScope: pulumi.Input<string>;
}

/**
 * Access to the Defender portal by a directory role, for the whole tenant: the model `basic`. Defender maps the role to permissions by
 * itself, as long as the customer hasn't turned its own role-based access control on.
 *
 * The role is given to the MSSP's group, or, where the tenant has no licence for groups that are assignable to roles, to each guest. Give it to
 * one or the other: both would be the same access twice, and taking one away would not end it.
 *
 * Another role replaces the assignment: the old one is deleted before the new one is made.
 *
 * Follows "Grant MSSP user access" (basic permissions) in Microsoft's "Configure managed security service provider integration" (2018), with
 * the least of the roles instead of Security Administrator.
 *
 * ## Least privileges
 * - application permission on Microsoft Graph: `RoleManagement.ReadWrite.Directory`. It lets its holder give any role to anybody: the models
 *   `rbac` and `entitlement` do without it;
 * - or, for a signed-in user: the directory role `Privileged Role Administrator`.
 *
 * A principal who has the role already, by hand, is refused by Graph ("A conflicting object …"): take that assignment away first.
 *
 * @example
 * const model = new PortalAccessModel("portal-access-model", { model: "basic" });
 * new DirectoryRoleAccess("portal-access", {
 *   role: "Security Reader",
 *   principals: { group: group.objectId },
 *   directoryScope: model.directoryScope,
 * }, { provider });
 */
export class DirectoryRoleAccess extends pulumi.ComponentResource {
  /** Name of the directory role. */
  public readonly role: pulumi.Output<PortalAccessRole>;
  /** Object IDs of those who have the role, by the names in `principals`. */
  public readonly principals: pulumi.Output<Record<string, string>>;

  private readonly assignments: Readonly<Record<string, azuread.DirectoryRoleAssignment>>;

  constructor(name: string, args: DirectoryRoleAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:DirectoryRoleAccess", name, {}, opts);
    const role = args.role ?? portalAccessRoles[0];
    if (!portalAccessRoles.includes(role)) {
      throw new pulumi.ResourceError(
        `DirectoryRoleAccess can't give the role "${role as string}"; allowed are ${portalAccessRoles.join(", ")}.`,
        this,
        true,
      );
    }

    this.assignments = Object.fromEntries(
      Object.entries(args.principals).map(([principal, objectId]) => [
        principal,
        new azuread.DirectoryRoleAssignment(
          `${name}-${principal}`,
          {
            roleId: directoryRoleTemplates[role],
            principalObjectId: objectId,
            directoryScopeId: args.directoryScope,
          },
          // A larger role replaced by a smaller one must not outlive it, and every argument replaces.
          { parent: this, deleteBeforeReplace: true },
        ),
      ]),
    );

    this.role = pulumi.output(role);
    this.principals = pulumi.output(
      Object.fromEntries(
        Object.entries(this.assignments).map(([key, { principalObjectId }]) => [key, principalObjectId]),
      ),
    );
    this.registerOutputs({ role: this.role, principals: this.principals });
  }

  /** The underlying resources. */
  public get nodes(): { readonly assignments: Readonly<Record<string, azuread.DirectoryRoleAssignment>> } {
    return { assignments: this.assignments };
  }
}
