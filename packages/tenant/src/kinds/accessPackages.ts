/** Catalogs, access packages, what is in them and who holds them. */
import { listOf } from "@defender-mssp/errors/json";
import {
  assignmentRemoval,
  entitlementPermissions,
  catalogResourcesPath,
  goneStatuses,
  graphAccessPackages,
  graphAssignmentPolicies,
  graphCatalogs,
  graphConnectedOrganizations,
  graphUsers,
  isGone,
  listConnectedOrganizations,
  listPackageAssignments,
  packageAssignmentRequestsPath,
  packageRolesPath,
} from "@defender-mssp/microsoft";
import { foundWithPrincipal, type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";
import { azRest } from "../azRest";
import { readPeople } from "./people";
import { deletion, graphPresence, inCollection, partPresence } from "../presence";
import type { Principal, Edge, TenantReader, ObjectIdentity, Presence, OwnedNode } from "../reader";
import { markedNodes } from "../markedNodes";
import { isMsspDomain, isMsspTenant, owner } from "../owner";

export const accessPackages = {
  /** The catalog of the access packages (entitlement management). */
  accessPackageCatalog: {
    singular: "access package catalog",
    ...inCollection(graphCatalogs),
    search: markedNodes({ kind: "accessPackageCatalog", collection: graphCatalogs.path }),
  },
  /** A group in the catalog of the access packages. */
  catalogResource: {
    singular: "resource of the catalog",
    plural: "resources of the catalog",
    address: notApplicable("it is a part of another object"),
    read: entitlementPermissions.read,
    search: notApplicable("it ends with its catalog, which is searched"),
    presence: partPresence(catalogResourcesPath, ({ originId }) => originId),
  },
  /** An access package of a tier. */
  accessPackage: {
    singular: "access package",
    ...inCollection(graphAccessPackages),
    search: markedNodes({
      kind: "accessPackage",
      collection: graphAccessPackages.path,
      gives: [{ what: "people of the MSSP can hold it" }],
    }),
  },
  /** A role of a group that an access package gives. */
  accessPackageResource: {
    singular: "role of the access package",
    plural: "roles of the access packages",
    address: notApplicable("it is a part of another object"),
    read: entitlementPermissions.read,
    search: notApplicable("it ends with its access package, which is searched"),
    presence: rolePresence,
  },
  /** A policy by which an access package is requested, approved, reviewed and ends. */
  assignmentPolicy: {
    singular: "assignment policy",
    plural: "assignment policies",
    address: graphAssignmentPolicies.path,
    read: ["EntitlementManagement.Read.All", "User.Read.All"],
    presence: graphPresence(graphAssignmentPolicies.path),
    search: policies,
  },
  /** An assignment of an access package, which a person requested and an approver of the customer gave. */
  accessPackageAssignment: {
    singular: "assignment of an access package",
    plural: "assignments of access packages",
    address: notApplicable("the search finds it, not its ID"),
    read: entitlementPermissions.read,
    presence: notApplicable("people hold it: the stack's state has none"),
    search: notApplicable(foundWithPrincipal),
    held: heldPackages,
  },
  /** The MSSP as a connected organization of entitlement management. */
  connectedOrganization: {
    singular: "connected organization",
    ...inCollection(graphConnectedOrganizations),
    search: organizations,
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;

/** Graph lists the roles inside the package only. */
async function rolePresence({ graph }: TenantReader, { id, ownerId = "" }: ObjectIdentity): Promise<Presence> {
  const answer = await graph(packageRolesPath(ownerId), { accept: goneStatuses });
  if (isGone(answer)) return { state: "notFound" };
  const { accessPackageResourceRoleScopes: scopes = [] } = answer.body as {
    readonly accessPackageResourceRoleScopes?: readonly { readonly id: string }[];
  };
  return { state: scopes.some((scope) => id.includes(scope.id)) ? "found" : "notFound" };
}

async function heldPackages(tenant: TenantReader, { type, id }: Principal): Promise<Edge[]> {
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
  readonly "@odata.type"?: string;
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

const searchMarkedPolicies = markedNodes({
  kind: "assignmentPolicy",
  collection: graphAssignmentPolicies.path,
  gives: [{ what: "people of the MSSP can request its access package" }],
});

/** By the mark, or by who may request or approve: the MSSP's people and connected organizations. */
async function policies(tenant: TenantReader): Promise<OwnedNode[]> {
  const marked = await searchMarkedPolicies(tenant);
  const all = await tenant.list<AssignmentPolicy & { readonly displayName: string }>(graphAssignmentPolicies.path);
  const others = all.filter(({ id }) => !marked.some((sighting) => sighting.id === id));
  const [own, people] = others.length === 0 ? [[], []] : [await organizations(tenant), await readPeople(tenant)];
  const managers = others.some(asksManagers) ? await managersAmong(tenant, people) : [];
  const named = others.flatMap((policy): OwnedNode[] => {
    const { id, accessPackageId, displayName } = policy;
    const gift = (does: string) => (who: OwnedNode) => ({
      what: `${who.name} (${who.id}) ${does} the access package ${accessPackageId}`,
      ...(who.principal === undefined ? {} : { principal: who.id }),
    });
    const gives = [
      ...requestors(policy, own, people).map(gift("can request")),
      ...approvers(policy, people).map(gift("approves requests of")),
      ...(asksManagers(policy) ? managers : []).map(gift("approves, as a manager, requests of")),
    ];
    if (gives.length === 0) return [];
    const owner = { whose: "claimed", evidence: "it names people of the MSSP" } as const;
    const step = deletion(tenant, graphAssignmentPolicies.item(id));
    return [{ kind: "assignmentPolicy", id, name: displayName, ...owner, gives, ...step }];
  });
  return [...marked, ...named];
}

function requestors(
  { requestorSettings: settings }: AssignmentPolicy,
  own: readonly OwnedNode[],
  people: readonly OwnedNode[],
): readonly OwnedNode[] {
  if (settings?.acceptRequests === false) return [];
  const isOfAll = /^All(Configured|Existing)ConnectedOrganizationSubjects$/.test(settings?.scopeType ?? "");
  return [...(isOfAll ? own : []), ...namedIn(settings?.allowedRequestors ?? [], [...own, ...people])];
}

function approvers(policy: AssignmentPolicy, people: readonly OwnedNode[]): readonly OwnedNode[] {
  return namedIn(approverSets(policy), people);
}

function approverSets({ requestApprovalSettings: settings }: AssignmentPolicy): readonly UserSet[] {
  return (settings?.approvalStages ?? []).flatMap(({ primaryApprovers, escalationApprovers }) => [
    ...(listOf(primaryApprovers) as readonly UserSet[]),
    ...(listOf(escalationApprovers) as readonly UserSet[]),
  ]);
}

/** Whether the manager of who asks approves. */
function asksManagers(policy: AssignmentPolicy): boolean {
  return approverSets(policy).some((set) => set["@odata.type"] === "#microsoft.graph.requestorManager");
}

/** Those of them who are somebody's manager. */
async function managersAmong({ list }: TenantReader, people: readonly OwnedNode[]): Promise<readonly OwnedNode[]> {
  const users = await list<{ readonly manager?: { readonly id: string } | null }>(
    `${graphUsers.path}?$select=id&$expand=manager($select=id)&$top=999`,
  );
  const managers = users.flatMap(({ manager }) => (manager == null ? [] : [manager]));
  return namedIn(managers, people);
}

function namedIn(sets: readonly UserSet[], known: readonly OwnedNode[]): readonly OwnedNode[] {
  return known.filter(({ id }) => sets.some((set) => set.id?.toLowerCase() === id.toLowerCase()));
}

/** By the mark, or by the identity source: the MSSP's tenant or one of its domains. */
async function organizations(tenant: TenantReader): Promise<OwnedNode[]> {
  const whose = tenant.owner;
  return (await listConnectedOrganizations(tenant.graph)).flatMap(
    ({ id, displayName, description, identitySources }) => {
      const source = identitySources.find(
        ({ tenantId, domainName }) => isMsspTenant(whose, tenantId) || isMsspDomain(whose, domainName),
      );
      const evidence = `its identity source is ${source?.tenantId ?? source?.domainName ?? ""}`;
      const ownership = owner(whose, {
        marks: [description],
        tenant: { id: source?.tenantId, evidence },
        claim: source === undefined ? undefined : evidence,
      });
      if (ownership === undefined) return [];
      const gives = [{ what: "its people can request access packages whose policies name it" }];
      const node = { kind: "connectedOrganization" as const, id, name: displayName, ...ownership, gives };
      return [{ ...node, ...deletion(tenant, graphConnectedOrganizations.item(id)) }];
    },
  );
}
