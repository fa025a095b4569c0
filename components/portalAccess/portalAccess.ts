import {
  systemClock,
  tierPermissions,
  type CloudName,
  type PortalAccessRole,
  type Tier,
} from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { securityGroupName } from "../../settings/naming";
import { DefenderRoleAssignment, DefenderRoleDefinition } from "./defenderRole";
import { MsspSecurityGroup } from "./msspSecurityGroup";
import { DirectoryRoleAccess } from "./directoryRoleAccess";
import { EntitlementAccess, type EntitlementTerms } from "./entitlementAccess";
import { dateOf, hasAccess, membershipsByTier, membershipsOfAll, type TieredAnalyst } from "./memberships";
import { PortalAccessModel } from "./portalAccessModel";

/** A group of analysts and what its members may do in Defender. */
export interface AnalystTier {
  /** Display name of the group. No other group of the tenant may have it. */
  readonly name: string;
  /** Actions of Defender's unified RBAC; none: the group gets no role. @default Microsoft's for the tier (`tierPermissions`) */
  readonly permissions?: readonly string[];
}

export type PortalAccessChoice =
  /** A directory role of Entra's, given to the group of all analysts, or to each guest. */
  | { readonly model: "basic"; readonly role: PortalAccessRole; readonly assignTo: "group" | "guests" }
  /** A group for each tier, with a role of Defender's unified RBAC. */
  | { readonly model: "rbac"; readonly tiers: Readonly<Record<Tier, AnalystTier>> }
  /** The same groups and roles, which the MSSP's people request for themselves. */
  | EntitlementChoice;

export interface EntitlementChoice extends EntitlementTerms {
  readonly model: "entitlement";
  readonly tiers: Readonly<Record<Tier, AnalystTier>>;
}

/** An analyst with the user that stands for them in the customer's tenant. */
export interface AnalystUser extends TieredAnalyst {
  readonly objectId: pulumi.Input<string>;
}

export interface PortalAccessArgs {
  /** The customer's tenant, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /** The MSSP's name. The group of all analysts is called "<msspName> MSSP Analysts". */
  readonly msspName: pulumi.Input<string>;
  /** A domain of the customer's, for the links to My Access. */
  readonly customerDomain: pulumi.Input<string>;
  readonly access: PortalAccessChoice;
  /** Nobody's business in the model `entitlement`. */
  readonly analysts: readonly AnalystUser[];
  /**
   * Object IDs of `access.approvers` of the model `entitlement`: `contactObjectIds`.
   * @default none, which that model refuses
   */
  readonly approverObjectIds?: readonly pulumi.Input<string>[];
  /** @default "public" */
  readonly cloud?: CloudName;
  /**
   * The time now, by which an analyst's access has ended or not.
   * @default the system's clock
   */
  readonly clock?: () => Date;
}

/**
 * How the MSSP's analysts get into the customer's Defender portal, by one of three models:
 * - `basic`: a directory role, for the whole tenant;
 * - `rbac`: a group for each tier, and for each group a role of Defender's unified RBAC;
 * - `entitlement`: the same, with members who ask for an access package instead of guests who are invited (`EntitlementAccess`).
 *
 * The first two have the group of all analysts: what else the customer decides for them (Conditional Access, a Sentinel workspace) needs
 * one group. Who is in which group follows from the analysts' tiers and last days alone; to move an analyst changes two groups' members
 * and nothing else.
 *
 * A switch of the model takes the old model's grants away before it makes the new one's (`PortalAccessModel`), and replaces the tiers'
 * groups: nobody keeps a membership that the other model gave.
 *
 * Follows "Grant MSSP user access" of Microsoft's "Configure managed security service provider integration" (2018) and "Grant managed security
 * service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * Those of `MsspSecurityGroup`, and of `DirectoryRoleAccess` (`basic`) or `DefenderRoleDefinition` (`rbac`, `entitlement`), and of
 * `EntitlementAccess`.
 */
export class PortalAccess extends pulumi.ComponentResource {
  /** Object ID of the group of all analysts. Not with the model `entitlement`, in which nobody is a guest beforehand. */
  public readonly groupObjectId: pulumi.Output<string | undefined>;
  /** Object ID of each tier's group; empty for `basic`. */
  public readonly groups: pulumi.Output<Record<string, string>>;
  /** Where each tier's access package is requested; empty but for `entitlement`. */
  public readonly accessPackages: pulumi.Output<Record<string, string>>;
  /** What is left to a person, a sentence each. */
  public readonly nextSteps: pulumi.Output<string[]>;

  constructor(name: string, args: PortalAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:PortalAccess", name, {}, opts);
    const model = new PortalAccessModel(`${name}-model`, { model: kindOf(args.access) }, { parent: this });
    const given = this.give(name, args, model);

    this.groupObjectId = pulumi.output(given.group?.objectId);
    this.groups = pulumi.output(objectIdsByTier(given.tiers));
    this.accessPackages = pulumi.output(given.entitlement?.accessPackages ?? {});
    this.nextSteps = pulumi
      .output(given.entitlement?.nextSteps ?? [])
      .apply((steps) => (given.tiers === undefined ? steps : [activateWorkloads, ...steps]));
    this.registerOutputs({
      groupObjectId: this.groupObjectId,
      groups: this.groups,
      accessPackages: this.accessPackages,
      nextSteps: this.nextSteps,
    });
  }

  private give(name: string, args: PortalAccessArgs, model: PortalAccessModel): GivenAccess {
    const { access, analysts } = args;
    const dates = { today: dateOf((args.clock ?? systemClock)()) };
    if (access.model === "entitlement") {
      const tiers = this.tierGroups(name, args, access, model);
      return { tiers, entitlement: this.entitlement(name, args, access, tiers) };
    }
    const group = this.analystsGroup(name, args, membershipsOfAll(analysts, dates));
    if (access.model === "rbac") {
      return { group, tiers: this.tierGroups(name, args, access, model, membershipsByTier(analysts, dates)) };
    }
    const holders = analysts.filter((analyst) => hasAccess(analyst, dates));
    this.directoryRole(name, access, group, holders, model);
    return { group };
  }

  private analystsGroup(
    name: string,
    { access, analysts, msspName }: PortalAccessArgs,
    members: readonly string[],
  ): MsspSecurityGroup {
    return new MsspSecurityGroup(
      `${name}-analysts`,
      {
        displayName: pulumi.output(msspName).apply(securityGroupName),
        msspName,
        members: objectIds(analysts, members),
        assignableToRole: access.model === "basic" && access.assignTo === "group" ? true : undefined,
      },
      { parent: this },
    );
  }

  private directoryRole(
    name: string,
    { role, assignTo }: Extract<PortalAccessChoice, { model: "basic" }>,
    group: MsspSecurityGroup,
    analysts: readonly AnalystUser[],
    model: PortalAccessModel,
  ): void {
    const guests = Object.fromEntries(analysts.map(({ email, objectId }) => [email, objectId]));
    new DirectoryRoleAccess(
      `${name}-role`,
      {
        role,
        principals: assignTo === "group" ? { group: group.objectId } : guests,
        directoryScope: model.directoryScope,
      },
      { parent: this },
    );
  }

  /** The tiers' groups with their roles. Without `members` who is one is left to others. */
  private tierGroups(
    name: string,
    { tenantId, msspName, analysts }: PortalAccessArgs,
    access: Extract<PortalAccessChoice, { tiers: unknown }>,
    model: PortalAccessModel,
    members?: Readonly<Record<Tier, readonly string[]>>,
  ): TierGroups {
    const add = (tier: Tier): MsspSecurityGroup => {
      const named = access.tiers[tier];
      const group = new MsspSecurityGroup(
        `${name}-${tier}`,
        {
          displayName: named.name,
          msspName,
          members: members && objectIds(analysts, members[tier]),
          purpose: access.model,
        },
        // After the other model's grants are gone.
        { parent: this, dependsOn: [model] },
      );
      defenderRole(`${name}-${tier}`, { tenantId, tier, named, group, model: model.model }, this);
      return group;
    };
    return { tier1: add("tier1"), tier2: add("tier2"), approvers: add("approvers") };
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

/** What grants are exchanged for as a whole: who holds a directory role as well, so that nobody has the old and the new one at once. */
function kindOf(access: PortalAccessChoice): string {
  return access.model === "basic" && access.assignTo === "guests" ? "basic, for each guest" : access.model;
}

type TierGroups = Readonly<Record<Tier, MsspSecurityGroup>>;

/** What a model has of all that models can have. */
interface GivenAccess {
  readonly group?: MsspSecurityGroup;
  readonly tiers?: TierGroups;
  readonly entitlement?: EntitlementAccess;
}

function objectIdsByTier(groups: TierGroups | undefined): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(Object.entries(groups ?? {}).map(([tier, { objectId }]) => [tier, objectId]));
}

/** The step by which unified RBAC comes to count. Microsoft, "Activate Microsoft Defender XDR Unified role-based access control". */
const activateWorkloads =
  "Activate unified RBAC in the Defender portal (Settings > Microsoft Defender XDR > Permissions and roles, one switch for each workload): " +
  "until then the tiers' roles have no effect.";

interface DefenderRoleOfGroup {
  readonly tenantId: pulumi.Input<string>;
  readonly tier: Tier;
  readonly named: AnalystTier;
  readonly group: MsspSecurityGroup;
  /** `model` of the stack's `PortalAccessModel`. */
  readonly model: pulumi.Output<string>;
}

/** The role of a tier in Defender's unified RBAC, and its assignment to the tier's group. A tier that may do nothing has none. */
function defenderRole(name: string, args: DefenderRoleOfGroup, parent: pulumi.Resource): void {
  const { tenantId, tier, named, group, model } = args;
  const permissions = named.permissions ?? tierPermissions[tier];
  if (permissions.length === 0) return;
  const role = new DefenderRoleDefinition(
    `${name}-role`,
    { tenantId, displayName: named.name, permissions: [...permissions] },
    { parent },
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
    { parent },
  );
}

function objectIds(analysts: readonly AnalystUser[], emails: readonly string[]): pulumi.Input<string>[] {
  return analysts.filter(({ email }) => emails.includes(email)).map(({ objectId }) => objectId);
}
