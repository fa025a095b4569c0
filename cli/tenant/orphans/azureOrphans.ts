/**
 * Azure resources of the stack that exist and are missing in its state: azure-native refuses to
 * create an existing resource. Names have random parts, which the state contains before the
 * resources exist.
 */
import { azureRoles, lastSegment, request, vaultOfResourceId, type PortalCall } from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import type { AzureCalls } from "./azureCalls";
import { undated, type FinderState, type Orphan } from "./orphan";
import { handoverVaultName } from "../../../domain/naming";
import { urnName } from "../../../domain/urn";
import { azureNative, providerType } from "../../../domain/resourceTypes";
import { delegationName, handoverName } from "../../../domain/resourceNames";

interface Candidate {
  readonly what: string;
  /** Type token without the package, such as `keyvault:Vault`. */
  readonly type: string;
  /** Name in the state. */
  readonly name: string;
  readonly id: string;
  readonly apiVersion: string;
}

/** Finds orphans, parts before the resource that contains them. Changes nothing. */
export async function azureOrphans(settings: Settings, state: FinderState, calls: AzureCalls): Promise<Orphan[]> {
  const found = [];
  for (const service of ["delegation", "handover"] as const) {
    const call = calls[service];
    if (call === undefined) continue;
    const candidates = service === "delegation" ? delegated(settings, state) : handedOver(settings, state);
    for (const candidate of candidates) {
      if (await isOrphan(call, candidate, state)) found.push(orphan(candidate, service, state));
    }
    if (service === "handover") found.push(...(await readers(call, settings, state)));
  }
  return found;
}

function delegated({ azureDelegation: delegation }: Settings, state: FinderState): Candidate[] {
  if (delegation === undefined) return [];
  const subscription = `/subscriptions/${delegation.subscriptionId}`;
  const group = delegation.resourceGroupName;
  const scope = group === undefined ? subscription : `${subscription}/resourceGroups/${group}`;
  const apiVersion = "2022-10-01";
  const provider = "providers/Microsoft.ManagedServices";
  return [
    ...madeUp(state, `${delegationName}-assignment-id`).map((id) => ({
      what: "Azure Lighthouse delegation",
      type: "managedservices:RegistrationAssignment",
      name: `${delegationName}-assignment`,
      id: `${scope}/${provider}/registrationAssignments/${id}`,
      apiVersion,
    })),
    ...madeUp(state, `${delegationName}-definition-id`).map((id) => ({
      what: "definition of the Azure Lighthouse delegation",
      type: "managedservices:RegistrationDefinition",
      name: `${delegationName}-definition`,
      id: `${subscription}/${provider}/registrationDefinitions/${id}`,
      apiVersion,
    })),
  ];
}

function handedOver(settings: Settings, state: FinderState): Candidate[] {
  const vault = vaultOf(settings, state);
  if (vault === undefined) return [];
  const { groupId, vaultId, secretId, isMade } = vault;
  const apiVersion = "2024-11-01";
  const secret = {
    what: "secret in Key Vault",
    type: "keyvault:Secret",
    name: `${handoverName}-secret`,
    id: secretId,
    apiVersion,
  };
  if (!isMade) return [secret];
  return [
    secret,
    { what: "Key Vault", type: "keyvault:Vault", name: `${handoverName}-vault`, id: vaultId, apiVersion },
    ...(settings.handover?.resourceGroupName === undefined
      ? [
          {
            what: "resource group of the Key Vault",
            type: "resources:ResourceGroup",
            name: `${handoverName}-resource-group`,
            id: groupId,
            apiVersion: "2024-11-01",
          },
        ]
      : []),
  ];
}

/** The role assignment has an unknown name: it is found by principal and role. */
async function readers(call: PortalCall, settings: Settings, state: FinderState): Promise<Orphan[]> {
  const vault = vaultOf(settings, state);
  const { readerObjectId } = settings.handover ?? {};
  if (vault === undefined || readerObjectId === undefined) return [];
  const path = `${vault.secretId}/providers/Microsoft.Authorization/roleAssignments`;
  const { status, body } = await ask(call, `${path}?api-version=2022-04-01`);
  const { value = [] } = (status === 200 ? body : {}) as { value?: readonly RoleAssignment[] };
  return value
    .filter(({ id, properties: { principalId, roleDefinitionId } }) => {
      const isReaders =
        principalId === readerObjectId && roleDefinitionId.endsWith(azureRoles["Key Vault Secrets User"]);
      return isReaders && id.toLowerCase().startsWith(path.toLowerCase()) && !isKnown(state, id);
    })
    .map(({ id }) =>
      orphan(
        {
          what: "right to read the secret in Key Vault",
          type: "authorization:RoleAssignment",
          name: `${handoverName}-reader`,
          id,
          apiVersion: "2022-04-01",
        },
        "handover",
        state,
      ),
    );
}

interface RoleAssignment {
  readonly id: string;
  readonly properties: { readonly principalId: string; readonly roleDefinitionId: string };
}

function vaultOf({ handover, tenantId }: Settings, state: FinderState) {
  if (handover === undefined) return undefined;
  const secret = handover.secretName ?? `siem-${tenantId}`;
  const subscription = `/subscriptions/${handover.subscriptionId}`;
  if (handover.vaultId !== undefined) {
    const { resourceGroupName = "" } = vaultOfResourceId(handover.vaultId) ?? {};
    const groupId = `${subscription}/resourceGroups/${resourceGroupName}`;
    return { groupId, vaultId: handover.vaultId, secretId: `${handover.vaultId}/secrets/${secret}`, isMade: false };
  }
  const [suffix] = madeUp(state, `${handoverName}-suffix`);
  if (suffix === undefined) return undefined;
  const name = handoverVaultName(Buffer.from(suffix, "base64url").toString("hex"));
  const groupId = `${subscription}/resourceGroups/${handover.resourceGroupName ?? name}`;
  const vaultId = `${groupId}/providers/Microsoft.KeyVault/vaults/${name}`;
  return { groupId, vaultId, secretId: `${vaultId}/secrets/${secret}`, isMade: true };
}

/** The ID of a resource of the provider `random`, which is the random value. */
function madeUp(state: FinderState, name: string): string[] {
  const found = state.resources.filter(({ type, urn }) => type.startsWith("random:") && urnName(urn) === name);
  return found.map(({ id }) => id).filter((id) => id !== "");
}

function isKnown(state: FinderState, id: string): boolean {
  return state.resources.some((one) => one.id.toLowerCase() === id.toLowerCase());
}

async function isOrphan(call: PortalCall, { id, apiVersion }: Candidate, state: FinderState): Promise<boolean> {
  if (isKnown(state, id)) return false;
  return (await ask(call, `${id}?api-version=${apiVersion}`)).status === 200;
}

/** Without permission nothing is found; `up` then names the resource. */
async function ask({ endpoint, token }: PortalCall, path: string) {
  return request(`${endpoint}${path}`, { token, accept: [403, 404] });
}

function orphan(
  { what, type, name, id, apiVersion }: Candidate,
  service: keyof AzureCalls,
  state: FinderState,
): Orphan {
  const evidence = { owner: "thisStack", text: "its name, of which the stack's state has the random part" } as const;
  const isPending = state.pending.some(
    ({ operation, resource }) => operation === "creating" && resource.type === azureNative(type),
  );
  // A deleted vault keeps its name for up to 90 days, so a person must decide.
  const interrupted = isPending && service === "delegation";
  return {
    ...undated(`${what} "${lastSegment(id)}"`, id, evidence, interrupted),
    removal: { method: "DELETE", path: `${id}?api-version=${apiVersion}`, service },
    importArguments: importOf(state, azureNative(type), name, id),
  };
}

function importOf(state: FinderState, type: string, name: string, id: string): readonly string[] | undefined {
  const component = name.slice(0, name.indexOf("-"));
  const parent = state.resources.find(({ custom, urn }) => !custom && urnName(urn) === component);
  const provider = state.resources.find(
    (one) => one.type === providerType("azure-native") && urnName(one.urn) === `${component}-azure`,
  );
  if (parent === undefined || provider === undefined) return undefined;
  return [type, name, id, "--parent", `parent=${parent.urn}`, "--provider", `provider=${provider.urn}`];
}
