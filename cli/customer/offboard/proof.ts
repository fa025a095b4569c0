/**
 * Proves in the customer's tenant that nothing of a stack is left: each object by its ID, everything
 * that carries the stack's mark, and a governance relationship of the two tenants. Reads only.
 */
import {
  clouds,
  getNotificationRule,
  getSiemAuthorization,
  graphCall,
  isCallError,
  listRoleAssignments,
  listRoleDefinitions,
  requestToken,
  ServiceError,
  wait,
  type GraphCall,
  type PortalCall,
} from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import { defenderEndpointOf, readStackSettings } from "../../../settings/fromFile";
import type { Place } from "../../base/place";
import { azureCalls, type AzureCalls } from "../../tenant/orphans/azureCalls";
import { findOrphans } from "../../tenant/orphans/orphans";
import type { Orphan } from "../../tenant/orphans/orphan";
import { lookAtGovernance, type GovernanceLook } from "../governance/look";
import type { Item, Proof } from "./inventory";
import type { OffboardingJournal } from "./journal";
import { tenantEndpoints } from "../../tenant/tenantEndpoints";

/**
 * `gone`, `softDeleted`: restorable until `until`, `adopted`: it stays, `byHand`: a person must
 * remove it in the portal, `left`: it is still there, `notChecked`.
 */
export type ItemState = "gone" | "softDeleted" | "adopted" | "byHand" | "left" | "notChecked";

export interface ProvedItem extends Item {
  readonly state: ItemState;
  /** When it was deleted, where the tenant says so. ISO 8601, UTC. */
  readonly deletedOn?: string;
  /** When Entra removes a soft-deleted object for good. ISO 8601, UTC. */
  readonly until?: string;
  /** Why it was not checked. */
  readonly reason?: string;
}

/** An object that the search by marks and names found. */
export interface Found {
  readonly what: string;
  readonly id: string;
  /** Whether it carries this stack's mark; otherwise only its name is the same. */
  readonly isOurs: boolean;
  readonly evidence: string;
}

/** The governance relationship, which `pulumi destroy` does not end. */
export interface GovernanceProof {
  readonly look: GovernanceLook;
  /** Whether it must have been looked at: with the model `governance`. */
  readonly isRequired: boolean;
}

export interface Proved {
  /** ISO 8601, UTC. */
  readonly checkedOn: string;
  readonly items: readonly ProvedItem[];
  readonly found: readonly Found[];
  readonly governance: GovernanceProof;
  /** What could not be searched, and why. */
  readonly notes: readonly string[];
}

export interface ProofRun extends Place {
  readonly stack: string;
  readonly now: () => Date;
  /** Waits for the directory's replicas; for tests. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** Waits between looks at what is still there: a replica may be behind. In milliseconds. */
const patience = [1_000, 2_000, 4_000];

/** Whether nothing of the stack is left, and everything was looked at. */
export function isProved({ items, found, governance, notes }: Proved): boolean {
  const isOpen = ({ state }: ProvedItem): boolean => state === "left" || state === "notChecked" || state === "byHand";
  const isMarked = found.some(({ isOurs }) => isOurs);
  return !items.some(isOpen) && !isMarked && !isRelationshipOpen(governance) && notes.length === 0;
}

/** With another model, many tenants let nobody read whether there is a relationship. */
export function isRelationshipOpen({ look, isRequired }: GovernanceProof): boolean {
  return look.state === "grants" || (look.state === "notChecked" && isRequired);
}

/**
 * Looks at every object of the journal.
 * @throws VisibleError where settings or credentials can't be used
 */
export async function prove(run: ProofRun, journal: OffboardingJournal): Promise<Proved> {
  const settings = await readStackSettings(run.stack, run);
  const look = await lookOf(run, settings);
  const proved = await provedItems(look, journal.items, run);
  const notes = [...look.notes];
  const orphans = await marked(look, settings, journal, run, notes);
  const azure = new Set(orphans.filter(({ removal }) => isAzure(removal.service)).map(({ id }) => id.toLowerCase()));
  return {
    checkedOn: run.now().toISOString(),
    items: proved.map((item) => (item.proof === "azure" ? azureItem(item, azure, look.azure, settings) : item)),
    found: orphans.map(({ what, id, evidence }) => ({
      what,
      id,
      isOurs: evidence.owner === "thisStack",
      evidence: evidence.text,
    })),
    governance: {
      look: await lookAtGovernance(() => Promise.resolve({ settings, call: look.graph })),
      isRequired: settings.portalAccess.model === "governance",
    },
    notes,
  };
}

function isAzure(service: Orphan["removal"]["service"]): boolean {
  return service === "handover" || service === "delegation";
}

/** The finder looks for every Azure resource of the settings by its ID. */
function azureItem(item: ProvedItem, left: ReadonlySet<string>, azure: AzureCalls, settings: Settings): ProvedItem {
  if (left.has(item.id.toLowerCase())) return { ...item, state: "left" };
  const isIn = (subscription: string | undefined) =>
    subscription !== undefined && item.id.toLowerCase().includes(`/subscriptions/${subscription.toLowerCase()}/`);
  // With other subscriptions in the settings than at the time of the object, nobody has looked there.
  const inHandover = isIn(settings.handover?.subscriptionId) ? azure.handover : undefined;
  const call = inHandover ?? (isIn(settings.azureDelegation?.subscriptionId) ? azure.delegation : undefined);
  return call === undefined
    ? { ...item, state: "notChecked", reason: "Azure was not searched" }
    : { ...item, state: "gone" };
}

interface Look {
  readonly graph: GraphCall;
  readonly defender: PortalCall | undefined;
  readonly azure: AzureCalls;
  readonly notes: readonly string[];
}

async function lookOf({ environment }: ProofRun, settings: Settings): Promise<Look> {
  const endpoints = await tenantEndpoints(settings, environment);
  const { tenantId } = settings;
  const graph = await graphCall(tenantId, { environment, endpoints });
  const endpoint = defenderEndpointOf(settings, environment);
  const notes: string[] = [];
  const audience = clouds[endpoints.cloud].defenderResource;
  const defender =
    endpoint === undefined
      ? undefined
      : { endpoint, token: (await requestToken({ tenantId, audience, environment, endpoints })).accessToken };
  const azure = await azureCalls(settings, { environment, endpoints, say: (text) => notes.push(text.trim()) });
  return { graph, defender, azure, notes };
}

async function provedItems(look: Look, items: readonly Item[], run: ProofRun): Promise<ProvedItem[]> {
  const sleep = run.sleep ?? wait;
  const proved = await inTurn(items, (item) => provedItem(look, item));
  for (const pause of patience) {
    if (!proved.some(({ state }) => state === "left")) break;
    await sleep(pause);
    for (const [index, item] of proved.entries())
      if (item.state === "left") proved[index] = await provedItem(look, item);
  }
  return proved;
}

async function inTurn<From, To>(list: readonly From[], run: (one: From) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  for (const one of list) results.push(await run(one));
  return results;
}

const base = "/beta/identityGovernance/entitlementManagement";

/** The address of an object in Graph, where its ID leads to it. */
export const graphPaths: Readonly<Partial<Record<Proof, string>>> = {
  application: "/v1.0/applications",
  servicePrincipal: "/v1.0/servicePrincipals",
  group: "/v1.0/groups",
  user: "/v1.0/users",
  accessPackage: `${base}/accessPackages`,
  accessPackageCatalog: `${base}/accessPackageCatalogs`,
  assignmentPolicy: `${base}/accessPackageAssignmentPolicies`,
  connectedOrganization: "/v1.0/identityGovernance/entitlementManagement/connectedOrganizations",
  accessPartner: "/v1.0/policies/crossTenantAccessPolicy/partners",
  accessPolicy: "/v1.0/identity/conditionalAccess/policies",
  directoryRoleAssignment: "/v1.0/roleManagement/directory/roleAssignments",
};

/** What Entra keeps among the deleted items. */
const restorable: ReadonlySet<Proof> = new Set(["application", "servicePrincipal", "group", "user"]);

async function provedItem(look: Look, item: Item): Promise<ProvedItem> {
  try {
    if (item.byHand) return { ...item, state: "byHand" };
    if (item.proof === "azure") return { ...item, state: "notChecked" };
    const isThere = await exists(look, item);
    if (isThere === undefined) return { ...item, state: "notChecked", reason: "no server for Defender's settings" };
    if (isThere) return { ...item, state: item.adopted ? "adopted" : "left" };
    return restorable.has(item.proof) ? await deletedItem(look.graph, item) : { ...item, state: "gone" };
  } catch (error) {
    if (!isCallError(error)) throw error;
    const refused = error instanceof ServiceError && (error.status === 401 || error.status === 403);
    return { ...item, state: "notChecked", reason: refused ? `not permitted: ${error.serviceCode}` : error.message };
  }
}

async function exists({ graph, defender }: Look, { proof, id }: Item): Promise<boolean | undefined> {
  const path = graphPaths[proof];
  if (path !== undefined) return (await graph(`${path}/${encodeURIComponent(id)}`, { accept: [404] })).status !== 404;
  const isSame = (one: { readonly id: string }): boolean => one.id.toLowerCase() === id.toLowerCase();
  if (proof === "defenderRole") return (await listRoleDefinitions(graph)).some(isSame);
  if (proof === "defenderRoleAssignment") return (await listRoleAssignments(graph)).some(isSame);
  if (defender === undefined) return undefined;
  if (proof === "notificationRule") return (await getNotificationRule(defender, id)) !== undefined;
  return (await getSiemAuthorization({ ...defender, applicationId: id })) !== undefined;
}

async function deletedItem(graph: GraphCall, item: Item): Promise<ProvedItem> {
  const { status, body } = await graph(`/v1.0/directory/deletedItems/${item.id}?$select=id,deletedDateTime`, {
    accept: [404],
  });
  if (status === 404) return { ...item, state: "gone" };
  const { deletedDateTime } = (body ?? {}) as { deletedDateTime?: string | null };
  const deletedOn = deletedDateTime ?? "";
  const until = deletedOn === "" ? "" : new Date(Date.parse(deletedOn) + 30 * 86_400_000).toISOString();
  return { ...item, state: "softDeleted", ...(deletedOn === "" ? {} : { deletedOn, until }) };
}

/** The same search as `mssp doctor --repair`, as if the state had nothing but the stack's ID. */
async function marked(
  { graph, defender, azure }: Look,
  settings: Settings,
  { identity }: OffboardingJournal,
  { stack, environment }: ProofRun,
  notes: string[],
): Promise<readonly Orphan[]> {
  try {
    const clientId = environment["ARM_CLIENT_ID"];
    const state = { resources: identity, pending: [] };
    return await findOrphans(graph, settings, state, { stack, clientId, defender, azure });
  } catch (error) {
    if (!isCallError(error)) throw error;
    notes.push(`The search by the stack's mark failed: ${error.message}`);
    return [];
  }
}
