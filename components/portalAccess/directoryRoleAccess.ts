import { directoryRoleTemplates, portalAccessRoles, type PortalAccessRole } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { setOutputs } from "../outputs";
import { component } from "../../domain/resourceTypes";

export interface DirectoryRoleAccessArgs {
  /**
   * Directory role of Microsoft Entra ID:
   * - `Security Reader` can read everything in the Defender portal;
   * - `Security Operator` can also manage alerts and incidents;
   * - `Security Administrator`, which Microsoft's document of 2018 asks for, can also change every
   *   security setting of the tenant.
   * @default "Security Reader"
   */
  readonly role?: PortalAccessRole;
  /**
   * Object IDs of the principals that get the role, by a stable name such as `group` or the guest's
   * e-mail address: the resources are named after it. A group must be assignable to roles
   * (`MsspSecurityGroup`, `assignableToRole`).
   * @example { group: group.objectId }
   */
  readonly principals: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * `directoryScope` of the stack's `PortalAccessModel`: a switch to another model then deletes the
   * assignment first.
   */
  readonly directoryScope: pulumi.Input<string>;
}

/**
 * Grants access to the Defender portal by a directory role for the whole tenant: the model `basic`.
 * Defender derives its permissions from the role as long as the customer has not activated
 * Defender's own role-based access control.
 *
 * The principal is the MSSP's group or, in a tenant without a licence for groups that are
 * assignable to roles, each guest. Use one of the two: with both, deleting one assignment would not
 * end the access. Another role replaces the assignment; the old one is deleted first.
 *
 * Follows "Grant MSSP user access" (basic permissions) in Microsoft's "Configure managed security
 * service provider integration" (2018), with the least of the roles instead of `Security
 * Administrator`.
 *
 * ## Least privileges
 * - application permission on Microsoft Graph: `RoleManagement.ReadWrite.Directory`, which can
 *   assign any role to anybody (the models `rbac` and `entitlement` do not need it);
 * - or, for a signed-in user, the directory role `Privileged Role Administrator`.
 *
 * ## Errors
 * `pulumi.ResourceError` for another role, before an assignment is declared. Graph answers "A
 * conflicting object ..." for a principal that has the role already: delete that assignment first.
 *
 * @example
 * const model = new PortalAccessModel("portal-access-model", { model: "basic" });
 * const group = new MsspSecurityGroup(
 *   "analysts",
 *   { displayName: "Fabrikam MSSP Analysts", msspName: "Fabrikam", assignableToRole: true },
 *   { provider },
 * );
 * new DirectoryRoleAccess(
 *   "portal-access",
 *   { role: "Security Reader", principals: { group: group.objectId }, directoryScope: model.directoryScope },
 *   { provider },
 * );
 */
export class DirectoryRoleAccess extends pulumi.ComponentResource {
  /** Name of the directory role. */
  declare public readonly role: pulumi.Output<PortalAccessRole>;
  /** Object IDs of the principals that have the role, by the names in the argument `principals`. */
  declare public readonly principals: pulumi.Output<Record<string, string>>;

  private readonly assignments: Readonly<Record<string, azuread.DirectoryRoleAssignment>>;

  constructor(name: string, args: DirectoryRoleAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("DirectoryRoleAccess"), name, {}, opts);
    const role = args.role ?? portalAccessRoles[0];
    if (!portalAccessRoles.includes(role)) {
      throw new pulumi.ResourceError(
        `role "${role as string}" is not allowed; allowed are ${portalAccessRoles.join(", ")}.`,
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
          // Every change replaces. Nobody may have the old role and the new one at once.
          { parent: this, deleteBeforeReplace: true },
        ),
      ]),
    );

    const principals = Object.entries(this.assignments).map(
      ([principal, { principalObjectId }]) => [principal, principalObjectId] as const,
    );
    this.registerOutputs(
      setOutputs<DirectoryRoleAccess>(this, {
        role: pulumi.output(role),
        principals: pulumi.output(Object.fromEntries(principals)),
      }),
    );
  }

  /** The underlying resources. */
  public get nodes(): { readonly assignments: Readonly<Record<string, azuread.DirectoryRoleAssignment>> } {
    return { assignments: this.assignments };
  }
}
