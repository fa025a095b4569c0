/** Resources that Azure Resource Manager shows by their ID. */
import { EnvironmentError } from "@defender-mssp/errors";
import {
  azureApiVersion,
  eligibilityEndPath,
  shownAzureRole,
  goneStatuses,
  isGone,
  lastSegment,
  request,
  scopeOfExtension,
  type AzureRoleAssignment,
  type PortalCall,
} from "@defender-mssp/microsoft";
import type { KindKey } from "../../../domain/kinds/kinds";
import { azRest } from "../azRest";
import { shellQuoted } from "../../base/shellWord";
import type { AzureCalls } from "./azureCalls";
import type { RegistrationAssignment } from "./customerAzure";
import type {
  AccessPrincipal,
  HeldGrant,
  KindCalls,
  KindTenant,
  ObjectIdentity,
  Presence,
  Sighting,
} from "./kindCalls";
import { ownership } from "./ownership";

export const azureResources = {
  keyVault: { presence: azurePresence("handover") },
  keyVaultSecret: { presence: azurePresence("handover") },
  vaultReader: { presence: azurePresence("handover") },
  resourceGroup: { presence: azurePresence("handover") },
  lighthouseDefinition: { presence: azurePresence("delegation") },
  lighthouseAssignment: { presence: azurePresence("delegation"), search: delegations },
  sentinelAssignment: { presence: azurePresence("delegation"), search: markedAssignments, held: azureRolesHeld },
} satisfies Partial<Record<KindKey, KindCalls>>;

/** @throws ServiceError where the identity may not read it: that says nothing of the resource. */
export function azurePresence(service: keyof AzureCalls) {
  return async (tenant: KindTenant, { id }: ObjectIdentity): Promise<Presence> => {
    const { endpoint, token } = signedInAzure(tenant, service);
    const answer = await request(`${endpoint}${id}?api-version=${azureApiVersion(id)}`, {
      token,
      accept: goneStatuses,
    });
    return { state: isGone(answer) ? "notFound" : "found" };
  };
}

/** @throws EnvironmentError where nobody is signed in to Azure. */
export function signedInAzure({ azure }: KindTenant, service: keyof AzureCalls): PortalCall {
  const call = azure[service];
  if (call !== undefined) return call;
  throw new EnvironmentError("Azure was not searched: the settings name no subscription, or the sign-in failed");
}

/** Delegations to the MSSP's tenant in every subscription that the identity sees. */
async function delegations({ customerAzure, owner }: KindTenant): Promise<Sighting[]> {
  return (await customerAzure.delegations())
    .filter(
      ({ properties: { registrationDefinition } }) =>
        registrationDefinition?.properties?.managedByTenantId?.toLowerCase() === owner.msspTenantId.toLowerCase(),
    )
    .map(({ id, properties }) => ({
      kind: "lighthouseAssignment",
      id,
      name: lastSegment(id),
      whose: "thisMssp",
      evidence: "its managing tenant is the MSSP's",
      gives: [`people of the MSSP's tenant have ${delegatedRoles(properties)} at ${scopeOfExtension(id)}`],
      step: `az managedservices assignment delete --assignment ${shellQuoted(id)}`,
    }));
}

/** Such as `the Azure role Reader, the eligible Azure role Contributor`. */
function delegatedRoles({ registrationDefinition }: RegistrationAssignment["properties"]): string {
  const { authorizations, eligibleAuthorizations } = registrationDefinition?.properties ?? {};
  const names = [
    ...(authorizations ?? []).map(({ roleDefinitionId }) => `the Azure role ${shownAzureRole(roleDefinitionId)}`),
    ...(eligibleAuthorizations ?? []).map(
      ({ roleDefinitionId }) => `the eligible Azure role ${shownAzureRole(roleDefinitionId)}`,
    ),
  ];
  return [...new Set(names)].join(", ") || "roles that Azure does not name";
}

/** Assignments in the subscriptions whose description has the stack's mark, or the MSSP's. */
async function markedAssignments(tenant: KindTenant): Promise<Sighting[]> {
  return (await tenant.customerAzure.assignments()).flatMap((assignment) => {
    const { id, properties } = assignment;
    const owner = ownership(tenant.owner, properties.description);
    if (owner === undefined) return [];
    return [
      {
        kind: "sentinelAssignment",
        id,
        name: azureRoleText(assignment),
        ...owner,
        ...(typeof properties.createdOn === "string" ? { createdOn: properties.createdOn } : {}),
        gives: [`the principal ${properties.principalId} has ${azureRoleText(assignment)} at ${properties.scope}`],
        step: removalStep(id),
      },
    ];
  });
}

/** Assigned and eligible ones. */
async function azureRolesHeld({ customerAzure }: KindTenant, { id }: AccessPrincipal): Promise<HeldGrant[]> {
  const isHeld = ({ properties }: AzureRoleAssignment) => properties.principalId.toLowerCase() === id.toLowerCase();
  const assigned = (await customerAzure.assignments()).filter(isHeld).map((assignment) => ({
    kind: "sentinelAssignment" as const,
    name: "Azure role",
    id: assignment.id,
    what: `${azureRoleText(assignment)} at ${assignment.properties.scope}`,
    step: removalStep(assignment.id),
  }));
  const eligible = (await customerAzure.eligibilities()).filter(isHeld).map((eligibility) => ({
    kind: "sentinelAssignment" as const,
    name: "eligible Azure role",
    id: eligibility.id,
    what: `${azureRoleText(eligibility, "eligible ")} at ${eligibility.properties.scope}`,
    step: endOfEligibleRole(eligibility),
  }));
  return [...assigned, ...eligible];
}

/** Such as `the Azure role Microsoft Sentinel Reader`. */
export function azureRoleText({ properties }: AzureRoleAssignment, state: "" | "eligible " = ""): string {
  return `the ${state}Azure role ${shownAzureRole(properties.roleDefinitionId)}`;
}

/** https://learn.microsoft.com/rest/api/authorization/role-eligibility-schedule-requests; the CLI adds the host. */
function endOfEligibleRole(eligibility: AzureRoleAssignment): string {
  const { principalId, roleDefinitionId } = eligibility.properties;
  return azRest("PUT", eligibilityEndPath(eligibility), {
    properties: { requestType: "AdminRemove", principalId, roleDefinitionId },
  });
}

function removalStep(id: string): string {
  return `az role assignment delete --ids ${shellQuoted(id)}`;
}
