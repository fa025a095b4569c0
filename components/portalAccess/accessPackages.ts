import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { accessPackageUrl, type CloudName, type Tier } from "@defender-mssp/microsoft";
import { accessCatalogName } from "../../settings/naming";

/** How often assignments are reviewed. */
export type ReviewInterval = keyof typeof reviews;

export interface AnalystGroup {
  /** Object ID of the group in the customer's tenant. */
  readonly objectId: pulumi.Input<string>;
  /** Name of the group; the access package is called the same unless `names` says otherwise. */
  readonly displayName: pulumi.Input<string>;
}

export interface AnalystAccessPackagesArgs {
  /** The cloud that the customer's tenant is in. @default "public" */
  readonly cloud?: CloudName;
  /** A domain name of the customer's, for the links to My Access. */
  readonly customerDomain: pulumi.Input<string>;
  /** Name of the MSSP, for descriptions. */
  readonly msspName: pulumi.Input<string>;
  /** ID of the MSSP's connected organization (`ConnectedOrganization`'s `id`): only its people may ask. */
  readonly connectedOrganizationId: pulumi.Input<string>;
  /** The group that each tier's package makes its holders members of. The packages must be the only way in: see `AnalystAccessPackages`. */
  readonly groups: Readonly<Record<Tier, AnalystGroup>>;
  /**
   * The customer's people who decide on requests for the approvers' package: object IDs of users in the customer's tenant, one at
   * least. `contactObjectIds` looks them up.
   */
  readonly contacts: readonly pulumi.Input<string>[];
  /** Names of the access packages. @default the groups' names */
  readonly names?: Readonly<Partial<Record<Tier, pulumi.Input<string>>>>;
  /** Name of the catalog. @default "MSSP Accesses" */
  readonly catalogName?: pulumi.Input<string>;
  /** How many days access lasts, 1 to 3660. @default 365 */
  readonly expiresAfterDays?: number;
  /** How often access is reviewed. Who isn't confirmed in time loses it. @default "year" */
  readonly reviewEvery?: ReviewInterval;
}

/**
 * Access that the MSSP's analysts ask for themselves, by entitlement management in the customer's tenant: a catalog with the tiers'
 * groups, an access package for each tier and one for the approvers. A package makes its holder a member of the tier's group, and a
 * guest of the tenant first.
 *
 * - Asking: only people of the MSSP's connected organization, with a justification.
 * - Deciding: the approvers' group; on the approvers' package the customer's contacts. Within 14 days, or the request is void.
 * - Ending: after `expiresAfterDays`; an extension is decided on like a request. Reviewed every `reviewEvery` by those who decide; what they
 *   don't confirm in time is taken away.
 *
 * The groups' members are the packages' business: a group given here must not also have members of the program's. And the packages
 * can't be deleted while somebody holds one (Graph refuses it): end the assignments first, then `destroy`.
 *
 * Follows Microsoft's "Grant managed security service provider (MSSP) access" (2026-07-29).
 *
 * ## Least privileges
 * - application permissions on Microsoft Graph: `EntitlementManagement.ReadWrite.All`; `Group.ReadWrite.All`, since only who may change
 *   a group may put it into a catalog; `User.Read.All` for `contactObjectIds`;
 * - or, for a signed-in user: the directory roles `Identity Governance Administrator` and `Groups Administrator`.
 *
 * The tenant needs Microsoft Entra ID P2 or Microsoft Entra ID Governance.
 *
 * @example
 * const packages = new AnalystAccessPackages("contoso-access", {
 *   customerDomain: "contoso.com",
 *   msspName: "Fabrikam Security",
 *   connectedOrganizationId: organization.id,
 *   groups: { tier1, tier2, approvers },
 *   contacts: await contactObjectIds(["security.admin@contoso.com"], { provider }),
 * }, { provider });
 */
export class AnalystAccessPackages extends pulumi.ComponentResource {
  /** Where each tier's package is asked for: its link to My Access. */
  public readonly links: pulumi.Output<Record<string, string>>;

  private readonly catalog: azuread.AccessPackageCatalog;
  private readonly packages: Readonly<Record<Tier, azuread.AccessPackage>>;

  constructor(name: string, args: AnalystAccessPackagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("defender-mssp:index:AnalystAccessPackages", name, {}, opts);
    this.check(args);

    this.catalog = new azuread.AccessPackageCatalog(
      `${name}-catalog`,
      {
        displayName: args.catalogName ?? accessCatalogName,
        description: pulumi.interpolate`What people of ${args.msspName} may ask for in this tenant. Managed by Pulumi.`,
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
    this.links = pulumi
      .all([link("tier1"), link("tier2"), link("approvers")])
      .apply(([tier1, tier2, approvers]): Record<string, string> => ({ tier1, tier2, approvers }));
    this.registerOutputs({ links: this.links });
  }

  /** The underlying resources. */
  public get nodes(): {
    readonly catalog: azuread.AccessPackageCatalog;
    readonly packages: Readonly<Record<Tier, azuread.AccessPackage>>;
  } {
    return { catalog: this.catalog, packages: this.packages };
  }

  private check({ contacts, expiresAfterDays = defaultDays }: AnalystAccessPackagesArgs): void {
    if (contacts.length === 0) {
      throw new pulumi.ResourceError(
        "AnalystAccessPackages needs a contact of the customer's: without one nobody could decide who becomes an approver.",
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

  /** A tier's group as the catalog's resource, the package that gives its membership, and the policy by which it is given. */
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
        description: pulumi.interpolate`Makes people of ${args.msspName} members of the group ${group.displayName}. Managed by Pulumi.`,
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
      {
        accessPackageId: accessPackage.id,
        displayName: pulumi.interpolate`People of ${args.msspName}`,
        description: pulumi.interpolate`Asked for by people of ${args.msspName}, decided on, limited in time and reviewed. Managed by Pulumi.`,
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
          accessReviewTimeoutBehavior: "removeAccess",
        },
      },
      // Nobody asks for a package before it gives something.
      { parent: this, dependsOn: [role] },
    );
    return accessPackage;
  }
}

/**
 * Object IDs of users of the customer's tenant, for `contacts`. To be awaited before anything is declared: an `up` then changes nothing
 * where one of them isn't there.
 *
 * @param contacts sign-in names, e-mail addresses (for those who sign in with another name) or object IDs, which are taken as they are.
 * @throws pulumi.RunError that names all who weren't found.
 *
 * ## Least privileges
 * The application permission `User.Read.All` on Microsoft Graph; none for object IDs.
 */
export async function contactObjectIds(contacts: readonly string[], opts: pulumi.InvokeOptions): Promise<string[]> {
  const found = await Promise.all(contacts.map((contact) => lookUp(contact, opts)));
  const missing = found.filter((result): result is Missing => typeof result !== "string");
  if (missing.length === 0) return found.filter((result) => typeof result === "string");
  const lines = missing.map(({ contact, reason }) => `  - ${contact}: ${reason}`);
  throw new pulumi.RunError(
    "Contacts of the customer's can't be made approvers, since their users were not found in the customer's tenant by sign-in name or " +
      `e-mail address:\n${lines.join("\n")}\nNothing was changed. Name users of that tenant, or their object IDs.`,
  );
}

interface Missing {
  readonly contact: string;
  readonly reason: string;
}

async function lookUp(contact: string, opts: pulumi.InvokeOptions): Promise<string | Missing> {
  if (uuid.test(contact)) return contact.toLowerCase();
  try {
    return (await azuread.getUser({ userPrincipalName: contact }, opts)).objectId;
  } catch {
    // Whether there is none or the look-up failed, the second one says.
  }
  try {
    return (await azuread.getUser({ mail: contact }, opts)).objectId;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { contact, reason: reason.replace(/\s+/g, " ").trim() };
  }
}

interface UserSet {
  readonly subjectType: string;
  readonly objectId: pulumi.Input<string>;
}

const defaultDays = 365;
/** Graph's limit. */
const mostDays = 3660;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How often, in Graph's words, and how many days reviewers have: less than the interval, and at most the portal's proposal, 25. */
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
