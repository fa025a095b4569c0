import { type CloudName, type Tier } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { ConnectedOrganization } from "../entra/connectedOrganization";
import { MsspSecurityGroup } from "../msspSecurityGroup";
import { AnalystAccessPackages, type ReviewInterval } from "./accessPackages";
import { activateWorkloads, defenderRole, type AnalystTier } from "./portalAccess";
import { PortalAccessModel } from "./portalAccessModel";

/** Access that the MSSP's people request for themselves. */
export interface EntitlementChoice {
  readonly model: "entitlement";
  readonly tiers: Readonly<Record<Tier, AnalystTier>>;
  /** The customer's people who approve the MSSP's approvers, as the settings name them. */
  readonly approvers: readonly string[];
  /** Days after which access ends unless it is requested again. */
  readonly expiresAfterDays: number;
  readonly reviewEvery: ReviewInterval;
  /** What tells that somebody is of the MSSP's: its tenant, or a domain. */
  readonly identitySource: { readonly tenantId: string } | { readonly domain: string };
}

export interface EntitlementAccessArgs {
  /** The customer's tenant, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /** A domain of the customer's, for the links to My Access. */
  readonly customerDomain: pulumi.Input<string>;
  readonly msspName: pulumi.Input<string>;
  readonly access: EntitlementChoice;
  /** Object IDs of `access.approvers`: `contactObjectIds`. */
  readonly approverObjectIds: readonly pulumi.Input<string>[];
  /** @default "public" */
  readonly cloud?: CloudName;
}

/**
 * How the MSSP's analysts get into the customer's Defender portal by the model `entitlement`, which Microsoft recommends for MSSPs: nobody is
 * invited; the MSSP's people request an access package, which makes them a guest and a member of its tier's group. Each group has a role of
 * Defender's unified RBAC, as in the model `rbac`, and who is a member is the packages' business alone.
 *
 * Follows Microsoft's "Grant managed security service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * Those of `ConnectedOrganization`, `AnalystAccessPackages`, `MsspSecurityGroup` and `DefenderRoleDefinition`.
 */
export class EntitlementAccess extends pulumi.ComponentResource {
  /** Object ID of each tier's group. */
  public readonly groups: pulumi.Output<Record<string, string>>;
  /** Where each tier's access package is requested: its link to My Access. */
  public readonly accessPackages: pulumi.Output<Record<string, string>>;
  /** What is left to a person, a sentence each. */
  public readonly nextSteps: pulumi.Output<string[]>;

  constructor(name: string, args: EntitlementAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:EntitlementAccess", name, {}, opts);
    const { tenantId, msspName, access } = args;

    const model = new PortalAccessModel(`${name}-model`, { model: access.model }, { parent: this });
    const groups = this.tierGroups(name, args, model);
    const organization = new ConnectedOrganization(
      `${name}-organization`,
      {
        tenantId,
        displayName: msspName,
        description: pulumi.interpolate`${msspName} watches this tenant's Microsoft Defender.`,
        identitySource:
          "domain" in access.identitySource ? { domainName: access.identitySource.domain } : access.identitySource,
      },
      { parent: this },
    );
    const packages = new AnalystAccessPackages(
      `${name}-packages`,
      {
        cloud: args.cloud,
        customerDomain: args.customerDomain,
        msspName,
        connectedOrganizationId: organization.id,
        groups,
        contacts: args.approverObjectIds,
        expiresAfterDays: access.expiresAfterDays,
        reviewEvery: access.reviewEvery,
      },
      { parent: this },
    );

    this.groups = pulumi
      .all([groups.tier1.objectId, groups.tier2.objectId, groups.approvers.objectId])
      .apply(([tier1, tier2, approvers]) => ({ tier1, tier2, approvers }) as Record<string, string>);
    this.accessPackages = packages.links;
    this.nextSteps = packages.links.apply((links) => [
      activateWorkloads,
      `The MSSP's approvers request ${links.approvers} first, and ${access.approvers.join(", ")} approves; then the analysts request ` +
        `${links.tier1} or ${links.tier2}, and the approvers approve.`,
    ]);
    this.registerOutputs({ groups: this.groups, accessPackages: this.accessPackages, nextSteps: this.nextSteps });
  }

  private tierGroups(
    name: string,
    { tenantId, msspName, access }: EntitlementAccessArgs,
    model: PortalAccessModel,
  ): Record<Tier, MsspSecurityGroup> {
    const add = (tier: Tier): MsspSecurityGroup => {
      const named = access.tiers[tier];
      const group = new MsspSecurityGroup(`${name}-${tier}`, { displayName: named.name, msspName }, { parent: this });
      defenderRole(`${name}-${tier}`, { tenantId, tier, named, group, model: model.model }, this);
      return group;
    };
    return { tier1: add("tier1"), tier2: add("tier2"), approvers: add("approvers") };
  }
}
