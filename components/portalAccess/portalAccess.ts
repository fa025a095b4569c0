import { tierPermissions, tiers, type PortalAccessRole, type Tier } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { securityGroupName } from "../../naming";
import { DefenderRoleAssignment, DefenderRoleDefinition } from "../defender/defenderRole";
import { MsspSecurityGroup } from "../msspSecurityGroup";
import { DirectoryRoleAccess } from "./directoryRoleAccess";
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
  | { readonly model: "rbac"; readonly tiers: Readonly<Record<Tier, AnalystTier>> };

/** An analyst with the user that stands for them in the customer's tenant. */
export interface AnalystUser extends TieredAnalyst {
  readonly objectId: pulumi.Input<string>;
}

export interface PortalAccessArgs {
  /** The customer's tenant, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /** The MSSP's name. The group of all analysts is called "<msspName> MSSP Analysts". */
  readonly msspName: pulumi.Input<string>;
  readonly access: PortalAccessChoice;
  readonly analysts: readonly AnalystUser[];
  /**
   * The time now, by which an analyst's access has ended or not.
   * @default the system's clock
   */
  readonly clock?: () => Date;
}

/**
 * How the MSSP's analysts get into the customer's Defender portal, by one of the models that need guests:
 * - `basic`: a directory role, for the whole tenant;
 * - `rbac`: a group for each tier, and for each group a role of Defender's unified RBAC.
 *
 * Both have the group of all analysts: what else the customer decides for them (Conditional Access, a Sentinel workspace) needs one
 * group. Who is in which group follows from the analysts' tiers and last days alone; to move an analyst changes two groups' members
 * and nothing else.
 *
 * A switch of the model takes the old model's grants away before it makes the new one's (`PortalAccessModel`).
 *
 * Follows "Grant MSSP user access" of Microsoft's "Configure managed security service provider integration" (2018) and "Grant managed security
 * service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * Those of `MsspSecurityGroup`, and of `DirectoryRoleAccess` (`basic`) or `DefenderRoleDefinition` (`rbac`).
 */
export class PortalAccess extends pulumi.ComponentResource {
  /** Object ID of the group of all analysts. */
  public readonly groupObjectId: pulumi.Output<string>;
  /** Object ID of each tier's group; empty for `basic`. */
  public readonly groups: pulumi.Output<Record<string, string>>;
  /** What is left to a person, a sentence each. */
  public readonly nextSteps: pulumi.Output<string[]>;

  constructor(name: string, args: PortalAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:PortalAccess", name, {}, opts);
    const { access, analysts, msspName } = args;
    const dates = { today: dateOf((args.clock ?? systemClock)()) };

    const model = new PortalAccessModel(`${name}-model`, { model: access.model }, { parent: this });
    const group = new MsspSecurityGroup(
      `${name}-analysts`,
      {
        displayName: pulumi.output(msspName).apply(securityGroupName),
        msspName,
        members: objectIds(analysts, membershipsOfAll(analysts, dates)),
        assignableToRole: access.model === "basic" && access.assignTo === "group" ? true : undefined,
      },
      { parent: this },
    );
    const groups =
      access.model === "rbac"
        ? this.tierGroups(name, args, access.tiers, membershipsByTier(analysts, dates), model)
        : this.directoryRole(
            name,
            access,
            group,
            analysts.filter((analyst) => hasAccess(analyst, dates)),
            model,
          );

    this.groupObjectId = group.objectId;
    this.groups = pulumi.output(groups);
    this.nextSteps = pulumi.output(access.model === "rbac" ? [activateWorkloads] : []);
    this.registerOutputs({
      groupObjectId: this.groupObjectId,
      groups: this.groups,
      nextSteps: this.nextSteps,
    });
  }

  private directoryRole(
    name: string,
    { role, assignTo }: Extract<PortalAccessChoice, { model: "basic" }>,
    group: MsspSecurityGroup,
    analysts: readonly AnalystUser[],
    model: PortalAccessModel,
  ): Record<string, pulumi.Output<string>> {
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
    return {};
  }

  private tierGroups(
    name: string,
    { tenantId, msspName, analysts }: PortalAccessArgs,
    named: Readonly<Record<Tier, AnalystTier>>,
    members: Readonly<Record<Tier, readonly string[]>>,
    model: PortalAccessModel,
  ): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(
      tiers.map((tier) => {
        const group = new MsspSecurityGroup(
          `${name}-${tier}`,
          { displayName: named[tier].name, msspName, members: objectIds(analysts, members[tier]) },
          { parent: this },
        );
        defenderRole(`${name}-${tier}`, { tenantId, tier, named: named[tier], group, model: model.model }, this);
        return [tier, group.objectId];
      }),
    );
  }
}

/** The step by which unified RBAC comes to count. Microsoft, "Activate Microsoft Defender XDR Unified role-based access control". */
export const activateWorkloads =
  "Activate unified RBAC in the Defender portal (Settings > Microsoft Defender XDR > Permissions and roles, one switch for each workload): " +
  "until then the tiers' roles have no effect.";

export interface DefenderRoleOfGroup {
  readonly tenantId: pulumi.Input<string>;
  readonly tier: Tier;
  readonly named: AnalystTier;
  readonly group: MsspSecurityGroup;
  /** `model` of the stack's `PortalAccessModel`. */
  readonly model: pulumi.Output<string>;
}

/** The role of a tier in Defender's unified RBAC, and its assignment to the tier's group. A tier that may do nothing has none. */
export function defenderRole(name: string, args: DefenderRoleOfGroup, parent: pulumi.Resource): void {
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

function systemClock(): Date {
  return new Date();
}
