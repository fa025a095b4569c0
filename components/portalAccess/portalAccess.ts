import {
  systemClock,
  tierNames,
  tierPermissions,
  tiers,
  type CloudName,
  type PortalAccessRole,
  type Tier,
  withoutUndefined,
} from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { securityGroupName } from "../../domain/naming";
import type { OmittablePart } from "../../domain/omittedParts";
import { beforeDestroy } from "../../domain/prerequisites";
import { setOutputs } from "../outputs";
import type { ConnectedOrganization } from "./connectedOrganization";
import { DefenderRoleAssignment, DefenderRoleDefinition } from "./defenderRole";
import { EligibleMembers, type EligibleMembersArgs } from "./eligibleMembers";
import { MsspSecurityGroup } from "./msspSecurityGroup";
import { DirectoryRoleAccess } from "./directoryRoleAccess";
import { EntitlementAccess, type EntitlementTerms } from "./entitlementAccess";
import { dateOf, hasAccess, membershipsByTier, membershipsOfAll, type TieredAnalyst } from "../../domain/memberships";
import { PortalAccessModel } from "./portalAccessModel";

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
   * guests, groups and roles. In preview in part, and never tried on a tenant.
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

/**
 * Grants the MSSP's analysts access to the customer's Defender portal, by one of four models:
 * - `basic`: a directory role for the whole tenant (`DirectoryRoleAccess`);
 * - `rbac`: a group for each tier, and a role of Defender's unified RBAC for each group;
 * - `entitlement`: the same, with members who request an access package instead of invited guests
 *   (`EntitlementAccess`);
 * - `governance`: nothing in the customer's tenant, for a governance relationship grants the access.
 *
 * The first two also have a group of all analysts, for what the customer decides about them
 * (Conditional Access, a Sentinel workspace). An analyst's groups follow from the tier and the last
 * day of access alone: to move an analyst changes the members of two groups.
 *
 * With `activation`, the first two models make analysts eligible members (`EligibleMembers`) instead
 * of members of the groups that grant something.
 *
 * A switch of the model or of `activation` deletes the grants of the old one before it creates those
 * of the new one (`PortalAccessModel`). A switch of the model also replaces the tiers' groups, so that
 * no membership of the old model stays. A switch of `activation` keeps them, and all that the
 * customer has given to them.
 *
 * Follows "Grant MSSP user access" in Microsoft's "Configure managed security service provider
 * integration" (2018) and "Grant managed security service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * Those of `MsspSecurityGroup`; with `basic` also those of `DirectoryRoleAccess`; with `rbac` and
 * `entitlement` those of `DefenderRoleDefinition`; with `activation` those of `EligibleMembers`; with `entitlement` those of `EntitlementAccess`.
 *
 * ## Errors
 * Those of the components that it contains.
 *
 * @example
 * new PortalAccess(
 *   "access",
 *   {
 *     tenantId,
 *     msspName: "Fabrikam",
 *     customerDomain: "contoso.com",
 *     access: { model: "basic", role: "Security Reader", assignTo: "group" },
 *     analysts: [{ email: "ana@fabrikam-security.example", objectId: "00000000-0000-4000-8000-000000000001" }],
 *   },
 *   { provider },
 * );
 */
export class PortalAccess extends pulumi.ComponentResource {
  /**
   * Object ID of the group of all analysts. Without a value for the models `entitlement` and
   * `governance`, which have no such group, and if `omit` names it.
   */
  declare public readonly groupObjectId: pulumi.Output<string | undefined>;
  /** Object ID of each tier's group, by tier. Empty for the models `basic` and `governance`. */
  declare public readonly groups: pulumi.Output<Record<string, string>>;
  /**
   * Link at which each tier's access package is requested, by tier. Empty unless the model is
   * `entitlement`.
   */
  declare public readonly accessPackages: pulumi.Output<Record<string, string>>;
  /** What a person still has to do, one sentence each. */
  declare public readonly nextSteps: pulumi.Output<string[]>;

  private readonly model: PortalAccessModel;
  private readonly organization?: ConnectedOrganization;

  constructor(name: string, args: PortalAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:PortalAccess", name, {}, opts);
    this.refuseInvalid(args);
    const model = new PortalAccessModel(`${name}-model`, { model: kindOf(args.access) }, { parent: this });
    const given = this.give(name, args, model);
    this.model = model;
    if (given.entitlement !== undefined) this.organization = given.entitlement.nodes.organization;

    const steps = pulumi.output(given.entitlement?.nextSteps ?? []);
    this.registerOutputs(
      setOutputs<PortalAccess>(this, {
        groupObjectId: pulumi.output(given.group?.objectId),
        groups: pulumi.output(objectIdsByTier(given.tiers)),
        accessPackages: pulumi.output(given.entitlement?.accessPackages ?? {}),
        nextSteps: steps.apply((all) => [
          ...(given.tiers === undefined ? [] : [activateWorkloads]),
          ...(args.access.model === "governance"
            ? [establishRelationship, ...beforeDestroy({ portalAccess: args.access })]
            : []),
          ...(activationOf(args.access) === undefined ? [] : [activateMembership]),
          ...all,
        ]),
      }),
    );
  }

  /** The underlying resources: `organization` for the model `entitlement`. */
  public get nodes(): { readonly model: PortalAccessModel; readonly organization?: ConnectedOrganization } {
    return this.organization === undefined
      ? { model: this.model }
      : { model: this.model, organization: this.organization };
  }

  private refuseInvalid(args: PortalAccessArgs): void {
    const fault = activationFault(args);
    if (fault !== undefined) throw new pulumi.ResourceError(`PortalAccess: ${fault}`, this, true);
  }

  private give(name: string, args: PortalAccessArgs, model: PortalAccessModel): GivenAccess {
    const { access, analysts, omit = [] } = args;
    if (access.model === "governance") return {};
    const dates = { today: dateOf((args.clock ?? systemClock)()) };
    if (access.model === "entitlement") {
      const tiers = this.allTierGroups(name, args, access, model);
      this.defenderRoles(name, args, access, model, tiers);
      return { tiers, entitlement: this.entitlement(name, args, access, tiers) };
    }
    const group = omit.includes("analystsGroup")
      ? undefined
      : this.analystsGroup(name, args, model, membershipsOfAll(analysts, dates));
    if (access.model === "rbac") {
      const members = membershipsByTier(analysts, dates);
      const given = this.tierGroups(name, args, access, model, members);
      const eligible = this.eligibleTiers(name, args, access, model, given, members);
      this.defenderRoles(name, args, access, model, given, eligible);
      return { group, tiers: given };
    }
    if (group !== undefined && access.activation !== undefined) {
      this.eligible(`${name}-analysts`, args, access.activation, model, group, membershipsOfAll(analysts, dates));
    }
    const holders = analysts.filter((analyst) => hasAccess(analyst, dates));
    this.directoryRole(name, access, group, holders, model);
    return { group };
  }

  private analystsGroup(
    name: string,
    { access, analysts, msspName }: PortalAccessArgs,
    model: PortalAccessModel,
    members: readonly string[],
  ): MsspSecurityGroup {
    // With the model rbac this group grants nothing.
    const isEligible = access.model === "basic" && access.activation !== undefined;
    return new MsspSecurityGroup(
      `${name}-analysts`,
      {
        displayName: pulumi.output(msspName).apply(securityGroupName),
        msspName,
        members: isEligible ? undefined : objectIds(analysts, members),
        assignableToRole: access.model === "basic" && access.assignTo === "group" ? true : undefined,
      },
      // Back from just-in-time access nobody becomes a member before the eligibilities are gone.
      { parent: this, ...(access.model === "basic" ? { dependsOn: [model] } : {}) },
    );
  }

  private directoryRole(
    name: string,
    { role, assignTo }: BasicChoice,
    group: MsspSecurityGroup | undefined,
    analysts: readonly AnalystUser[],
    model: PortalAccessModel,
  ): void {
    const guests = Object.fromEntries(analysts.map(({ email, objectId }) => [email, objectId]));
    const ofGroup: Record<string, pulumi.Input<string>> = group === undefined ? {} : { group: group.objectId };
    new DirectoryRoleAccess(
      `${name}-role`,
      {
        role,
        principals: assignTo === "group" ? ofGroup : guests,
        directoryScope: model.directoryScope,
      },
      { parent: this },
    );
  }

  /** Access packages need the group of each tier, and manage the members. */
  private allTierGroups(
    name: string,
    args: PortalAccessArgs,
    access: EntitlementChoice,
    model: PortalAccessModel,
  ): TierGroups {
    const add = (tier: Tier) => this.tierGroup(name, tier, args, access, model);
    return { tier1: add("tier1"), tier2: add("tier2"), approvers: add("approvers") };
  }

  /** The tiers' groups, without the tiers that `omit` names. */
  private tierGroups(
    name: string,
    args: PortalAccessArgs,
    access: RbacChoice,
    model: PortalAccessModel,
    members: Readonly<Record<Tier, readonly string[]>>,
  ): Partial<TierGroups> {
    const declared = tiers.filter((tier) => args.omit?.includes(tier) !== true);
    return Object.fromEntries(
      declared.map((tier) => [tier, this.tierGroup(name, tier, args, access, model, members[tier])]),
    );
  }

  /** A tier's group. Without `members` the program manages no members. */
  private tierGroup(
    name: string,
    tier: Tier,
    { msspName, analysts }: PortalAccessArgs,
    access: Extract<PortalAccessChoice, { tiers: unknown }>,
    model: PortalAccessModel,
    members?: readonly string[],
  ): MsspSecurityGroup {
    return new MsspSecurityGroup(
      `${name}-${tier}`,
      {
        displayName: access.tiers[tier].name,
        msspName,
        members: activationOf(access) === undefined ? members && objectIds(analysts, members) : undefined,
        // Not `kindOf`: the group stays when the activation is set or taken back.
        purpose: access.model,
      },
      // The grants of the other model are deleted first.
      { parent: this, dependsOn: [model] },
    );
  }

  /** Makes analysts eligible members of the tiers' groups. Tier 2 may need an approval. */
  private eligibleTiers(
    name: string,
    args: PortalAccessArgs,
    { activation }: RbacChoice,
    model: PortalAccessModel,
    groups: Partial<TierGroups>,
    members: Readonly<Record<Tier, readonly string[]>>,
  ): Partial<Record<Tier, EligibleMembers>> {
    if (activation === undefined) return {};
    const declared = tiers.flatMap((tier) => {
      const group = groups[tier];
      if (group === undefined) return [];
      const approval = tier === "tier2" ? activation.tier2Approval : undefined;
      const approvers = approval === undefined ? {} : approversArgs(approval, args, groups.approvers);
      return [
        [tier, this.eligible(`${name}-${tier}`, args, activation, model, group, members[tier], approvers)] as const,
      ];
    });
    return Object.fromEntries(declared);
  }

  /**
   * The roles of the tiers' groups. A group gets its role after its standing members have become
   * eligible ones, so that nobody is both.
   */
  private defenderRoles(
    name: string,
    { tenantId }: PortalAccessArgs,
    access: Extract<PortalAccessChoice, { tiers: unknown }>,
    model: PortalAccessModel,
    groups: Partial<TierGroups>,
    eligible: Partial<Record<Tier, EligibleMembers>> = {},
  ): void {
    for (const tier of tiers) {
      const group = groups[tier];
      if (group === undefined) continue;
      const members = eligible[tier];
      const opts = { parent: this, ...(members === undefined ? {} : { dependsOn: [members] }) };
      const named = access.tiers[tier];
      defenderRole(`${name}-${tier}`, { tenantId, tier, named, group, model: model.model }, opts);
    }
  }

  private eligible(
    name: string,
    { tenantId, analysts }: PortalAccessArgs,
    { hours }: Activation,
    model: PortalAccessModel,
    group: MsspSecurityGroup,
    members: readonly string[],
    approvers: Pick<EligibleMembersArgs, "approvers" | "approverGroups"> = {},
  ): EligibleMembers {
    const eligible = analysts.filter(({ email }) => members.includes(email));
    return new EligibleMembers(
      `${name}-eligible`,
      {
        tenantId,
        groupId: group.objectId,
        maximumActivation: `PT${hours}H`,
        members: eligible.map(({ objectId, accessEndsOn }) => withoutUndefined({ objectId, accessEndsOn })),
        ...approvers,
        portalAccess: model.model,
      },
      // The group's deletion ends every eligibility; Entra refuses to remove a new one.
      { parent: this, deletedWith: group.nodes.group },
    );
  }

  private entitlement(
    name: string,
    { tenantId, customerDomain, msspName, cloud, approverObjectIds = [] }: PortalAccessArgs,
    terms: EntitlementTerms,
    groups: TierGroups,
  ): EntitlementAccess {
    return new EntitlementAccess(
      `${name}-entitlement`,
      { tenantId, customerDomain, msspName, cloud, approverObjectIds, terms, groups },
      { parent: this },
    );
  }
}

/**
 * The value whose change replaces all grants. It has the holder of a directory role, so that nobody
 * holds the old and the new one at once.
 */
function kindOf(access: PortalAccessChoice): string {
  if (activationOf(access) !== undefined) return `${access.model}, just in time`;
  return access.model === "basic" && access.assignTo === "guests" ? "basic, for each guest" : access.model;
}

function activationOf(access: PortalAccessChoice): Activation | undefined {
  return access.model === "basic" || access.model === "rbac" ? access.activation : undefined;
}

/** What is wrong with the activation; an approval that nobody can give would be none. */
function activationFault({ access, approverObjectIds = [], omit = [] }: PortalAccessArgs): string | undefined {
  const activation = activationOf(access);
  if (activation === undefined) return undefined;
  const { hours, tier2Approval } = activation;
  if (access.model === "basic" && access.assignTo === "guests") {
    return 'activation needs assignTo "group": a guest is an eligible member of the group that has the role.';
  }
  if (!Number.isInteger(hours) || hours < 1 || hours > 8) {
    return `activation.hours is ${hours}; it must be a whole number from 1 to 8.`;
  }
  if (tier2Approval === "customer" && approverObjectIds.length === 0) {
    return "approverObjectIds is empty; name at least one person of the customer, who approves activations in tier 2.";
  }
  if (tier2Approval === "approvers" && omit.includes("approvers")) {
    return "tier2Approval needs the group of the MSSP's approvers, which omit leaves out.";
  }
  return undefined;
}

/**
 * The customer's people whose object IDs a `PortalAccess` needs, by e-mail address or user principal
 * name: its argument `approverObjectIds`.
 */
export function customerApprovers(access: PortalAccessChoice): readonly string[] {
  if (access.model === "entitlement") return access.approvers;
  return activationOf(access)?.approvers ?? [];
}

function approversArgs(
  approval: "approvers" | "customer",
  { approverObjectIds = [] }: PortalAccessArgs,
  group: MsspSecurityGroup | undefined,
): Pick<EligibleMembersArgs, "approvers" | "approverGroups"> {
  if (approval === "customer") return { approvers: [...approverObjectIds] };
  return { approverGroups: group === undefined ? [] : [group.objectId] };
}

type TierGroups = Readonly<Record<Tier, MsspSecurityGroup>>;

/** The resources that a model declares. */
interface GivenAccess {
  readonly group?: MsspSecurityGroup | undefined;
  readonly tiers?: Partial<TierGroups>;
  readonly entitlement?: EntitlementAccess;
}

function objectIdsByTier(groups: Partial<TierGroups> | undefined): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(Object.entries(groups ?? {}).map(([tier, { objectId }]) => [tier, objectId]));
}

/** Microsoft, "Activate Microsoft Defender XDR Unified role-based access control". */
const activateWorkloads =
  "Activate unified RBAC in the Defender portal: open Settings > Microsoft Defender XDR > Permissions and roles and turn on each workload. " +
  "Until then the tiers' roles have no effect.";

/** Microsoft, "Set up a governance relationship (preview)": the three-step handshake. */
const establishRelationship =
  "Establish the governance relationship, if it does not exist: the customer's Tenant Governance Administrator invites the MSSP's tenant, " +
  "the MSSP's sends a governance request, and the customer's accepts it. `npx mssp governance status --stack <stack>` says whose move it is.";
/** Microsoft, "Activate your group membership or ownership in Privileged Identity Management". */
const activateMembership =
  "Each analyst activates the membership before work: in the Entra admin center, in the customer's directory, Identity Governance > " +
  "Privileged Identity Management > My roles > Groups > Activate. Until then the Defender portal shows nothing.";

interface DefenderRoleOfGroup {
  readonly tenantId: pulumi.Input<string>;
  readonly tier: Tier;
  readonly named: AnalystTier;
  readonly group: MsspSecurityGroup;
  /** `model` of the `PortalAccessModel`. */
  readonly model: pulumi.Output<string>;
}

type DefenderRoleOptions = Required<Pick<pulumi.ResourceOptions, "parent">> & Pick<pulumi.ResourceOptions, "dependsOn">;

/**
 * Declares a tier's role in Defender's unified RBAC and assigns it to the tier's group. A tier
 * without actions has no role.
 */
function defenderRole(name: string, args: DefenderRoleOfGroup, opts: DefenderRoleOptions): void {
  const { tenantId, tier, named, group, model } = args;
  const permissions = named.permissions ?? tierPermissions[tier];
  if (permissions.length === 0) return;
  const role = new DefenderRoleDefinition(
    `${name}-role`,
    { tenantId, displayName: named.name, permissions: [...permissions] },
    { parent: opts.parent },
  );
  new DefenderRoleAssignment(
    `${name}-role-assignment`,
    {
      tenantId,
      displayName: named.name,
      roleDefinitionId: role.id,
      principalIds: [group.objectId],
      portalAccess: model,
    },
    opts,
  );
}

function objectIds(analysts: readonly AnalystUser[], emails: readonly string[]): pulumi.Input<string>[] {
  return analysts.filter(({ email }) => emails.includes(email)).map(({ objectId }) => objectId);
}
