/** Roles in the customer's subscription that somebody gave the stack's groups and guests. */
import { azureRoleText } from "@defender-mssp/tenant";
import {
  graphServicePrincipals,
  isWithinScope,
  lastSegment,
  microsoftServicesTenantId,
  resourceGroupId,
  type AzureRoleAssignment,
} from "@defender-mssp/microsoft";
import { isCallError } from "@defender-mssp/errors";
import type { FoundAddition } from "./addition";
import { groupPrincipals, heldAdditions, peopleOf } from "./heldAdditions";
import { nodeAdditions } from "./nodeAdditions";
import { kindTenant, type AdditionsTenant } from "./tenant";

/** An adopted principal has had roles before: nobody added them. */
export async function azureRoleAdditions(
  tenant: AdditionsTenant,
  holders: ReadonlySet<string>,
): Promise<FoundAddition[]> {
  const found = [
    ...(await heldAdditions(tenant, "added Azure roles", holders)),
    ...(await nodeAdditions(tenant, { kind: "azureRole", name: "Azure role of a foreign group" })),
  ];
  // The directory's audit log does not have changes in Azure.
  return found.map((addition) => ({ ...addition, mentions: [addition.id] }));
}

/** Subscriptions that the looks at Azure could not read. */
export function unreadSubscriptions(tenant: AdditionsTenant): Promise<string | undefined> {
  const unread = kindTenant(tenant).customerAzure.unread();
  return Promise.resolve(unread.length === 0 ? undefined : `not looked at: ${unread.join("; ")}`);
}

/** The most assignments that the note names. */
const mostNamed = 5;

/**
 * Names the assignments of other parties on the workspace's resource group: no additions to the stack,
 * but the customer knows from them who else has access. Microsoft's own are left out.
 */
export async function otherAzureRoles(tenant: AdditionsTenant): Promise<string | undefined> {
  const { sentinelAccess } = tenant.settings;
  if (sentinelAccess === undefined) return undefined;
  const scope = resourceGroupId(sentinelAccess);
  const known = new Set([...peopleOf(tenant, new Set()), ...groupPrincipals(tenant)].map(({ id }) => id));
  const others: AzureRoleAssignment[] = [];
  for (const assignment of await kindTenant(tenant).customerAzure.assignments()) {
    const { properties } = assignment;
    if (!isWithinScope(properties.scope, scope) || known.has(properties.principalId.toLowerCase())) continue;
    if (tenant.deployed.declares(assignment.id) || (await isMicrosofts(tenant, assignment))) continue;
    others.push(assignment);
  }
  if (others.length === 0) return undefined;
  const named = others
    .slice(0, mostNamed)
    .map(
      (one) => `${azureRoleText(one)} of ${one.properties.principalType ?? "principal"} ${one.properties.principalId}`,
    );
  const rest = others.length > mostNamed ? `, and ${others.length - mostNamed} more` : "";
  return `other parties have on ${scope}: ${named.join(", ")}${rest}`;
}

/**
 * Roles that unified RBAC for Microsoft Sentinel assigns when it copies its own assignments to Azure.
 * Observed on 2026-09-03; Microsoft documents none of their IDs.
 */
const syncedRoles: readonly string[] = [
  "78b7345a-1e1b-483a-ac62-62228c6ea89d",
  "1bacae94-6c0f-4d2d-8dfa-408d5a28e6ec",
  "625a1cea-653b-4a19-bd3a-df1d66ab6637",
  "d56b031f-8d90-4376-9231-b5c94fce88ef",
  "40ead2a5-466e-4039-8a80-325542d9d2dd",
  "ca62263b-07d5-4b48-b437-088803f5c2ff",
  "1fd5d8bf-9037-4ede-89bf-680f798e2765",
];

/**
 * Whether Microsoft assigned it: to Microsoft Threat Protection and WindowsDefenderATP when a
 * workspace is connected, to MTP Unified RBAC when unified RBAC is activated, or a copy of the latter.
 */
async function isMicrosofts({ call }: AdditionsTenant, { properties }: AzureRoleAssignment): Promise<boolean> {
  if (syncedRoles.includes(lastSegment(properties.roleDefinitionId).toLowerCase())) return true;
  if (properties.principalType !== "ServicePrincipal") return false;
  try {
    const { body } = await call(
      `${graphServicePrincipals.item(properties.principalId)}?$select=id,displayName,appOwnerOrganizationId`,
      { accept: [404] },
    );
    const { appOwnerOrganizationId } = (body ?? {}) as { readonly appOwnerOrganizationId?: string | null };
    return appOwnerOrganizationId?.toLowerCase() === microsoftServicesTenantId;
  } catch (error) {
    // Who may not read applications sees it named by its ID.
    if (!isCallError(error)) throw error;
    return false;
  }
}
