/** Catalogs, access packages, what is in them and who holds them. */
import { listOf } from "@defender-mssp/errors/json";
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
import { guests } from "./people";
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
    search: policies,
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
      within: assignment.accessPackageId,
      step: azRest("POST", `${tenant.graphUrl}${packageAssignmentRequestsPath}`, assignmentRemoval(assignment.id)),
    }));
}

interface UserSet {
  readonly id?: string;
}

interface AssignmentPolicy {
  readonly id: string;
  readonly accessPackageId: string;
  readonly requestorSettings?: {
    readonly acceptRequests?: boolean | null;
    readonly scopeType?: string | null;
    readonly allowedRequestors?: readonly UserSet[] | null;
  } | null;
  readonly requestApprovalSettings?: {
    readonly approvalStages?: readonly Readonly<Record<string, unknown>>[] | null;
  } | null;
}

const searchMarkedPolicies = markedObjects({
  kind: "assignmentPolicy",
  collection: graphAssignmentPolicies.path,
  gives: ["people of the MSSP can request its access package"],
});

/** By the mark, or by who may request or approve: the MSSP's people and connected organizations. */
async function policies(tenant: KindTenant): Promise<Sighting[]> {
  const marked = await searchMarkedPolicies(tenant);
  const all = await tenant.list<AssignmentPolicy & { readonly displayName: string }>(graphAssignmentPolicies.path);
  const others = all.filter(({ id }) => !marked.some((sighting) => sighting.id === id));
  const [own, people] = others.length === 0 ? [[], []] : [await organizations(tenant), await guests(tenant)];
  const named = others.flatMap((policy): Sighting[] => {
    const { id, accessPackageId, displayName } = policy;
    const gives = [
      ...requestors(policy, own, people).map((who) => `${who} can request the access package ${accessPackageId}`),
      ...approvers(policy, people).map((who) => `${who} approves requests of the access package ${accessPackageId}`),
    ];
    if (gives.length === 0) return [];
    const owner = { whose: "thisMssp", evidence: "it names people of the MSSP" } as const;
    const step = deletion(tenant, graphAssignmentPolicies.item(id));
    return [{ kind: "assignmentPolicy", id, name: displayName, ...owner, gives, ...step }];
  });
  return [...marked, ...named];
}

function requestors(
  { requestorSettings: settings }: AssignmentPolicy,
  own: readonly Sighting[],
  people: readonly Sighting[],
): string[] {
  if (settings?.acceptRequests === false) return [];
  const isOfAll = /^All(Configured|Existing)ConnectedOrganizationSubjects$/.test(settings?.scopeType ?? "");
  return [...(isOfAll ? own.map(subject) : []), ...subjects(settings?.allowedRequestors ?? [], [...own, ...people])];
}

function approvers({ requestApprovalSettings: settings }: AssignmentPolicy, people: readonly Sighting[]): string[] {
  const sets = (settings?.approvalStages ?? []).flatMap(({ primaryApprovers, escalationApprovers }) => [
    ...listOf(primaryApprovers),
    ...listOf(escalationApprovers),
  ]);
  return subjects(sets as readonly UserSet[], people);
}

function subjects(sets: readonly UserSet[], known: readonly Sighting[]): string[] {
  return known.filter(({ id }) => sets.some((set) => set.id?.toLowerCase() === id.toLowerCase())).map(subject);
}

function subject({ name, id }: Sighting): string {
  return `${name} (${id})`;
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
