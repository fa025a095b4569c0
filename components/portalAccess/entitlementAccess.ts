import type { CloudName, Tier } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { ConnectedOrganization } from "./connectedOrganization";
import { accessPackageAssignment } from "../../domain/kinds/accessPackages";
import { setOutputs } from "../outputs";
import { AnalystAccessPackages, type AnalystGroup, type ReviewInterval } from "./accessPackages";
import { component } from "../../domain/resourceTypes";

/** The terms on which the MSSP's people can request access. */
export interface EntitlementTerms {
  /**
   * The customer's people who decide on requests for the approvers' package: sign-in names, e-mail
   * addresses or object IDs.
   */
  readonly approvers: readonly string[];
  /** Days after which access ends, 1 to 3660. */
  readonly expiresAfterDays: number;
  /** Interval of the access reviews. */
  readonly reviewEvery: ReviewInterval;
  /** Identifies the MSSP's people by the MSSP's tenant or by a domain. */
  readonly identitySource: { readonly tenantId: string } | { readonly domain: string };
}

export interface EntitlementAccessArgs {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: pulumi.Input<string>;
  /** A domain name of the customer, for the links to My Access. */
  readonly customerDomain: pulumi.Input<string>;
  /** The MSSP's name. */
  readonly msspName: pulumi.Input<string>;
  /** The terms of the access packages. */
  readonly terms: EntitlementTerms;
  /** Object IDs of `terms.approvers`: `await contactObjectIds(terms.approvers, { provider })`. */
  readonly approverObjectIds: readonly pulumi.Input<string>[];
  /** The group of each tier. The access packages alone manage its members. */
  readonly groups: Readonly<Record<Tier, AnalystGroup>>;
  /**
   * Microsoft cloud of the customer's tenant.
   * @default "public"
   */
  readonly cloud?: CloudName;
}

/**
 * Lets the MSSP's people request their membership in the tiers' groups: the model `entitlement`,
 * which Microsoft recommends for MSSPs. Nobody is invited. An access package makes its holder a
 * guest and a member of the tier's group, and the packages alone manage the members.
 *
 * Follows Microsoft's "Grant managed security service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * Those of `ConnectedOrganization` and `AnalystAccessPackages`.
 *
 * ## Errors
 * Those of `AnalystAccessPackages`.
 *
 * @example
 * const group = (tier: string) =>
 *   new MsspSecurityGroup(tier, { displayName: `Fabrikam ${tier}`, msspName: "Fabrikam" }, { provider });
 * const terms: EntitlementTerms = {
 *   approvers: ["security.admin@contoso.com"],
 *   expiresAfterDays: 365,
 *   reviewEvery: "quarter",
 *   identitySource: { domain: "fabrikam-security.example" },
 * };
 * new EntitlementAccess(
 *   "access",
 *   {
 *     tenantId,
 *     customerDomain: "contoso.com",
 *     msspName: "Fabrikam",
 *     terms,
 *     approverObjectIds: await contactObjectIds(terms.approvers, { provider }),
 *     groups: { tier1: group("tier1"), tier2: group("tier2"), approvers: group("approvers") },
 *   },
 *   { provider },
 * );
 */
export class EntitlementAccess extends pulumi.ComponentResource {
  /** Link to My Access at which each tier's access package is requested, by tier. */
  declare public readonly accessPackages: pulumi.Output<Record<string, string>>;
  /** What a person still has to do, one sentence each. */
  declare public readonly nextSteps: pulumi.Output<string[]>;

  private readonly organization: ConnectedOrganization;

  constructor(name: string, args: EntitlementAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("EntitlementAccess"), name, {}, opts);
    const { tenantId, msspName, terms } = args;
    const { approvers, expiresAfterDays, reviewEvery, identitySource } = terms;

    this.organization = new ConnectedOrganization(
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
        connectedOrganizationId: this.organization.id,
        groups: args.groups,
        contacts: args.approverObjectIds,
        expiresAfterDays,
        reviewEvery,
      },
      { parent: this },
    );

    const nextSteps = packages.links.apply(({ tier1, tier2, approvers: approversLink }) => [
      `The MSSP's approvers request access at ${approversLink}; ${approvers.join(", ")} approves in My Access. ` +
        `Then the analysts request access at ${tier1} or ${tier2}; the MSSP's approvers approve in My Access.`,
      accessPackageAssignment.removal.beforeDestroy,
    ]);
    this.registerOutputs(setOutputs<EntitlementAccess>(this, { accessPackages: packages.links, nextSteps }));
  }
  /** The underlying resource. */
  public get nodes(): { readonly organization: ConnectedOrganization } {
    return { organization: this.organization };
  }
}
