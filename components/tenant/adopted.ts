import type * as pulumi from "@pulumi/pulumi";
import type { DeployedResources } from "./deployedResources";

/** An object that existed before the stack. */
export interface AdoptedResource {
  /** Name of the resource: the last part of its URN. */
  readonly resource: string;
  /** ID of the object in the customer's tenant. */
  readonly id: string;
  /** Whether `destroy` deletes the object, or only removes it from the state. */
  readonly onDestroy: "keep" | "delete";
  /** `keep`: a group's members are not managed. */
  readonly members?: "keep" | "manage";
}

/**
 * Properties of an adopted object that stay as somebody set them by hand: names, descriptions and
 * marks, and what no argument of this program sets.
 */
const leftAsTheyAre: Readonly<Record<string, readonly string[]>> = {
  ApplicationRegistration: [
    "displayName",
    "description",
    "signInAudience",
    "groupMembershipClaims",
    "homepageUrl",
    "implicitAccessTokenIssuanceEnabled",
    "implicitIdTokenIssuanceEnabled",
    "logoutUrl",
    "marketingUrl",
    "notes",
    "privacyStatementUrl",
    "requestedAccessTokenVersion",
    "serviceManagementReference",
    "supportUrl",
    "termsOfServiceUrl",
  ],
  ServicePrincipal: [
    "accountEnabled",
    "alternativeNames",
    "appRoleAssignmentRequired",
    "description",
    "featureTags",
    "features",
    "loginUrl",
    "notes",
    "notificationEmailAddresses",
    "owners",
    "preferredSingleSignOnMode",
    "tags",
  ],
  ApplicationRedirectUris: ["redirectUris"],
  ApplicationApiAccess: ["roleIds", "scopeIds"],
  ApplicationPassword: ["displayName", "startDate"],
  ServicePrincipalDelegatedPermissionGrant: ["claimValues"],
  Group: ["displayName", "description", "owners", "assignableToRole", "visibility", "theme", "behaviors"],
  AccessPackageCatalog: ["displayName", "description", "externallyVisible", "published"],
  AccessPackage: ["displayName", "description", "hidden"],
  AccessPackageAssignmentPolicy: [
    "displayName",
    "description",
    "durationInDays",
    "expirationDate",
    "extensionEnabled",
    "requestorSettings",
    "approvalSettings",
    "assignmentReviewSettings",
    "questions",
  ],
  Guest: ["displayName"],
  DefenderRoleDefinition: ["displayName", "description", "managedBy"],
  DefenderRoleAssignment: ["displayName", "dataSources"],
  ConnectedOrganization: ["displayName", "description", "managedBy"],
};

/** What the state has as the object's ID, by the names of the outputs that hold it. */
const idOutputs = ["objectId", "keyId", "id"] as const;

/**
 * A transformation for objects that were created by hand: the program leaves their names,
 * descriptions and marks as they are, and `destroy` keeps those with `onDestroy: "keep"` in the
 * tenant. It has no effect on a resource whose deployed object is another one: an object that the
 * program created in place of an adopted one is the program's own.
 *
 * @param adopted setting `adopted.objects`.
 * @param deployed the stack's resources: `await deployedResources()`.
 */
export function leaveAdopted(
  adopted: readonly AdoptedResource[],
  deployed: DeployedResources,
): pulumi.ResourceTransformation {
  const byName = new Map(adopted.map((one) => [one.resource, one]));
  const replaced = new Set(adopted.filter((one) => isAnother(one, deployed)).map(({ resource }) => resource));
  return ({ type, name, props, opts }) => {
    const found = byName.get(name);
    if (found === undefined || replaced.has(name)) return undefined;
    const ignored = leftAsTheyAre[type.split(":").at(-1) ?? ""];
    if (ignored === undefined) return undefined;
    const ignoreChanges = [...(opts.ignoreChanges ?? []), ...ignored, ...(found.members === "keep" ? ["members"] : [])];
    return { props, opts: { ...opts, ignoreChanges, retainOnDelete: found.onDestroy === "keep" } };
  };
}

function isAnother({ resource, id }: AdoptedResource, deployed: DeployedResources): boolean {
  const found = Object.entries(deployed).find(([urn]) => urn.endsWith(`::${resource}`));
  if (found === undefined) return false;
  const ids = idOutputs.map((name) => found[1].outputs[name]).filter((value) => typeof value === "string");
  return ids.length > 0 && !ids.some((value) => value.toLowerCase() === id.toLowerCase());
}
