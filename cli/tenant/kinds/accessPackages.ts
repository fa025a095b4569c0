/** Catalogs, access packages, what is in them and who holds them. */
import {
  assignmentRemoval,
  catalogResourcesPath,
  goneStatuses,
  graphAccessPackages,
  graphAssignmentPolicies,
  graphCatalogs,
  graphConnectedOrganizations,
  isGone,
  listConnectedOrganizations,
  listPackageAssignments,
  packageAssignmentRequestsPath,
  packageRolesPath,
} from "@defender-mssp/microsoft";
import type { KindKey } from "../../../domain/kinds/kinds";
import { azRest } from "../azRest";
import { isOfDomains } from "./guestAddresses";
import { deletion, graphPresence, partPresence } from "./graphPresence";
import type {
  AccessPrincipal,
  HeldGrant,
  KindCalls,
  KindTenant,
  ObjectIdentity,
  Presence,
  Sighting,
} from "./kindCalls";
import { markedObjects } from "./markedObjects";
import { ownership } from "./ownership";

export const accessPackages = {
  accessPackageCatalog: {
    presence: graphPresence(graphCatalogs.path),
    search: markedObjects({ kind: "accessPackageCatalog", collection: graphCatalogs.path }),
  },
  accessPackage: {
    presence: graphPresence(graphAccessPackages.path),
    search: markedObjects({
      kind: "accessPackage",
      collection: graphAccessPackages.path,
      gives: ["people of the MSSP can hold it"],
    }),
  },
  assignmentPolicy: {
    presence: graphPresence(graphAssignmentPolicies.path),
    search: markedObjects({
      kind: "assignmentPolicy",
      collection: graphAssignmentPolicies.path,
      gives: ["people of the MSSP can request its access package"],
    }),
  },
  catalogResource: {
    presence: partPresence(catalogResourcesPath, ({ originId }) => originId),
  },
  accessPackageResource: { presence: rolePresence },
  accessPackageAssignment: { held: heldPackages },
  connectedOrganization: { presence: graphPresence(graphConnectedOrganizations.path), search: organizations },
} satisfies Partial<Record<KindKey, KindCalls>>;

/** Graph lists the roles inside the package only. */
async function rolePresence({ graph }: KindTenant, { id, ownerId = "" }: ObjectIdentity): Promise<Presence> {
  const answer = await graph(packageRolesPath(ownerId), { accept: goneStatuses });
  if (isGone(answer)) return { state: "notFound" };
  const { accessPackageResourceRoleScopes: scopes = [] } = answer.body as {
    readonly accessPackageResourceRoleScopes?: readonly { readonly id: string }[];
  };
  return { state: scopes.some((scope) => id.includes(scope.id)) ? "found" : "notFound" };
}

async function heldPackages(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type !== "user") return [];
  return (await listPackageAssignments(tenant.graph))
    .filter(({ target }) => target?.objectId?.toLowerCase() === id.toLowerCase())
    .map((assignment) => ({
      kind: "accessPackageAssignment",
      name: "access package",
      id: assignment.id,
      what: `the access package ${assignment.accessPackageId}`,
      step: azRest("POST", `${tenant.graphUrl}${packageAssignmentRequestsPath}`, assignmentRemoval(assignment.id)),
    }));
}

/** By the mark, or by the identity source: the MSSP's tenant or one of its domains. */
async function organizations(tenant: KindTenant): Promise<Sighting[]> {
  const { owner } = tenant;
  return (await listConnectedOrganizations(tenant.graph)).flatMap((organization) => {
    const { id, displayName, description, identitySources } = organization;
    const source = identitySources.find(
      ({ tenantId, domainName }) =>
        tenantId?.toLowerCase() === owner.msspTenantId.toLowerCase() ||
        isOfDomains(domainName?.toLowerCase() ?? "", owner.domains),
    );
    const whose =
      ownership(owner, description) ??
      (source === undefined
        ? undefined
        : {
            whose: "thisMssp" as const,
            evidence: `its identity source is ${source.tenantId ?? source.domainName ?? ""}`,
          });
    if (whose === undefined) return [];
    const gives = ["its people can request access packages whose policies name it"];
    return [
      {
        kind: "connectedOrganization" as const,
        id,
        name: displayName,
        ...whose,
        gives,
        ...deletion(tenant, graphConnectedOrganizations.item(id)),
      },
    ];
  });
}
