/** Resources that Azure Resource Manager shows by their ID. */
import { EnvironmentError } from "@defender-mssp/errors";
import {
  azureRoles,
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
import { type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";
import { azRest } from "../azRest";
import { shellQuoted } from "@defender-mssp/errors/escape";
import type { RegistrationAssignment } from "../customerAzure";
import type { AzureCalls, Principal, Edge, TenantReader, ObjectIdentity, Presence, OwnedNode } from "../reader";
import { isMsspTenant, ownerByMark } from "../owner";

/** What resources in the MSSP's subscription share. */
const inMsspSubscription = {
  place: "MSSP's subscription",
  read: ["Reader"],
  search: notApplicable("it is in the MSSP's subscription, and gives nothing in the customer's tenant"),
  presence: azurePresence("handover"),
} as const;

export const azureResources = {
  /** The Key Vault in which the MSSP's SIEM finds the connector's secret. */
  keyVault: {
    ...inMsspSubscription,
    singular: "Key Vault",
    address: notApplicable("Azure Resource Manager has it"),
  },
  /** The connector's credential in the Key Vault. */
  keyVaultSecret: {
    ...inMsspSubscription,
    singular: "Key Vault secret",
    address: notApplicable("Azure Resource Manager has it"),
  },
  /** The SIEM's right to read the secret in the Key Vault: a role assignment of Azure. */
  vaultReader: {
    ...inMsspSubscription,
    singular: "Azure role assignment",
    address: notApplicable("it is a part of another object"),
  },
  /** The resource group of the Key Vault. */
  resourceGroup: {
    ...inMsspSubscription,
    singular: "resource group",
    address: notApplicable("Azure Resource Manager has it"),
  },
  /** The definition of an Azure Lighthouse delegation. */
  lighthouseDefinition: {
    singular: "Azure Lighthouse definition",
    place: "customer's subscription",
    address: notApplicable("Azure Resource Manager has it"),
    read: ["Reader"],
    search: notApplicable("its assignments, which give access, are searched"),
    presence: azurePresence("delegation"),
  },
  /** The assignment of an Azure Lighthouse delegation to a subscription or resource group. */
  lighthouseAssignment: {
    singular: "Azure Lighthouse delegation",
    place: "customer's subscription",
    address: notApplicable("Azure Resource Manager has it"),
    read: ["Reader"],
    presence: azurePresence("delegation"),
    search: delegations,
  },
  /** An analysts' group's role on the resource group of a Microsoft Sentinel workspace. */
  sentinelAssignment: {
    singular: "Microsoft Sentinel role assignment",
    place: "customer's subscription",
    address: notApplicable("Azure Resource Manager has it"),
    read: ["Reader"],
    presence: azurePresence("delegation"),
    search: markedAssignments,
    held: notApplicable("the roles that somebody holds are a kind of their own"),
  },
  /** A role in a subscription that somebody holds, or may activate, whoever assigned it. */
  azureRole: {
    singular: "Azure role",
    place: "customer's subscription",
    address: notApplicable("Azure Resource Manager has it"),
    read: ["Reader"],
    presence: notApplicable("the stack's own are Microsoft Sentinel role assignments"),
    search: foreignGroups,
    held: azureRolesHeld,
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;

/** @throws ServiceError where the identity may not read it: that says nothing of the resource. */
export function azurePresence(service: keyof AzureCalls) {
  return async (tenant: TenantReader, { id }: ObjectIdentity): Promise<Presence> => {
    const { endpoint, token } = signedInAzure(tenant, service);
    const answer = await request(`${endpoint}${id}?api-version=${azureApiVersion(id)}`, {
      token,
      accept: goneStatuses,
    });
    return { state: isGone(answer) ? "notFound" : "found" };
  };
}

/** @throws EnvironmentError where nobody is signed in to Azure. */
export function signedInAzure({ azure }: TenantReader, service: keyof AzureCalls): PortalCall {
  const call = azure[service];
  if (call !== undefined) return call;
  throw new EnvironmentError("Azure was not searched: the settings name no subscription, or the sign-in failed");
}

/** Delegations to the MSSP's tenant in every subscription that the identity sees. */
async function delegations({ customerAzure, owner }: TenantReader): Promise<OwnedNode[]> {
  return (await customerAzure.delegations())
    .filter(({ properties }) => isMsspTenant(owner, properties.registrationDefinition?.properties?.managedByTenantId))
    .map(({ id, properties }) => ({
      kind: "lighthouseAssignment",
      id,
      name: lastSegment(id),
      whose: "mssp",
      evidence: "its managing tenant is the MSSP's",
      gives: [
        {
          what: `people of the MSSP's tenant have ${delegatedRoles(properties)} at ${scopeOfExtension(id)}`,
          principal: properties.registrationDefinition?.properties?.managedByTenantId ?? owner.msspTenantId,
        },
      ],
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
async function markedAssignments(tenant: TenantReader): Promise<OwnedNode[]> {
  return (await tenant.customerAzure.assignments()).flatMap((assignment) => {
    const { id, properties } = assignment;
    const owner = ownerByMark(tenant.owner, properties.description);
    if (owner === undefined) return [];
    return [
      {
        kind: "sentinelAssignment",
        id,
        name: azureRoleText(assignment),
        ...owner,
        ...(typeof properties.createdOn === "string" ? { createdOn: properties.createdOn } : {}),
        gives: [
          {
            what: `the principal ${properties.principalId} has ${azureRoleText(assignment)} at ${properties.scope}`,
            principal: properties.principalId,
          },
        ],
        step: removalStep(id),
      },
    ];
  });
}

/** Roles of groups of another tenant: Azure does not say of which, and no guest or member shows them. */
async function foreignGroups({ customerAzure, owner }: TenantReader): Promise<OwnedNode[]> {
  const isForeign = ({ properties: { principalType, description } }: AzureRoleAssignment) =>
    principalType?.toLowerCase() === "foreigngroup" && ownerByMark(owner, description) === undefined;
  return (await customerAzure.assignments()).filter(isForeign).map((assignment) => {
    const { id, properties } = assignment;
    const what = `a group of another tenant, ${properties.principalId}, has ${azureRoleText(assignment)} at ${properties.scope}`;
    return {
      kind: "azureRole",
      id,
      name: azureRoleText(assignment),
      whose: "claimed",
      mayBeOthers: true,
      evidence: "its principal is a group of another tenant, which may be the MSSP's",
      gives: [{ what, principal: properties.principalId }],
      step: removalStep(id),
    };
  });
}

/** Assigned and eligible ones. */
async function azureRolesHeld({ customerAzure }: TenantReader, { id }: Principal): Promise<Edge[]> {
  const isHeld = ({ properties }: AzureRoleAssignment) => properties.principalId.toLowerCase() === id.toLowerCase();
  const assigned = (await customerAzure.assignments()).filter(isHeld).map((assignment) => ({
    kind: "azureRole" as const,
    name: "Azure role",
    id: assignment.id,
    what: `${azureRoleText(assignment)} at ${assignment.properties.scope}`,
    ...(isReader(assignment) && { readsOnly: true }),
    step: removalStep(assignment.id),
  }));
  const eligible = (await customerAzure.eligibilities()).filter(isHeld).map((eligibility) => ({
    kind: "azureRole" as const,
    way: "eligibleAzureRole",
    name: "eligible Azure role",
    id: eligibility.id,
    what: `${azureRoleText(eligibility, "eligible ")} at ${eligibility.properties.scope}`,
    step: endOfEligibleRole(eligibility),
  }));
  return [...assigned, ...eligible];
}

function isReader({ properties }: AzureRoleAssignment): boolean {
  return properties.roleDefinitionId.toLowerCase().endsWith(azureRoles.Reader);
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
