import * as pulumi from "@pulumi/pulumi";
import { DynamicResource, resourceMark } from "../dynamicResource";

export interface DefenderRoleDefinitionArgs {
  /** The customer's tenant ID. A change replaces the role. */
  tenantId: pulumi.Input<string>;
  /** What the portal calls the role. No other role of the tenant may have the name. */
  displayName: pulumi.Input<string>;
  /** What the role is for, to a reader of the portal. The mark of this stack is written behind it. */
  description?: pulumi.Input<string>;
  /**
   * What the role's holders may do: actions such as `microsoft.xdr/secops/securitydata/alerts/manage`, at least one. Their order makes no
   * difference, and what another one of them includes none either. `tierPermissions` has those of Microsoft's tiers.
   */
  permissions: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * A role of Defender's unified RBAC in a customer's tenant: what its holders may do. It gives nobody anything by itself. Its `id` is the
 * role's in Graph.
 *
 * Needs Microsoft Graph's application permission RoleManagement.ReadWrite.Defender, of credentials in the environment (ARM_CLIENT_ID
 * with a secret, a certificate or a federated token; not the provider's configuration).
 *
 * A role of the same name that this stack didn't make is an error, and never changed.
 *
 * Follows Microsoft Graph beta, unifiedRoleDefinition for the Defender provider.
 */
export class DefenderRoleDefinition extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly displayName: pulumi.Output<string>;
  declare public readonly description: pulumi.Output<string | undefined>;
  /** As Defender keeps them: sorted, without those that another one includes. */
  declare public readonly permissions: pulumi.Output<string[]>;
  /** What the role is marked with, in its description. */
  declare public readonly managedBy: pulumi.Output<string>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:DefenderRoleDefinition`. */
  constructor(name: string, args: DefenderRoleDefinitionArgs, opts?: pulumi.CustomResourceOptions) {
    super("DefenderRoleDefinition", name, { ...args, managedBy: resourceMark(name) }, opts);
  }
}

export interface DefenderRoleAssignmentArgs {
  /** The customer's tenant ID. A change replaces the assignment. */
  tenantId: pulumi.Input<string>;
  /** What the portal calls the assignment. */
  displayName: pulumi.Input<string>;
  /** The `id` of a `DefenderRoleDefinition`. A change replaces the assignment. */
  roleDefinitionId: pulumi.Input<string>;
  /** Object IDs of the groups (or users) that get the role, at least one. Their order makes no difference. */
  principalIds: pulumi.Input<pulumi.Input<string>[]>;
  /** IDs of Defender's data sources, such as `Mde`. @default all of them, also those to come (`/`) */
  dataSources?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * By which model the portal is reached, any text. Nothing is done with it: another one replaces the assignment, and takes the old one away
   * first, so that whoever changes models can say in which order access goes and comes.
   */
  portalAccess?: pulumi.Input<string>;
}

/**
 * Gives a role of Defender's unified RBAC to groups. Gone before the role is, since it refers to it. Its `id` is the assignment's in Graph.
 *
 * Needs what `DefenderRoleDefinition` needs. Entra asks for nothing of such a group: it need not be role-assignable.
 *
 * Follows Microsoft Graph beta, unifiedRoleAssignmentMultiple for the Defender provider.
 */
export class DefenderRoleAssignment extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly displayName: pulumi.Output<string>;
  declare public readonly roleDefinitionId: pulumi.Output<string>;
  declare public readonly principalIds: pulumi.Output<string[]>;
  declare public readonly dataSources: pulumi.Output<string[]>;
  declare public readonly portalAccess: pulumi.Output<string | undefined>;

  /** The type's token is `pulumi-nodejs:dynamic/defender-mssp:DefenderRoleAssignment`. */
  constructor(name: string, args: DefenderRoleAssignmentArgs, opts?: pulumi.CustomResourceOptions) {
    super("DefenderRoleAssignment", name, { ...args }, opts);
  }
}
