/**
 * Azure resources of the stack that exist and are missing in its state: azure-native refuses to
 * create an existing resource. Names have random parts, which the state contains before the
 * resources exist.
 */
import { type AzureCalls, searchKind, signedInAzure, type TenantReader } from "@defender-mssp/tenant";
import {
  keyVault,
  keyVaultSecret,
  lighthouseAssignment,
  lighthouseDefinition,
  resourceGroup,
  sentinelAssignment,
  vaultReader,
} from "../../../domain/kinds/azureResources";
import {
  azureApiVersion,
  azureRoles,
  azureScope,
  delegationDefinitionsPath,
  delegationsPath,
  goneStatuses,
  isGone,
  lastSegment,
  remoteGroup,
  request,
  roleAssignmentsPath,
  sentinelRoleName,
  sentinelRoles,
  vaultOfResourceId,
  vaultPath,
  type AzureRoleAssignment,
} from "@defender-mssp/microsoft";
import { applicable, type AccessKind } from "../../../domain/kinds/accessKind";
import { hasSentinelAccess } from "../../../domain/prerequisiteSettings";
import type { Settings } from "../../../settings";
import { lookAll, undated, type Orphan, type OrphanSearch } from "./orphan";
import type { Deployed } from "../deployed";
import { handoverVaultName } from "../../../domain/naming";
import { urnName } from "../../../domain/urn";
import { providerType } from "../../../domain/resourceTypes";
import { delegationName, handoverName, sentinelName } from "../../../domain/resourceNames";

interface Candidate {
  readonly kind: AccessKind;
  /** Name in the state. */
  readonly name: string;
  readonly id: string;
}

/**
 * Finds orphans, parts before the resource that contains them. Changes nothing. A resource that may not
 * be read is unread, never "not there".
 */
export function azureOrphans(tenant: TenantReader, settings: Settings, deployed: Deployed): Promise<OrphanSearch> {
  const hasReader = settings.handover?.readerObjectId !== undefined;
  return lookAll([
    ...[...delegated(settings, deployed), ...handedOver(settings, deployed)].map((candidate) => ({
      kind: candidate.kind,
      find: () => presentOrphan(tenant, candidate, deployed),
    })),
    ...(hasReader ? [{ kind: vaultReader, find: () => readers(tenant, settings, deployed) }] : []),
    ...(hasSentinelAccess(settings) ? [{ kind: sentinelAssignment, find: () => assignments(tenant, deployed) }] : []),
  ]);
}

/** Role assignments with the mark of the stack that its state does not have. */
async function assignments(tenant: TenantReader, deployed: Deployed): Promise<readonly Orphan[]> {
  const own = (await searchKind(tenant, "sentinelAssignment")).filter(
    ({ id, whose }) => whose === "stack" && !deployed.hasWhole(id),
  );
  const all = await tenant.customerAzure.assignments();
  return own.map(({ id }) => {
    const assignment = all.find((candidate) => candidate.id === id);
    return orphan({ kind: sentinelAssignment, name: assignmentName(assignment, deployed), id }, deployed);
  });
}

/** The name that the program gives the assignment; one of no known group cannot be imported. */
function assignmentName(assignment: AzureRoleAssignment | undefined, deployed: Deployed): string {
  const group = deployed.resources.find(({ id }) => lastSegment(id) === assignment?.properties.principalId);
  const { principalType, principalId = "" } = assignment?.properties ?? {};
  const key =
    principalType === "ForeignGroup"
      ? remoteGroup(principalId)
      : /-(analysts|tier1|tier2|approvers)-group$/.exec(group === undefined ? "" : urnName(group.urn ?? ""))?.[1];
  const role = sentinelRoleName(assignment?.properties.roleDefinitionId ?? "");
  return key === undefined || role === undefined ? "" : `${sentinelName}-${key}-${sentinelRoles[role]}`;
}

function delegated({ azureDelegation: delegation }: Settings, deployed: Deployed): Candidate[] {
  if (delegation === undefined) return [];
  const { subscriptionId } = delegation;
  return [
    ...madeUp(deployed, `${delegationName}-assignment-id`).map((id) => ({
      kind: lighthouseAssignment,
      name: `${delegationName}-assignment`,
      id: `${delegationsPath(azureScope(delegation))}/${id}`,
    })),
    ...madeUp(deployed, `${delegationName}-definition-id`).map((id) => ({
      kind: lighthouseDefinition,
      name: `${delegationName}-definition`,
      id: `${delegationDefinitionsPath(azureScope({ subscriptionId }))}/${id}`,
    })),
  ];
}

function handedOver(settings: Settings, deployed: Deployed): Candidate[] {
  const vault = vaultOf(settings, deployed);
  if (vault === undefined) return [];
  const { groupId, vaultId, secretId, isMade } = vault;
  const secret = { kind: keyVaultSecret, name: `${handoverName}-secret`, id: secretId };
  if (!isMade) return [secret];
  return [
    secret,
    { kind: keyVault, name: `${handoverName}-vault`, id: vaultId },
    ...(settings.handover?.resourceGroupName === undefined
      ? [{ kind: resourceGroup, name: `${handoverName}-resource-group`, id: groupId }]
      : []),
  ];
}

/** The role assignment has an unknown name: it is found by principal and role. */
async function readers(tenant: TenantReader, settings: Settings, deployed: Deployed): Promise<readonly Orphan[]> {
  const vault = vaultOf(settings, deployed);
  if (vault === undefined) return [];
  const { endpoint, token } = signedInAzure(tenant, "handover");
  const path = roleAssignmentsPath(vault.secretId);
  const answer = await request(`${endpoint}${path}?api-version=${azureApiVersion(`${path}/`)}`, {
    token,
    accept: goneStatuses,
  });
  if (isGone(answer)) return [];
  const { value = [] } = answer.body as { value?: readonly RoleAssignment[] };
  return value
    .filter(({ id, properties: { principalId, roleDefinitionId } }) => {
      const isReaders =
        principalId === settings.handover?.readerObjectId &&
        roleDefinitionId.endsWith(azureRoles["Key Vault Secrets User"]);
      return isReaders && id.toLowerCase().startsWith(path.toLowerCase()) && !deployed.hasWhole(id);
    })
    .map(({ id }) => orphan({ kind: vaultReader, name: `${handoverName}-reader`, id }, deployed));
}

interface RoleAssignment {
  readonly id: string;
  readonly properties: { readonly principalId: string; readonly roleDefinitionId: string };
}

function vaultOf({ handover, tenantId }: Settings, deployed: Deployed) {
  if (handover === undefined) return undefined;
  const secret = handover.secretName ?? `siem-${tenantId}`;
  const { subscriptionId } = handover;
  if (handover.vaultId !== undefined) {
    const { resourceGroupName = "" } = vaultOfResourceId(handover.vaultId) ?? {};
    const groupId = azureScope({ subscriptionId, resourceGroupName });
    return { groupId, vaultId: handover.vaultId, secretId: `${handover.vaultId}/secrets/${secret}`, isMade: false };
  }
  const [suffix] = madeUp(deployed, `${handoverName}-suffix`);
  if (suffix === undefined) return undefined;
  const name = handoverVaultName(Buffer.from(suffix, "base64url").toString("hex"));
  const groupId = azureScope({ subscriptionId, resourceGroupName: handover.resourceGroupName ?? name });
  const vaultId = vaultPath(groupId, name);
  return { groupId, vaultId, secretId: `${vaultId}/secrets/${secret}`, isMade: true };
}

/** The ID of a resource of the provider `random`, which is the random value. */
function madeUp(deployed: Deployed, name: string): string[] {
  const found = deployed.resources.filter(({ type, urn }) => type.startsWith("random:") && urnName(urn ?? "") === name);
  return found.map(({ id }) => id).filter((id) => id !== "");
}

async function presentOrphan(
  tenant: TenantReader,
  candidate: Candidate,
  deployed: Deployed,
): Promise<readonly Orphan[]> {
  const presence = applicable(candidate.kind.presence);
  if (presence === undefined || deployed.hasWhole(candidate.id)) return [];
  return (await presence(tenant, candidate)).state === "found" ? [orphan(candidate, deployed)] : [];
}

function orphan({ kind, name, id }: Candidate, deployed: Deployed): Orphan {
  const text =
    kind === sentinelAssignment
      ? "its description, which has this stack's mark"
      : "its name, of which the stack's state has the random part";
  const evidence = { owner: "thisStack", text } as const;
  const service: keyof AzureCalls = kind.place === "customer's subscription" ? "delegation" : "handover";
  const [type = ""] = applicable(kind.types) ?? [];
  // A deleted vault keeps its name for up to 90 days, so a person must decide.
  const interrupted = service === "delegation" && deployed.isCreating({ types: [type] });
  return {
    ...undated(`${kind.singular} "${lastSegment(id)}"`, id, evidence, interrupted),
    removal: { method: "DELETE", path: `${id}?api-version=${azureApiVersion(id)}`, service },
    importArguments: importOf(deployed, type, name, id),
  };
}

function importOf(deployed: Deployed, type: string, name: string, id: string): readonly string[] | undefined {
  if (name === "") return undefined;
  const component = name.slice(0, name.indexOf("-"));
  const parent = deployed.resources.find(({ custom, urn }) => custom === false && urnName(urn ?? "") === component);
  const provider = deployed.resources.find(
    (one) => one.type === providerType("azure-native") && urnName(one.urn ?? "") === `${component}-azure`,
  );
  if (parent?.urn === undefined || provider?.urn === undefined) return undefined;
  return [type, name, id, "--parent", `parent=${parent.urn}`, "--provider", `provider=${provider.urn}`];
}
