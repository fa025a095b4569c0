import { tierNames, type CloudName, type PortalAccessRole, type Tier } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import type { TieredAnalyst } from "../../domain/memberships";
import type { OmittablePart } from "../../domain/omittedParts";
import type { EntitlementTerms } from "./entitlementAccess";

/** A tier of analysts: its group, and the actions of the group's role in Defender. */
export interface AnalystTier {
  /** Name of the group and of its role, unique in the tenant. */
  readonly name: string;
  /**
   * Actions of Defender's unified RBAC. An empty list gives the group no role.
   * @default the actions of this tier in `tierPermissions`
   */
  readonly permissions?: readonly string[];
}

/**
 * Just-in-time access: analysts are eligible members of their groups, and activate the membership
 * with MFA and a justification.
 */
export interface Activation {
  /** Hours after which an activation ends, 1 to 8. */
  readonly hours: number;
  /**
   * Who approves each activation in tier 2, only with the model `rbac`: the active members of the
   * approvers' group, or people of the customer.
   * @default no activation needs an approval
   */
  readonly tier2Approval?: "approvers" | "customer";
  /**
   * Those people of the customer, by e-mail address or user principal name. Their object IDs are the
   * argument `approverObjectIds`.
   * @default none
   */
  readonly approvers?: readonly string[];
}

export interface BasicChoice {
  readonly model: "basic";
  readonly role: PortalAccessRole;
  readonly assignTo: "group" | "guests";
  /**
   * Just-in-time access, only with `assignTo: "group"`.
   * @default analysts are members of the group
   */
  readonly activation?: Activation;
}

export interface RbacChoice {
  readonly model: "rbac";
  readonly tiers: Readonly<Record<Tier, AnalystTier>>;
  /**
   * Just-in-time access to the tiers. The group of all analysts, which grants nothing, keeps its
   * members.
   * @default analysts are members of their tier's group
   */
  readonly activation?: Activation;
}

export type PortalAccessChoice =
  /** A directory role, assigned to the group of all analysts or to each guest. */
  | BasicChoice
  /** A group for each tier, with a role of Defender's unified RBAC. */
  | RbacChoice
  /** The same groups and roles; the MSSP's people request their membership. */
  | EntitlementChoice
  /**
   * A governance relationship, which people of both tenants establish. Nothing is declared: no
   * guests, groups and roles. Never tried on a tenant.
   */
  | { readonly model: "governance" };

/** The tiers that Microsoft's document names. */
export const defaultPortalAccess: PortalAccessChoice = {
  model: "rbac",
  tiers: {
    tier1: { name: tierNames.tier1 },
    tier2: { name: tierNames.tier2 },
    approvers: { name: tierNames.approvers },
  },
};

export interface EntitlementChoice extends EntitlementTerms {
  readonly model: "entitlement";
  readonly tiers: Readonly<Record<Tier, AnalystTier>>;
}

/** An analyst with the object ID of the user in the customer's tenant. */
export interface AnalystUser extends TieredAnalyst {
  readonly objectId: pulumi.Input<string>;
}

export interface PortalAccessArgs {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /** The MSSP's name. The group of all analysts is named "<msspName> MSSP Analysts". */
  readonly msspName: pulumi.Input<string>;
  /** A domain name of the customer, for the links to My Access. */
  readonly customerDomain: pulumi.Input<string>;
  /** The model of portal access, with its settings. */
  readonly access: PortalAccessChoice;
  /** The analysts. Ignored for the models `entitlement` and `governance`. */
  readonly analysts: readonly AnalystUser[];
  /**
   * Object IDs of `access.approvers`, or of `access.activation.approvers`:
   * `await contactObjectIds(customerApprovers(access), { provider })`. Ignored without them.
   * @default none
   */
  readonly approverObjectIds?: readonly pulumi.Input<string>[];
  /**
   * Parts that are not declared: the group of all analysts, or tiers of the model `rbac`.
   * @default none
   */
  readonly omit?: readonly OmittablePart[];
  /**
   * Microsoft cloud of the customer's tenant.
   * @default "public"
   */
  readonly cloud?: CloudName;
  /**
   * Returns the current time, which decides whether an analyst's access has ended.
   * @default the system clock
   */
  readonly clock?: () => Date;
}

export function activation(access: PortalAccessChoice): Activation | undefined {
  return access.model === "basic" || access.model === "rbac" ? access.activation : undefined;
}

/**
 * Lists the customer's people whose object IDs are the argument `approverObjectIds`, by e-mail
 * address or user principal name.
 */
export function customerApprovers(access: PortalAccessChoice): readonly string[] {
  if (access.model === "entitlement") return access.approvers;
  return activation(access)?.approvers ?? [];
}
