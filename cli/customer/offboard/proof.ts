/**
 * Proves in the customer's tenant that nothing of a stack is left: each object by its ID, then every kind
 * of access by the stack's random ID, the MSSP's tenant and its domains. Reads only, but for detection
 * rules: lists go on with a deleted one for hours, and the answer to a second DELETE tells.
 */
import { unread, type NotChecked } from "@defender-mssp/errors/notChecked";
import {
  type AccessGraph,
  type AlertReader,
  alertReaders,
  applicable,
  type GrantingNode,
  heldBy,
  listedRuleState,
  loggedNodes,
  looked,
  type Presence,
  readGraph,
  tenantKinds,
  type TenantReader,
  type UnreadKind,
} from "@defender-mssp/tenant";
import { ServiceError, wait } from "@defender-mssp/microsoft";
import { stackRandomId } from "../../../domain/resourceTypes";
import { readStackSettings } from "../../../settings/fromFile";
import type { Place } from "../../base/place";
import { firstEntry } from "../../tenant/orphans/history";
import { withWhose } from "../../tenant/deployedWhose";
import { openTenant } from "../../tenant/openTenant";
import { itemKind, joined, kindText, type Item } from "../../access/inventory/inventory";
import { madeByMssp } from "./madeByMssp";
import { journalWhose, type OffboardingJournal } from "./journal";
import { writersAt, writingSince, type Writing } from "./writers";

/** Three answers and their shades: what was not looked at is never `gone`. */
export type ItemState =
  | "gone"
  /** Lists still show it; the service answers a DELETE with 404. */
  | "deletedButListed"
  | "endedWithOwner"
  | "softDeleted"
  | "found"
  | "notVisible"
  | NotChecked;

export interface ProvedItem extends Item {
  /** `kind` in words. */
  readonly what: string;
  readonly state: ItemState;
  /** When it was deleted, where the tenant says so. ISO 8601, UTC. */
  readonly deletedOn?: string;
  /** When Entra removes a soft-deleted object for good. ISO 8601, UTC. */
  readonly until?: string;
  /** Why it was not checked, or by what it has ended. */
  readonly reason?: string;
  /** What an adopted object that stays still has. */
  readonly still?: Pick<GrantingNode, "grants" | "notLooked">;
}

export interface Proved {
  /** ISO 8601, UTC. */
  readonly checkedOn: string;
  readonly items: readonly ProvedItem[];
  readonly search: AccessGraph;
  /** Applications that may read alerts, and of which nothing tells whose they are. */
  readonly alertReaders: readonly AlertReader[];
  /** What could not be searched, and why. */
  readonly notes: readonly string[];
  readonly writing: Writing;
  /** The application that looked; undefined for a signed-in person. */
  readonly by?: string | undefined;
}

export interface ProofRun extends Place {
  readonly stack: string;
  readonly now: () => Date;
  /** Waits for the directory's replicas; for tests. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Folder of the record and the evidence. */
  readonly out: string;
  /** Whether another look follows: a look need not wait itself. */
  readonly looksAgain: boolean;
}

/** Waits between reads of what is still there, in the only look: a replica may be behind. In milliseconds. */
const patience = [1_000, 2_000, 4_000];

/**
 * Signs in, for looks at every object of the journal, and for every kind of access. Each look reads
 * everything again.
 * @throws VisibleError where settings or credentials can't be used
 */
export async function openProof(run: ProofRun, journal: OffboardingJournal): Promise<() => Promise<Proved>> {
  const settings = withWhose(await readStackSettings(run.stack, run), journalWhose(journal));
  const notes: string[] = [];
  const tenant = await openTenant(settings, {
    stack: run.stack,
    stackId: stackRandomId(journal.identity),
    environment: run.environment,
    say: (text) => notes.push(text.trim()),
  });
  const removedOn = journal.destroyedOn ?? run.now().toISOString();
  const rules: DeletedRules = new Set();
  const authors = new Map<string, string>();
  const everyItem = joined(journal.items, journal.holders ?? []);
  const logged = await madeByMssp(run.out, journal);
  const pauses = run.looksAgain ? [] : patience;
  const own: ReadonlySet<string> = new Set(journal.items.map(({ id }) => id.toLowerCase()));
  let writers = journal.writers ?? [];
  return async () => {
    const present = await provedItems(freshly(tenant), everyItem, pauses, run.sleep ?? wait);
    const fresh = freshly(tenant);
    const items = withEnded(await withDeletedRules(fresh, present, removedOn, rules));
    const found = await withoutDeletedRules(fresh, await readGraph(fresh), removedOn, rules);
    const named = withoutDomains(tenant, await withAuthors(fresh, found, everyItem, authors));
    const known = new Set([...named.nodes, ...everyItem].map(({ id }) => id.toLowerCase()));
    writers = await writersAt(fresh, named.nodes, { before: writers, own, now: run.now() });
    const { objects, ...writing } = await writingSince(fresh, writers, removedOn, run.environment);
    const made = await loggedNodes(fresh, [...logged, ...objects], known);
    const isNews = ({ kind }: UnreadKind): boolean => named.unread.every((other) => other.kind !== kind);
    const search = { nodes: [...named.nodes, ...made.nodes], unread: [...named.unread, ...made.unread.filter(isNews)] };
    return {
      checkedOn: run.now().toISOString(),
      items,
      ...(await withAlertReaders(fresh, search, items)),
      notes: [...notes, ...fresh.customerAzure.unread()],
      writing,
      by: tenant.owner.automation,
    };
  };
}

function freshly(tenant: TenantReader): TenantReader {
  return { ...tenant, ...tenant.freshReads() };
}

async function provedItems(
  tenant: TenantReader,
  items: readonly Item[],
  pauses: readonly number[],
  sleep: (milliseconds: number) => Promise<void>,
): Promise<ProvedItem[]> {
  const proved: ProvedItem[] = [];
  for (const item of items) proved.push(await provedItem(tenant, item));
  const isOpen = ({ state, adopted }: ProvedItem): boolean => state === "found" && !adopted;
  for (const pause of pauses) {
    if (!proved.some(isOpen)) break;
    await sleep(pause);
    const fresh = freshly(tenant);
    for (const [index, item] of proved.entries()) if (isOpen(item)) proved[index] = await provedItem(fresh, item);
  }
  return proved;
}

async function provedItem(tenant: TenantReader, item: Item): Promise<ProvedItem> {
  const kind = itemKind(item);
  const named = { ...item, what: kindText(item) };
  if (kind === undefined) return { ...named, ...unread("no kind of access has its type: nothing can look at it") };
  const presence = applicable(kind.presence);
  if (item.byHand || presence === undefined) return { ...named, state: "notVisible", reason: "no public API shows it" };
  const answer = await looked(kind, () => presence(tenant, item));
  if ("reason" in answer) return { ...named, ...unread(answer.reason) };
  return withStill(tenant, { ...named, ...shown(answer.value) });
}

/** IDs, in lower case, of rules whose DELETE a look has had answered with 404: further looks send none. */
type DeletedRules = Set<string>;

/** Tells a deleted rule that the list still shows from one that is there. */
async function withDeletedRules(
  tenant: TenantReader,
  items: readonly ProvedItem[],
  removedOn: string,
  rules: DeletedRules,
): Promise<ProvedItem[]> {
  const proved: ProvedItem[] = [];
  for (const item of items) {
    const isListed = item.kind === "detectionRule" && item.state === "found" && !item.adopted;
    proved.push(isListed ? await listedRule(tenant, item, removedOn, rules) : item);
  }
  return proved;
}

async function listedRule(
  tenant: TenantReader,
  item: ProvedItem,
  removedOn: string,
  rules: DeletedRules,
): Promise<ProvedItem> {
  try {
    return { ...item, state: await ruleState(tenant, item.id, removedOn, rules) };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 403) throw error;
    const reason = "lists go on with a deleted rule for hours; to tell it apart requires CustomDetection.ReadWrite.All";
    return { ...item, ...unread(reason) };
  }
}

/** The search without rules of this stack that are deleted, also those that it had before. */
async function withoutDeletedRules(
  tenant: TenantReader,
  search: AccessGraph,
  removedOn: string,
  rules: DeletedRules,
): Promise<AccessGraph> {
  const nodes: GrantingNode[] = [];
  for (const node of search.nodes) {
    const isOwn = node.kind === "detectionRule" && node.whose === "stack";
    // False where the identity may not delete.
    const isDeleted = isOwn && (await ruleState(tenant, node.id, removedOn, rules).catch(() => "found")) !== "found";
    if (!isDeleted) nodes.push(node);
  }
  return { ...search, nodes };
}

/** Without a domain, nobody of the MSSP is known but by a mark. */
export function withoutDomains({ owner }: Pick<TenantReader, "owner">, search: AccessGraph): AccessGraph {
  if (owner.domains.length > 0) return search;
  const reason = "no domain of the MSSP's people is known, by settings, state or history: set analystDomains";
  return { ...search, unread: [...search.unread, { kind: "guest", reason }] };
}

/** Nobody asks about what the search or the record names. */
async function withAlertReaders(
  tenant: TenantReader,
  search: AccessGraph,
  items: readonly Item[],
): Promise<Pick<Proved, "search" | "alertReaders">> {
  const answer = await looked(tenantKinds.applicationPermission, () => alertReaders(tenant));
  if ("reason" in answer) return { search: { ...search, unread: [...search.unread, answer] }, alertReaders: [] };
  const known = new Set([...search.nodes, ...items].map(({ id }) => id.toLowerCase()));
  return { search, alertReaders: answer.value.filter(({ id }) => !known.has(id.toLowerCase())) };
}

/**
 * Adds what the audit log says of an object whose mark is all that names the stack.
 * @param authors the log's first entry of each object: no look asks for one again
 */
async function withAuthors(
  tenant: TenantReader,
  search: AccessGraph,
  items: readonly Item[],
  authors: Map<string, string>,
): Promise<AccessGraph> {
  const nodes: GrantingNode[] = [];
  for (const node of search.nodes) {
    const isClaim = isMarkAlone(node, items) && tenantKinds[node.kind].place === "customer's tenant";
    const author = isClaim ? (authors.get(node.id) ?? (await firstEntry(tenant.graph, node.id))) : undefined;
    if (author !== undefined) authors.set(node.id, author);
    nodes.push(author === undefined ? node : { ...node, evidence: `${node.evidence}; audit log: ${author}` });
  }
  return { ...search, nodes };
}

/** A mark on an object whose ID the record does not have is a claim. */
export function isMarkAlone({ whose, id }: Pick<GrantingNode, "whose" | "id">, items: readonly Item[]): boolean {
  return whose === "stack" && !items.some((item) => item.id.toLowerCase() === id.toLowerCase());
}

async function ruleState(
  tenant: TenantReader,
  id: string,
  removedOn: string,
  rules: DeletedRules,
): ReturnType<typeof listedRuleState> {
  if (rules.has(id.toLowerCase())) return "deletedButListed";
  const state = await listedRuleState(tenant, id, removedOn);
  if (state === "deletedButListed") rules.add(id.toLowerCase());
  return state;
}

function shown(presence: Presence): Pick<ProvedItem, "state" | "deletedOn" | "until" | "reason"> {
  if (presence.state === "notFound") return { state: "gone" };
  if (presence.state !== "softDeleted") return presence;
  const { deletedOn, until } = presence;
  return { state: "softDeleted", ...(deletedOn === "" ? {} : { deletedOn, until }) };
}

/** Asks what an adopted object that stays has now. */
async function withStill(tenant: TenantReader, item: ProvedItem): Promise<ProvedItem> {
  const type = itemKind(item)?.principal;
  if (type === undefined || item.state !== "found" || !item.adopted) return item;
  return { ...item, still: await heldBy(tenant, { type, id: item.id }) };
}

/**
 * What nothing shows, and ends with an object that is gone: an authorization of a deleted
 * application gives nothing, as nobody can sign in as it.
 */
function withEnded(items: readonly ProvedItem[]): ProvedItem[] {
  const isGone = ({ state }: ProvedItem): boolean => state === "gone" || state === "softDeleted";
  const applicationIsGone =
    items.some(({ kind }) => kind === "application") &&
    items.filter(({ kind }) => kind === "application" || kind === "servicePrincipal").every(isGone);
  return items.map((item) => {
    if (item.kind !== "siemAuthorization" || item.state !== "notVisible" || !applicationIsGone) return item;
    return { ...item, state: "endedWithOwner", reason: "its application is deleted: nobody can sign in as it" };
  });
}
