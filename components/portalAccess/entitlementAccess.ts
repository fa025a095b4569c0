import { type CloudName, type Tier } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { ConnectedOrganization } from "./connectedOrganization";
import type { MsspSecurityGroup } from "./msspSecurityGroup";
import { AnalystAccessPackages, type ReviewInterval } from "./accessPackages";

/** On which terms the MSSP's people get access that they request. */
export interface EntitlementTerms {
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
  readonly terms: EntitlementTerms;
  /** Object IDs of `terms.approvers`: `contactObjectIds`. */
  readonly approverObjectIds: readonly pulumi.Input<string>[];
  /** The tiers' groups, whose members nobody else looks after. */
  readonly groups: Readonly<Record<Tier, MsspSecurityGroup>>;
  /** @default "public" */
  readonly cloud?: CloudName;
}

/**
 * How people become members of the tiers' groups in the model `entitlement`, which Microsoft recommends for MSSPs: nobody is invited; the
 * MSSP's people request an access package, which makes them a guest and a member of its tier's group, and who is a member is the
 * packages' business alone.
 *
 * Follows Microsoft's "Grant managed security service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * Those of `ConnectedOrganization` and `AnalystAccessPackages`.
 */
export class EntitlementAccess extends pulumi.ComponentResource {
  /** Where each tier's access package is requested: its link to My Access. */
  public readonly accessPackages: pulumi.Output<Record<string, string>>;
  /** What is left to a person, a sentence each. */
  public readonly nextSteps: pulumi.Output<string[]>;

  constructor(name: string, args: EntitlementAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:EntitlementAccess", name, {}, opts);
    const { tenantId, msspName, terms } = args;
    const { approvers, expiresAfterDays, reviewEvery, identitySource } = terms;

    const organization = new ConnectedOrganization(
      `${name}-organization`,
      {
        tenantId,
        displayName: msspName,
        description: pulumi.interpolate`${msspName} watches this tenant's Microsoft Defender.`,
        identitySource: "domain" in identitySource ? { domainName: identitySource.domain } : identitySource,
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
        groups: args.groups,
        contacts: args.approverObjectIds,
        expiresAfterDays,
        reviewEvery,
      },
      { parent: this },
    );

    this.accessPackages = packages.links;
    this.nextSteps = packages.links.apply((links) => [
      `The MSSP's approvers request ${links.approvers} first, and ${approvers.join(", ")} approves; then the analysts request ` +
        `${links.tier1} or ${links.tier2}, and the approvers approve.`,
    ]);
    this.registerOutputs({ accessPackages: this.accessPackages, nextSteps: this.nextSteps });
  }
}
