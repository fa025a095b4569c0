import type { EligibleMember } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";

/** A user who may activate the membership. */
export interface EligibleMemberArgs {
  /** Object ID of the user in the customer's tenant. */
  objectId: pulumi.Input<string>;
  /**
   * Last day of the eligibility: an ISO 8601 date, UTC.
   * @default the eligibility does not end
   */
  accessEndsOn?: pulumi.Input<string>;
}

export interface EligibleMembersArgs {
  /** The customer's tenant ID, a UUID. A change replaces the resource. */
  tenantId: pulumi.Input<string>;
  /** Object ID of the group. A change replaces the resource. */
  groupId: pulumi.Input<string>;
  /**
   * The eligible members. The list is authoritative: an eligible member that another party adds is
   * drift, and `up --refresh` removes it.
   */
  members: pulumi.Input<pulumi.Input<EligibleMemberArgs>[]>;
  /**
   * The longest activation, an ISO 8601 duration. Microsoft documents eight hours at most.
   * @example "PT8H"
   */
  maximumActivation: pulumi.Input<string>;
  /**
   * What an activation needs: `Justification`, `MultiFactorAuthentication`, `Ticketing`.
   * @default ["Justification", "MultiFactorAuthentication"]
   */
  activationRequires?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Object IDs of the users who approve each activation.
   * @default nobody, and without `approverGroups` no activation needs an approval
   */
  approvers?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Object IDs of the groups whose active members approve each activation.
   * @default none
   */
  approverGroups?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Whether an eligibility may have no end. Microsoft's own policy demands one within a year.
   * @default true
   */
  permanentEligibility?: pulumi.Input<boolean>;
  /**
   * Name of the model of portal access: `model` of the stack's `PortalAccessModel`. A switch then
   * takes the eligibilities away before it gives anything.
   * @default the eligibilities end with the group
   */
  portalAccess?: pulumi.Input<string>;
}

/**
 * The eligible members of a group, and the policy by which they activate their membership:
 * Privileged Identity Management (PIM) for Groups. An eligible member has nothing of the group's
 * access until the activation, and nothing after it ends.
 *
 * Standing members of the group are removed when this resource is created.
 *
 * The first change onboards the group in PIM, which Entra cannot undo; only deleting the group does.
 * Entra removes no eligibility in its first five minutes: a removal waits for it. With `deletedWith`
 * the group, no removal is needed when the group is deleted.
 *
 * Follows Microsoft Graph v1.0, "PIM for Groups API overview" (2025-08-29). Not tried on a real
 * tenant; Microsoft does not say whether guests can be eligible members, nor excludes it.
 *
 * ## Least privileges
 * Application permissions on Microsoft Graph: `PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup`
 * and `RoleManagementPolicy.ReadWrite.AzureADGroup`; and one that reads the group and removes its
 * members (`MsspSecurityGroup`). The credentials
 * are those of the environment (ARM_CLIENT_ID with a secret, a certificate or a federated token),
 * not those of a provider. The tenant needs Microsoft Entra ID P2 or Microsoft Entra ID Governance.
 *
 * @example
 * new EligibleMembers("tier2", {
 *   tenantId,
 *   groupId: "22222222-2222-4222-8222-222222222222",
 *   members: [{ objectId: "33333333-3333-4333-8333-333333333333", accessEndsOn: "2027-03-31" }],
 *   maximumActivation: "PT8H",
 * });
 */
export class EligibleMembers extends DynamicResource {
  declare public readonly tenantId: pulumi.Output<string>;
  declare public readonly groupId: pulumi.Output<string>;
  declare public readonly members: pulumi.Output<EligibleMember[]>;
  declare public readonly maximumActivation: pulumi.Output<string>;
  declare public readonly activationRequires: pulumi.Output<string[]>;
  declare public readonly approvers: pulumi.Output<string[]>;
  declare public readonly approverGroups: pulumi.Output<string[]>;
  declare public readonly permanentEligibility: pulumi.Output<boolean>;
  declare public readonly portalAccess: pulumi.Output<string | undefined>;

  /** The resource ID is the object ID of the group. */
  constructor(name: string, args: EligibleMembersArgs, opts?: pulumi.CustomResourceOptions) {
    super("EligibleMembers", name, { ...args }, opts);
  }
}
