/** Finds the MSSP's connected organization and the access packages that its people can request. */
import {
  catalogResourcesPath,
  graphAccessPackages,
  graphAssignmentPolicies,
  graphCatalogs,
  graphList,
  graphUsers,
  listConnectedOrganizations,
  packageRolesPath,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { isOfDomains } from "@defender-mssp/tenant";
import { markIn } from "./markIn";
import type { SearchedTenant } from "./searchedTenant";
import type { FoundCatalog, FoundOrganization, FoundPackage, FoundPolicy, FoundTenant } from "./found";

type Entitlements = Pick<FoundTenant, "organizations" | "catalogs" | "packages">;

export const noEntitlements: Entitlements = { organizations: [], catalogs: [], packages: [] };

/** As Graph beta has it: the azuread provider uses the same. */
interface Policy {
  readonly id: string;
  readonly displayName: string;
  readonly description?: string | null;
  readonly accessPackageId: string;
  readonly durationInDays?: number | null;
  readonly requestorSettings?: { readonly allowedRequestors?: readonly UserSet[] | null } | null;
  readonly requestApprovalSettings?: {
    readonly approvalStages?: readonly { readonly primaryApprovers?: readonly UserSet[] | null }[] | null;
  } | null;
  readonly accessReviewSettings?: { readonly isEnabled?: boolean; readonly recurrenceType?: string | null } | null;
}

interface Described {
  readonly id: string;
  readonly displayName: string;
  readonly description?: string | null;
}

interface UserSet {
  readonly "@odata.type"?: string;
  readonly id?: string | null;
}

interface PackageWithRoles {
  readonly accessPackageResourceRoleScopes?: readonly {
    readonly id: string;
    readonly accessPackageResourceScope?: { readonly originId?: string | null; readonly originSystem?: string | null };
  }[];
}

export async function findEntitlements(tenant: SearchedTenant): Promise<Entitlements> {
  const { call } = tenant;
  const organizations = (await listConnectedOrganizations(call)).flatMap((one): FoundOrganization[] => {
    const source = sourceOf(one, tenant);
    return source === undefined
      ? []
      : [{ id: one.id, displayName: one.displayName, state: one.state, source, ...markIn(one.description) }];
  });
  if (organizations.length === 0) return noEntitlements;
  const ids = organizations.map(({ id }) => id);
  const policies = (await graphList<Policy>(call, graphAssignmentPolicies.path)).filter((policy) =>
    organizationOf(policy, ids),
  );
  const packages = await packagesOf(call, policies, ids);
  const catalogs = await Promise.all([...new Set(packages.map(({ catalogId }) => catalogId))].map(catalogOf(call)));
  return { organizations, catalogs, packages };
}

function sourceOf(
  { identitySources }: Awaited<ReturnType<typeof listConnectedOrganizations>>[number],
  { msspTenantId, msspDomains }: SearchedTenant,
): FoundOrganization["source"] | undefined {
  for (const { tenantId, domainName } of identitySources) {
    if (tenantId?.toLowerCase() === msspTenantId) return { tenantId: msspTenantId };
    const domain = domainName?.toLowerCase();
    if (domain !== undefined && isOfDomains(domain, msspDomains)) return { domain };
  }
  return undefined;
}

function organizationOf({ requestorSettings }: Policy, organizations: readonly string[]): string | undefined {
  const requestors = requestorSettings?.allowedRequestors ?? [];
  return requestors.map(({ id }) => id ?? "").find((id) => organizations.includes(id));
}

async function packagesOf(
  call: GraphCall,
  policies: readonly Policy[],
  organizations: readonly string[],
): Promise<FoundPackage[]> {
  const all = await graphList<Described & Pick<FoundPackage, "catalogId">>(call, graphAccessPackages.path);
  const wanted = new Set(policies.map(({ accessPackageId }) => accessPackageId));
  const found = all.filter(({ id }) => wanted.has(id));
  return Promise.all(
    found.map(async ({ id, displayName, description, catalogId }) => {
      const { body } = await call(packageRolesPath(id, "Role", "Scope"));
      const scopes = (body as PackageWithRoles).accessPackageResourceRoleScopes ?? [];
      const own = policies.filter(({ accessPackageId }) => accessPackageId === id);
      return {
        id,
        displayName,
        catalogId,
        ...markIn(description),
        groups: scopes.flatMap(({ id: roleScopeId, accessPackageResourceScope: scope }) =>
          scope?.originSystem === "AadGroup" ? [{ roleScopeId, groupId: scope.originId ?? "" }] : [],
        ),
        policies: await Promise.all(own.map((policy) => policyOf(call, policy, organizations))),
      };
    }),
  );
}

async function policyOf(call: GraphCall, policy: Policy, organizations: readonly string[]): Promise<FoundPolicy> {
  const stages = policy.requestApprovalSettings?.approvalStages ?? [];
  const users = stages
    .flatMap(({ primaryApprovers }) => primaryApprovers ?? [])
    .filter((set) => set["@odata.type"] === "#microsoft.graph.singleUser");
  const review = policy.accessReviewSettings;
  return {
    id: policy.id,
    displayName: policy.displayName,
    ...markIn(policy.description),
    organizationId: organizationOf(policy, organizations) ?? "",
    approvers: (await Promise.all(users.map(({ id }) => principalName(call, id ?? "")))).flat(),
    durationInDays: policy.durationInDays ?? undefined,
    reviewFrequency: review?.isEnabled === false ? undefined : (review?.recurrenceType ?? undefined),
  };
}

async function principalName(call: GraphCall, id: string): Promise<string[]> {
  const { status, body } = await call(`${graphUsers.item(id)}?$select=id,userPrincipalName`, { accept: [404] });
  return status === 404 ? [] : [(body as { userPrincipalName: string }).userPrincipalName];
}

function catalogOf(call: GraphCall) {
  return async (id: string): Promise<FoundCatalog> => {
    const { body } = await call(graphCatalogs.item(id));
    const resources = await graphList<{ originId?: string | null }>(call, catalogResourcesPath(id));
    return {
      id,
      displayName: (body as Described).displayName,
      ...markIn((body as Described).description),
      groupIds: resources.flatMap(({ originId }) => originId ?? []),
    };
  };
}
