import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";
import { resourceMark } from "../mark";

export interface DefenderRoleDefinitionArgs {
  /** The customer's tenant ID, a UUID. A change replaces the role. */
  tenantId: pulumi.Input<string>;
  /** Name of the role in the Defender portal, unique in the tenant. */
  displayName: pulumi.Input<string>;
  /** Description in the Defender portal. The mark of the resource is appended. */
  description?: pulumi.Input<string>;
  /**
   * Actions that the role allows, at least one. The order makes no difference, nor does an action
   * that another one includes.
   * @example ["microsoft.xdr/secops/securitydata/read", "microsoft.xdr/secops/securitydata/alerts/manage"]
   */
  permissions: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * A role of Defender's unified RBAC in the customer's tenant: a set of actions. It grants nothing
 * until a `DefenderRoleAssignment` assigns it.
 *
 * An existing role of the same name that another party created is an error; it is not changed.
 *
 * Follows Microsoft Graph beta, unifiedRoleDefinition for the Defender provider.
 *
 * ## Least privileges
 * Application permission on Microsoft Graph: `RoleManagement.ReadWrite.Defender`. The credentials
 * are those of the environment (ARM_CLIENT_ID with a secret, a certificate or a federated token),
 * not those of a provider.
 *
 * @example
 * const role = new DefenderRoleDefinition("tier1", {
 *   tenantId,
 *   displayName: "Fabrikam Tier 1",
 *   permissions: ["microsoft.xdr/secops/securitydata/alerts/manage"],
 * });
 */
export class DefenderRoleDefinition extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly displayName: pulumi.Output<string>;
  declare public readonly description: pulumi.Output<string | undefined>;
  /** The actions as Defender stores them: sorted, without those that another one includes. */
  declare public readonly permissions: pulumi.Output<string[]>;
  /** Mark of the resource in the description. */
  declare public readonly managedBy: pulumi.Output<string>;

  /** The resource ID is the ID of the role in Graph. */
  constructor(name: string, args: DefenderRoleDefinitionArgs, opts?: pulumi.CustomResourceOptions) {
    super("DefenderRoleDefinition", name, { ...args, managedBy: resourceMark(name) }, opts);
  }
}

export interface DefenderRoleAssignmentArgs {
  /** The customer's tenant ID, a UUID. A change replaces the assignment. */
  tenantId: pulumi.Input<string>;
  /** Name of the assignment in the Defender portal. */
  displayName: pulumi.Input<string>;
  /** ID of a `DefenderRoleDefinition`. A change replaces the assignment. */
  roleDefinitionId: pulumi.Input<string>;
  /**
   * Object IDs of the groups or users that get the role, at least one. The order makes no
   * difference.
   */
  principalIds: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * IDs of the Defender data sources that the role applies to.
   * @example ["Mde"]
   * @default "/": all data sources, future ones included
   */
  dataSources?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Name of the model of portal access: `model` of the stack's `PortalAccessModel`. It has no
   * effect on the assignment; a change replaces the assignment, and the old one is deleted first.
   */
  portalAccess?: pulumi.Input<string>;
}

/**
 * Assigns a role of Defender's unified RBAC to groups or users. A group need not be assignable to
 * roles in Entra.
 *
 * Follows Microsoft Graph beta, unifiedRoleAssignmentMultiple for the Defender provider.
 *
 * ## Least privileges
 * Those of `DefenderRoleDefinition`.
 *
 * @example
 * const group = new MsspSecurityGroup("tier1", { displayName: "Fabrikam Tier 1", msspName: "Fabrikam" }, { provider });
 * const role = new DefenderRoleDefinition("tier1", {
 *   tenantId,
 *   displayName: "Fabrikam Tier 1",
 *   permissions: ["microsoft.xdr/secops/securitydata/alerts/manage"],
 * });
 * new DefenderRoleAssignment("tier1", {
 *   tenantId,
 *   displayName: "Fabrikam Tier 1",
 *   roleDefinitionId: role.id,
 *   principalIds: [group.objectId],
 * });
 */
export class DefenderRoleAssignment extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly displayName: pulumi.Output<string>;
  declare public readonly roleDefinitionId: pulumi.Output<string>;
  declare public readonly principalIds: pulumi.Output<string[]>;
  declare public readonly dataSources: pulumi.Output<string[]>;
  declare public readonly portalAccess: pulumi.Output<string | undefined>;

  /** The resource ID is the ID of the assignment in Graph. */
  constructor(name: string, args: DefenderRoleAssignmentArgs, opts?: pulumi.CustomResourceOptions) {
    super("DefenderRoleAssignment", name, { ...args }, opts);
  }
}
