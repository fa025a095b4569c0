import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { accessPackageUrl, isUuid, messageOf, type CloudName, type Tier } from "@defender-mssp/microsoft";
import { accessCatalogName } from "../../domain/naming";
import { managedNote } from "../mark";
import { setOutputs } from "../outputs";
import { component } from "../../domain/resourceTypes";

/** Interval of the access reviews. */
export type ReviewInterval = keyof typeof reviews;

export interface AnalystGroup {
  /** Object ID of the group in the customer's tenant. */
  readonly objectId: pulumi.Input<string>;
  /** Name of the group, and of its access package unless `names` has another one. */
  readonly displayName: pulumi.Input<string>;
}

export interface AnalystAccessPackagesArgs {
  /**
   * Microsoft cloud of the customer's tenant.
   * @default "public"
   */
  readonly cloud?: CloudName;
  /**
   * A domain name of the customer, for the links to My Access.
   * @example "contoso.com"
   */
  readonly customerDomain: pulumi.Input<string>;
  /** The MSSP's name, for descriptions. */
  readonly msspName: pulumi.Input<string>;
  /** ID of the MSSP's `ConnectedOrganization`. Only its people can request a package. */
  readonly connectedOrganizationId: pulumi.Input<string>;
  /**
   * The group of each tier, whose membership the tier's package grants. The packages alone must
   * manage its members.
   */
  readonly groups: Readonly<Record<Tier, AnalystGroup>>;
  /**
   * Object IDs of the customer's people who decide on requests for the approvers' package, at least
   * one. `contactObjectIds` looks them up.
   */
  readonly contacts: readonly pulumi.Input<string>[];
  /**
   * Names of the access packages.
   * @default the names of the groups
   */
  readonly names?: Readonly<Partial<Record<Tier, pulumi.Input<string>>>>;
  /**
   * Name of the catalog.
   * @default "MSSP Accesses"
   */
  readonly catalogName?: pulumi.Input<string>;
  /**
   * Days after which access ends, 1 to 3660.
   * @default 365
   */
  readonly expiresAfterDays?: number;
  /**
   * Interval of the access reviews. Access that no reviewer confirms in time is removed.
   * @default "year"
   */
  readonly reviewEvery?: ReviewInterval;
}

/**
 * Access packages of entitlement management in the customer's tenant, which the MSSP's analysts
 * request for themselves: a catalog with the tiers' groups, and a package for each tier and for the
 * approvers. A package makes its holder a guest of the tenant and a member of the tier's group.
 *
 * - Request: only people of the MSSP's connected organization, with a justification.
 * - Decision: within 14 days, by the approvers' group; for the approvers' package by the customer's
 *   contacts.
 * - End: after `expiresAfterDays`. An extension is decided like a request. The deciders review
 *   access at each `reviewEvery`; access that they do not confirm in time is removed.
 *
 * The groups given here must have no members that the program manages. Graph refuses to delete a
 * package that somebody holds: end the assignments before `destroy`.
 *
 * Follows Microsoft's "Grant managed security service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `EntitlementManagement.ReadWrite.All`;
 *   `Group.ReadWrite.All`, because only an identity that may change a group can add it to a
 *   catalog; `User.Read.All` for `contactObjectIds`;
 * - or, for a signed-in user, the directory roles `Identity Governance Administrator` and `Groups
 *   Administrator`.
 *
 * The tenant needs Microsoft Entra ID P2 or Microsoft Entra ID Governance.
 *
 * ## Errors
 * `pulumi.ResourceError` without contacts, or for `expiresAfterDays` out of range, before a
 * resource is declared.
 *
 * @example
 * const organization = new ConnectedOrganization("fabrikam", {
 *   tenantId,
 *   displayName: "Fabrikam Security",
 *   description: "Managed security service provider",
 *   identitySource: { domainName: "fabrikam-security.example" },
 * });
 * const group = (displayName: string) => ({
 *   displayName,
 *   objectId: new MsspSecurityGroup(displayName, { displayName, msspName: "Fabrikam" }, { provider }).objectId,
 * });
 * new AnalystAccessPackages(
 *   "access",
 *   {
 *     customerDomain: "contoso.com",
 *     msspName: "Fabrikam",
 *     connectedOrganizationId: organization.id,
 *     groups: { tier1: group("Tier 1"), tier2: group("Tier 2"), approvers: group("Approvers") },
 *     contacts: await contactObjectIds(["security.admin@contoso.com"], { provider }),
 *   },
 *   { provider },
 * );
 */
export class AnalystAccessPackages extends pulumi.ComponentResource {
  /** Link to My Access at which each tier's package is requested, by tier. */
  declare public readonly links: pulumi.Output<Record<string, string>>;

  private readonly catalog: azuread.AccessPackageCatalog;
  private readonly packages: Readonly<Record<Tier, azuread.AccessPackage>>;

  constructor(name: string, args: AnalystAccessPackagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("AnalystAccessPackages"), name, {}, opts);
    this.refuseInvalid(args);

    this.catalog = new azuread.AccessPackageCatalog(
      `${name}-catalog`,
      {
        displayName: args.catalogName ?? accessCatalogName,
        description: pulumi.interpolate`What people of ${args.msspName} may ask for in this tenant. ${managedNote()}.`,
        externallyVisible: true,
        published: true,
      },
      { parent: this },
    );
    const contacts = args.contacts.map((contact) => userSet("SingleUser", contact));
    const approvers = [userSet("GroupMembers", args.groups.approvers.objectId)];
    this.packages = {
      tier1: this.addPackage(name, "tier1", args, approvers),
      tier2: this.addPackage(name, "tier2", args, approvers),
      approvers: this.addPackage(name, "approvers", args, contacts),
    };

    const link = (tier: Tier) =>
      pulumi
        .all([args.customerDomain, this.packages[tier].id])
        .apply(([domain, id]) => accessPackageUrl(args.cloud ?? "public", domain, id));
    const links = pulumi
      .all([link("tier1"), link("tier2"), link("approvers")])
      .apply(([tier1, tier2, approvers]): Record<string, string> => ({ tier1, tier2, approvers }));
    this.registerOutputs(setOutputs<AnalystAccessPackages>(this, { links }));
  }

  /** The underlying resources. */
  public get nodes(): {
    readonly catalog: azuread.AccessPackageCatalog;
    readonly packages: Readonly<Record<Tier, azuread.AccessPackage>>;
  } {
    return { catalog: this.catalog, packages: this.packages };
  }

  private refuseInvalid({ contacts, expiresAfterDays = defaultDays }: AnalystAccessPackagesArgs): void {
    if (contacts.length === 0) {
      throw new pulumi.ResourceError(
        "AnalystAccessPackages: contacts is empty; name at least one person of the customer, who decides on requests for the approvers' package.",
        this,
        true,
      );
    }
    if (Number.isInteger(expiresAfterDays) && expiresAfterDays >= 1 && expiresAfterDays <= mostDays) return;
    throw new pulumi.ResourceError(
      `AnalystAccessPackages: expiresAfterDays is ${expiresAfterDays}; it must be a whole number from 1 to ${mostDays}.`,
      this,
      true,
    );
  }

  /**
   * Adds a tier's group to the catalog, with the package that grants its membership and the policy
   * of that package.
   */
  private addPackage(
    name: string,
    tier: Tier,
    args: AnalystAccessPackagesArgs,
    deciding: readonly UserSet[],
  ): azuread.AccessPackage {
    const group = args.groups[tier];
    const resource = new azuread.AccessPackageResourceCatalogAssociation(
      `${name}-${tier}-resource`,
      { catalogId: this.catalog.id, resourceOriginId: group.objectId, resourceOriginSystem: "AadGroup" },
      { parent: this },
    );
    const accessPackage = new azuread.AccessPackage(
      `${name}-${tier}-package`,
      {
        catalogId: this.catalog.id,
        displayName: args.names?.[tier] ?? group.displayName,
        description: pulumi.interpolate`Makes people of ${args.msspName} members of the group ${group.displayName}. ${managedNote()}.`,
      },
      { parent: this },
    );
    const role = new azuread.AccessPackageResourcePackageAssociation(
      `${name}-${tier}-role`,
      { accessPackageId: accessPackage.id, catalogResourceAssociationId: resource.id, accessType: "Member" },
      { parent: this },
    );
    new azuread.AccessPackageAssignmentPolicy(
      `${name}-${tier}-policy`,
      { accessPackageId: accessPackage.id, ...policyArgs(args, deciding) },
      // A package can be requested only after it grants the membership.
      { parent: this, dependsOn: [role] },
    );
    return accessPackage;
  }
}

/** Who may request a package, who decides, for how long it is held and who reviews it. */
function policyArgs(
  args: AnalystAccessPackagesArgs,
  deciding: readonly UserSet[],
): Omit<azuread.AccessPackageAssignmentPolicyArgs, "accessPackageId"> {
  return {
    displayName: pulumi.interpolate`People of ${args.msspName}`,
    description: pulumi.interpolate`Asked for by people of ${args.msspName}, decided on, limited in time and reviewed. ${managedNote()}.`,
    durationInDays: args.expiresAfterDays ?? defaultDays,
    extensionEnabled: true,
    requestorSettings: {
      requestsAccepted: true,
      scopeType: "SpecificConnectedOrganizationSubjects",
      requestors: [userSet("ConnectedOrganizationMembers", args.connectedOrganizationId)],
    },
    approvalSettings: {
      approvalRequired: true,
      approvalRequiredForExtension: true,
      requestorJustificationRequired: true,
      approvalStages: [
        {
          approvalTimeoutInDays: 14,
          approverJustificationRequired: true,
          primaryApprovers: [...deciding],
        },
      ],
    },
    assignmentReviewSettings: {
      enabled: true,
      ...reviews[args.reviewEvery ?? "year"],
      reviewType: "Reviewers",
      reviewers: [...deciding],
      accessRecommendationEnabled: true,
      approverJustificationRequired: true,
      // A reviewer may not answer: silence ends access, and `expiresAfterDays` ends it anyway.
      accessReviewTimeoutBehavior: "removeAccess",
    },
  };
}

/**
 * Object IDs of users in the customer's tenant, for the argument `contacts`. Await it before the
 * first declaration, so that an unknown user stops `up` before a change.
 *
 * @param contacts sign-in names, e-mail addresses (of users whose sign-in name differs) or object
 * IDs, which are not looked up.
 * @throws pulumi.RunError that names all users that were not found.
 *
 * ## Least privileges
 * Application permission on Microsoft Graph: `User.Read.All`. None for object IDs.
 *
 * @example
 * const approvers = await contactObjectIds(["security.admin@contoso.com"], { provider });
 */
export async function contactObjectIds(contacts: readonly string[], opts: pulumi.InvokeOptions): Promise<string[]> {
  const found = await Promise.all(contacts.map((contact) => lookUp(contact, opts)));
  const missing = found.filter((result): result is Missing => typeof result !== "string");
  if (missing.length === 0) return found.filter((result) => typeof result === "string");
  const lines = missing.map(({ contact, reason }) => `  - ${contact}: ${reason}`);
  throw new pulumi.RunError(
    "No user with this sign-in name or e-mail address was found in the customer's tenant for these approvers:\n" +
      `${lines.join("\n")}\nNothing was changed. Name users of that tenant, or give their object IDs.`,
  );
}

interface Missing {
  readonly contact: string;
  readonly reason: string;
}

async function lookUp(contact: string, opts: pulumi.InvokeOptions): Promise<string | Missing> {
  if (isUuid(contact)) return contact.toLowerCase();
  try {
    return (await azuread.getUser({ userPrincipalName: contact }, opts)).objectId;
  } catch {
    // The second look-up fails with the reason.
  }
  try {
    return (await azuread.getUser({ mail: contact }, opts)).objectId;
  } catch (error) {
    const reason = messageOf(error);
    return { contact, reason: reason.replace(/\s+/g, " ").trim() };
  }
}

interface UserSet {
  readonly subjectType: string;
  readonly objectId: pulumi.Input<string>;
}

const defaultDays = 365;
/** The most that Graph accepts. */
const mostDays = 3660;

/**
 * Graph's frequency, and the days for a review: fewer than the interval, and at most 25, which the
 * portal proposes.
 */
const reviews = {
  week: { reviewFrequency: "weekly", durationInDays: 3 },
  month: { reviewFrequency: "monthly", durationInDays: 14 },
  quarter: { reviewFrequency: "quarterly", durationInDays: 25 },
  halfYear: { reviewFrequency: "halfyearly", durationInDays: 25 },
  year: { reviewFrequency: "annual", durationInDays: 25 },
} as const;

function userSet(subjectType: string, objectId: pulumi.Input<string>): UserSet {
  return { subjectType, objectId };
}
