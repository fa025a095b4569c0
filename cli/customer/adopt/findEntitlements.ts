/** Finds the MSSP's connected organization and the access packages that its people can request. */
import { recordOf } from "@defender-mssp/errors/json";
import {
  catalogResourcesPath,
  graphAccessPackages,
  graphAssignmentPolicies,
  graphCatalogs,
  graphUsers,
  listConnectedOrganizations,
  packageRolesPath,
} from "@defender-mssp/microsoft";
import { isOfDomains, type TenantReader } from "@defender-mssp/tenant";
import { markIn, type Candidate } from "./candidate";

interface Described {
  readonly id: string;
  readonly displayName: string;
  readonly description?: string | null;
}

/** As Graph beta has it: the azuread provider uses the same. */
interface Policy extends Described {
  readonly accessPackageId: string;
  readonly durationInDays?: number | null;
  readonly requestorSettings?: { readonly allowedRequestors?: readonly UserSet[] | null } | null;
  readonly requestApprovalSettings?: {
    readonly approvalStages?: readonly { readonly primaryApprovers?: readonly UserSet[] | null }[] | null;
  } | null;
  readonly accessReviewSettings?: { readonly isEnabled?: boolean; readonly recurrenceType?: string | null } | null;
}

interface UserSet {
  readonly "@odata.type"?: string;
  readonly id?: string | null;
}

interface RoleScope {
  readonly id: string;
  readonly accessPackageResourceScope?: { readonly originId?: string | null; readonly originSystem?: string | null };
}

export async function findEntitlements(tenant: TenantReader): Promise<Candidate[]> {
  const organizations = (await listConnectedOrganizations(tenant.graph)).flatMap((organization) => {
    const source = msspSource(tenant, organization);
    if (source === undefined) return [];
    const { id, displayName: name, state, description } = organization;
    return [{ key: "connectedOrganization" as const, id, name, state, source, ...markIn(description) }];
  });
  const ids = organizations.map(({ id }) => id);
  if (ids.length === 0) return [];
  const policies = (await tenant.list<Policy>(graphAssignmentPolicies.path)).filter(({ requestorSettings }) =>
    requestorSettings?.allowedRequestors?.some(({ id }) => ids.includes(id ?? "")),
  );
  const wanted = new Set(policies.map(({ accessPackageId }) => accessPackageId));
  const all = await tenant.list<Described & { readonly catalogId: string }>(graphAccessPackages.path);
  const packages = all.filter(({ id }) => wanted.has(id));
  const catalogs = [...new Set(packages.map(({ catalogId }) => catalogId))];
  return [
    ...organizations,
    ...(await Promise.all(catalogs.map((id) => catalog(tenant, id)))),
    ...(await Promise.all(packages.map((each) => accessPackage(tenant, each)))),
    ...(await Promise.all(
      packages.flatMap(({ id }) =>
        policies
          .filter(({ accessPackageId }) => accessPackageId === id)
          .map((policy) => assignmentPolicy(tenant, policy)),
      ),
    )),
  ];
}

function msspSource(
  { owner: { msspTenantId, domains } }: TenantReader,
  { identitySources }: Awaited<ReturnType<typeof listConnectedOrganizations>>[number],
): Candidate<"connectedOrganization">["source"] | undefined {
  for (const { tenantId, domainName } of identitySources) {
    if (tenantId?.toLowerCase() === msspTenantId) return { tenantId: msspTenantId };
    const domain = domainName?.toLowerCase();
    if (domain !== undefined && isOfDomains(domain, domains)) return { domain };
  }
  return undefined;
}

async function catalog({ graph, list }: TenantReader, id: string): Promise<Candidate> {
  const { displayName: name, description } = (await graph(graphCatalogs.item(id))).body as Described;
  const resources = await list<{ readonly originId?: string | null }>(catalogResourcesPath(id));
  const groupIds = resources.flatMap(({ originId }) => originId ?? []);
  return { key: "accessPackageCatalog", id, name, groupIds, ...markIn(description) };
}

async function accessPackage(
  { graph }: TenantReader,
  { id, displayName: name, description, catalogId }: Described & { readonly catalogId: string },
): Promise<Candidate> {
  const { body } = await graph(packageRolesPath(id, "Role", "Scope"));
  const scopes = (recordOf(body)["accessPackageResourceRoleScopes"] ?? []) as readonly RoleScope[];
  const groups = scopes.flatMap(({ id: roleScopeId, accessPackageResourceScope: scope }) =>
    scope?.originSystem === "AadGroup" ? [{ roleScopeId, groupId: scope.originId ?? "" }] : [],
  );
  return { key: "accessPackage", id, name, catalogId, groups, ...markIn(description) };
}

async function assignmentPolicy(tenant: TenantReader, policy: Policy): Promise<Candidate> {
  const stages = policy.requestApprovalSettings?.approvalStages ?? [];
  const people = stages
    .flatMap(({ primaryApprovers }) => primaryApprovers ?? [])
    .filter((set) => set["@odata.type"] === "#microsoft.graph.singleUser");
  const review = policy.accessReviewSettings;
  return {
    key: "assignmentPolicy",
    id: policy.id,
    name: policy.displayName,
    ...markIn(policy.description),
    of: [policy.accessPackageId],
    approvers: (await Promise.all(people.map(({ id }) => userPrincipalNames(tenant, id ?? "")))).flat(),
    durationInDays: policy.durationInDays ?? undefined,
    reviewFrequency: review?.isEnabled === false ? undefined : (review?.recurrenceType ?? undefined),
  };
}

/** Empty for a user who is gone. */
async function userPrincipalNames({ graph }: TenantReader, id: string): Promise<string[]> {
  const { status, body } = await graph(`${graphUsers.item(id)}?$select=id,userPrincipalName`, { accept: [404] });
  return status === 404 ? [] : [(body as { readonly userPrincipalName: string }).userPrincipalName];
}
