/** What a proof says: what was removed, what still gives access, what a person must confirm, what stays. */
import {
  type AccessGraph,
  chain,
  edgeChain,
  type Chain,
  type Edge,
  type GrantingNode,
  type UnreadKind,
} from "@defender-mssp/tenant";
import { deletedItemPath } from "@defender-mssp/microsoft";
import { counted } from "../../base/counted";
import { removalOrder } from "../../../domain/kinds/accessKind";
import { kinds, type KindKey } from "../../../domain/kinds/kinds";
import { shellQuoted, shellWord } from "../../base/shellWord";
import { lookStep } from "../../access/governance/look";
import { itemKind } from "../../access/inventory/inventory";
import type { RecordedAddition } from "./journal";
import { looksInRow, type Proof } from "./looks";
import { isMarkAlone, type Proved, type ProvedItem } from "./proof";
import type { Writer, Writing } from "./writers";

/** The beginning of the reason of every deleted object that can be restored. */
export const keptByEntra = "Entra keeps it for 30 days";

/** What looks that are too few, or too early, have not proved. */
export const unsettledEnd = "the end of all access";

/** Something in the tenant after the off-boarding. */
export interface Staying {
  readonly what: string;
  readonly why: string;
  /** How to end or confirm it; empty where it ends by itself or is the customer's own. */
  readonly step: string;
  /** The kinds that it is of, and the object's name: the customer's page has the clicks of the kind. */
  readonly kinds?: readonly KindKey[];
  readonly name?: string;
  /** Who can do something by it. */
  readonly chains?: readonly Chain[];
  /** Kinds that could not be looked at: of it, or at all. */
  readonly unread?: readonly KindKey[];
  /** Of a consent: all that it permits was seen, and nothing of it lets the application change anything. */
  readonly readsOnly?: boolean;
}

type OfKind = Pick<Staying, "kinds" | "name" | "chains" | "unread" | "readsOnly">;

/**
 * `proven`: every way with a look was looked at, and none gives access; of the ways without one it says nothing.
 * `toConfirm`: nothing that could be looked at does. `accessLeft`: something does.
 */
export type VerdictState = "proven" | "toConfirm" | "accessLeft";

export interface Verdict {
  readonly state: VerdictState;
  readonly removed: readonly ProvedItem[];
  /** What gives access, or the stack made and is still there. */
  readonly left: readonly Staying[];
  /** What nothing shows, or this identity may not look at. */
  readonly toConfirm: readonly Staying[];
  readonly stays: readonly Staying[];
}

type Part = Pick<Verdict, "left" | "toConfirm" | "stays">;

export interface VerdictInput {
  readonly stack: string;
  /** Base address of Graph, for the steps. */
  readonly graph: string;
  readonly proved: Proved;
  /** What somebody had added to the stack's objects before the removal. */
  readonly additions: readonly RecordedAddition[];
  /** The looks of which `proved` is the last; undefined judges that look alone. */
  readonly proof?: Proof;
}

export function verdict({ stack, graph, proved, additions, proof }: VerdictInput): Verdict {
  const { search, notes } = proved;
  const isRemoved = ({ state }: ProvedItem): boolean =>
    ["gone", "deletedButListed", "softDeleted", "endedWithOwner"].includes(state);
  const own = idsOf(proved.items.filter((item) => !item.adopted));
  // Two resources can be one object: the stack made it for one of them, which the other then found.
  const items = proved.items.filter(({ id, adopted }) => !adopted || !own.has(id.toLowerCase()));
  const adopted = idsOf(items.filter((item) => item.adopted && item.state === "found"));
  const nodes = search.nodes.filter(({ id }) => !adopted.has(id.toLowerCase()));
  const isConsent = ({ kind }: GrantingNode): boolean => kind === "automationConsent";
  const parts = [
    // The customer's own step first: whoever has the consent can create all of the access again.
    ...nodes.filter(isConsent).map(owned),
    ...nodes
      .filter((node) => !isConsent(node))
      .map((node) => (isMarkAlone(node, proved.items) ? claimed(node) : owned(node))),
    ...items.map((item) => proven(item, graph, search)),
    listedRules(stack, items),
    ...unlooked(stack, search.unread),
    ...notes.map((note) => confirm("Not searched", note, "Correct it, and run the command again.")),
    ...(items.some(isKept) ? additions.map(addedBefore) : []),
    ...additions.flatMap(({ what, to, outlives }) =>
      outlives === undefined ? [] : [confirm(`${what}, on ${to}`, outlives, outlivingStep)],
    ),
    ...(proof === undefined || proof.isSettled || proof.looks.answer === "access"
      ? []
      : [unsettled(stack, proof, proved.writing)]),
    ...proved.writing.writers.map((writer) => standing(writer, nodes)),
    unlogged(proved.writing),
    always,
  ];
  const joined = (name: keyof Part) => once(parts.flatMap((part) => part[name] ?? []));
  const [left, stays] = [joined("left"), joined("stays")];
  // What is left is not to confirm as well.
  const toConfirm = joined("toConfirm").filter(({ step }) => step === "" || left.every((other) => other.step !== step));
  const state = left.length > 0 ? "accessLeft" : toConfirm.length > 0 ? "toConfirm" : "proven";
  return { state, removed: proved.items.filter(isRemoved), left, toConfirm, stays };
}

/** Whether it stays with what somebody added to it. What a holder has is looked at by itself. */
function isKept({ adopted, state, origin }: ProvedItem): boolean {
  return adopted && state === "found" && origin === undefined;
}

function idsOf(items: readonly ProvedItem[]): ReadonlySet<string> {
  return new Set(items.map(({ id }) => id.toLowerCase()));
}

function proven(item: ProvedItem, graph: string, { nodes }: AccessGraph): Partial<Part> {
  const { what: kind, name, id, state, reason = "", adopted } = item;
  const what = `${kind} "${name}" (${id})`;
  const of = ofItem(item);
  switch (state) {
    case "gone":
    case "endedWithOwner":
      return removedVault(item, what);
    case "deletedButListed":
      return {};
    case "softDeleted":
      return stays(
        `deleted ${what}`,
        `${keptByEntra}, ${ends(item)}; it gives no access`,
        `az rest --method DELETE --url ${shellQuoted(`${graph}${deletedItemPath(id)}`)}`,
        { chains: [chain({ kind: item.kind as KindKey, principal: id, object: id, way: "restorable" })] },
      );
    case "found":
      return adopted
        ? adoptedItem(item, what, nodes)
        : left(what, "it is still in the tenant", deletion(item, graph), of);
    case "notVisible":
      return confirm(what, reason, "Remove it where it was created, in the Microsoft Defender portal.", of);
    case "notChecked":
      return confirm(what, reason, permitOrLook, { ...of, unread: of.kinds ?? [] });
  }
}

function ofItem({ id, name, ...item }: ProvedItem): OfKind {
  const known = itemKind(item);
  if (known === undefined) return {};
  const chains = known.principal === undefined ? [] : [chain({ kind: known.key, principal: id, object: id })];
  return { kinds: [known.key], name, chains };
}

const permitOrLook = "Permit this identity to read it and run the command again, or look at it by hand.";

/** A stale answer makes a `destroy --refresh` forget an object: no further run would delete it. */
function deletion(item: ProvedItem, graph: string): string {
  const { address: path, removal } = itemKind(item) ?? {};
  if (typeof path !== "string" || removal?.by !== "destroy") return "Run the command again.";
  return `az rest --method DELETE --url ${shellQuoted(`${graph}${path}/${encodeURIComponent(item.id)}`)}`;
}

/** Deleted detection rules that lists still show: one line for all of them. */
function listedRules(stack: string, items: readonly ProvedItem[]): Partial<Part> {
  const count = items.filter(({ state }) => state === "deletedButListed").length;
  if (count === 0) return {};
  return stays(
    counted(count, "deleted detection rule"),
    "the service answers a DELETE of each with 404; its lists go on with them for some hours",
    `The next day, prove that the list is empty: npx mssp offboard --stack ${shellWord(stack)} --prove again`,
  );
}

function ends({ until = "" }: ProvedItem): string {
  return until === "" ? "then it ends" : `until ${until.slice(0, 10)}`;
}

function removedVault({ kind, state }: ProvedItem, what: string): Partial<Part> {
  if (kind !== "keyVault" || state !== "gone") return {};
  return stays(`deleted ${what}`, "Azure keeps a deleted vault for its retention period", "");
}

/** It was there before the stack: what it still gives is access all the same. */
function adoptedItem(item: ProvedItem, what: string, nodes: readonly GrantingNode[]): Partial<Part> {
  const isHolder = item.origin === "accessPackage";
  const before = isHolder ? "it held an access package of the stack" : "it was in the tenant before the MSSP's stack";
  const { grants = [], notLooked = [] } = item.still ?? {};
  const of = ofItem(item);
  const removal = itemKind(item)?.removal;
  const unread =
    notLooked.length === 0
      ? {}
      : confirm(what, `${before}. What it has: ${reasons(notLooked)}`, "Look at it by hand, or delete it.", {
          ...of,
          ...unreadOf(notLooked),
        });
  if (grants.length > 0) return { ...unread, left: grants.map((grant) => grantLeft(item, what, grant)) };
  const node = nodes.find(({ kind, id }) => kind === item.kind && id.toLowerCase() === item.id.toLowerCase());
  if (node !== undefined && node.gives.length > 0) return owned({ ...node, evidence: before });
  if (removal !== undefined && "order" in removal && removal.order <= removalOrder.credential)
    return left(what, `${before}, and gives access`, "Delete it in the tenant.", of);
  if (notLooked.length > 0) return unread;
  return item.kind === "guest" ? guestWithoutGrants(what, before, of) : stays(what, before, "", of);
}

function grantLeft(item: ProvedItem, what: string, grant: Edge): Staying {
  const chains = [edgeChain(item.id, grant)];
  return { what, why: `it has ${grant.what}`, step: grant.step, kinds: [grant.kind], name: grant.what, chains };
}

/** Graph shows what Entra and Defender give a guest. Others give as well. */
function guestWithoutGrants(what: string, why: string, of: OfKind): Partial<Part> {
  const shown = "it has no role, group, access package or permission that Graph shows";
  const step = "Delete the guest, or look at what Teams, SharePoint and Azure share with it.";
  return confirm(what, `${why}; ${shown}`, step, of);
}

function owned(node: GrantingNode): Partial<Part> {
  const { kind, name, id, whose, evidence, gives, grants, notLooked, unsure = [], step, chains } = node;
  const what = `${singular(kind)} "${name}" (${id})`;
  // The clicks of the kind delete the object: what only names the MSSP is the customer's.
  const isCustomers =
    whose === "claimed" && node.deletion === undefined && /^(application|servicePrincipal)$/.test(kind);
  const of: OfKind = { kinds: [kind], ...(isCustomers ? {} : { name }), chains, ...unreadOf(notLooked) };
  if (kind === "automationConsent") return automation(node, what);
  const has = [...gives.map((gift) => gift.what), ...grants.map((grant) => `it has ${grant.what}`)];
  const unread = notLooked.length === 0 ? "" : `. What else it has: ${reasons(notLooked)}`;
  if (node.mayBeOthers === true) return confirm(what, [evidence, ...has, ...unsure].join("; "), step, of);
  if (has.length > 0) return left(what, `${evidence}; ${[...has, ...unsure].join("; ")}${unread}`, step, of);
  if (whose === "stack") return left(what, evidence, step, of);
  if (notLooked.length > 0) return confirm(what, `${evidence}. What it has: ${reasons(notLooked)}`, step, of);
  if (unsure.length > 0)
    return confirm(what, `${evidence}; this program does not know what this gives: ${unsure.join("; ")}`, step, of);
  return kind === "guest"
    ? guestWithoutGrants(what, evidence, of)
    : stays(what, `${evidence}; it gives no access by any way that was looked at`, step, of);
}

/** Anybody can write a mark: no step deletes what nothing else names. */
function claimed(node: GrantingNode): Partial<Part> {
  const { kind, name, id, evidence, gives, grants, notLooked, unsure = [], chains } = node;
  const has = [...gives.map(({ what }) => what), ...grants.map(({ what }) => `it has ${what}`), ...unsure];
  const unread = notLooked.length === 0 ? "" : `. What else it has: ${reasons(notLooked)}`;
  const why = [evidence, "neither state nor record has its ID, and anybody can write a mark", ...has].join("; ");
  const step =
    "Find out who created it, and who wrote the mark: Microsoft Entra admin center > Monitoring & health > Audit logs.";
  return confirm(`${singular(kind)} "${name}" (${id})`, `${why}${unread}`, step, {
    kinds: [kind],
    name,
    chains,
    ...unreadOf(notLooked),
  });
}

/** The customer's own step, and the last one: without the consent nothing could be proved. */
function automation({ name, grants, notLooked, step, chains }: GrantingNode, what: string): Partial<Part> {
  const permissions = grants.filter(({ kind }) => kind === "applicationPermission" || kind === "delegatedConsent");
  const others = grants.filter((grant) => !permissions.includes(grant)).map((grant) => grant.what);
  const has = [
    ...(permissions.length === 0 ? [] : [`, still has ${counted(permissions.length, "permission")}`]),
    ...others.map((other) => `, has ${other}`),
  ].join("");
  const readsOnly = grants.length > 0 && notLooked.length === 0 && grants.every((grant) => grant.readsOnly === true);
  const why = readsOnly
    ? `it looked at the tenant${has}, and can change nothing; the customer deletes it as the last step`
    : `it removed the access${has}, and can create access again until the customer deletes it, as the last step`;
  return confirm(what, why, step, { kinds: ["automationConsent"], name, chains, ...(readsOnly && { readsOnly }) });
}

/** One thing to confirm for each reason, whichever kinds it is about. */
function unlooked(stack: string, notLooked: readonly UnreadKind[]): Partial<Part>[] {
  const byReason = new Map<string, KindKey[]>();
  for (const { kind, reason } of notLooked) byReason.set(reason, [...(byReason.get(reason) ?? []), kind]);
  return [...byReason].map(([reason, keys]) =>
    confirm(keys.map(plural).join(", "), reason, stepToLook(stack, keys), { kinds: keys, unread: keys }),
  );
}

function stepToLook(stack: string, keys: readonly KindKey[]): string {
  if (keys.includes("governanceRelationship")) return lookStep(stack);
  const removal = kinds.find(({ key }) => key === keys[0])?.removal;
  if (keys.length === 1 && removal?.by === "person") return removal.step;
  return permitOrLook;
}

/** An addition to an object that stays, stays with it. */
function addedBefore({ what, to, step, chains = [] }: RecordedAddition): Partial<Part> {
  return confirm(`${what}, on ${to}`, "somebody had added it before the removal, and an adopted object stays", step, {
    chains,
  });
}

const outlivingStep =
  "Microsoft Entra admin center > App registrations > the application > Certificates & secrets: delete what you do not know.";

/** Looks that are too few, or too early. */
function unsettled(
  stack: string,
  { looks: { agreed, lastOn, seenOn }, provableOn }: Proof,
  { until = "" }: Writing,
): Partial<Part> {
  const seen = seenOn === undefined ? "" : `; a look at ${minute(seenOn)} showed access`;
  const token = until > lastOn ? ` A token of a deleted application could change it until ${minute(until)}.` : "";
  return confirm(
    unsettledEnd,
    `${looksInRow(agreed)} up to ${minute(lastOn)} without access left${seen}.${token} The tenant answers from replicas that may be behind`,
    `Prove it after ${minute(provableOn)}: npx mssp offboard --stack ${shellWord(stack)} --prove again --yes`,
  );
}

/** The application that removed, where it is none of the MSSP's tenant: no search for the MSSP's finds it. */
function standing({ id, name, endedOn }: Writer, nodes: readonly GrantingNode[]): Partial<Part> {
  if (endedOn !== undefined || nodes.some((node) => node.id === id)) return {};
  const step = `Microsoft Entra admin center > Enterprise applications > ${name}: delete it, as the last step.`;
  return confirm(
    `application "${name}" (${id ?? "no service principal seen"})`,
    "it removed the access, and is still in the tenant",
    step,
    {
      kinds: ["servicePrincipal"],
      name,
    },
  );
}

/** What one that has ended made under names that name nobody, its log alone tells. */
function unlogged({ writers, until = "", log }: Writing): Partial<Part> {
  if (typeof log !== "string") return {};
  const ended = writers.filter(({ endedOn }) => endedOn !== undefined).map(({ name }) => name);
  return confirm(
    `what ${ended.join(", ")} did from the removal to ${minute(until)}`,
    `the audit log of that time: ${log}`,
    "Permit this identity to read it and run the command again, or look: Microsoft Entra admin center > Monitoring & health > Audit logs.",
  );
}

/** Such as `2026-11-26 09:06 UTC`. */
export function minute(moment: string): string {
  return `${moment.slice(0, 16).replace("T", " ")} UTC`;
}

/** Nobody can remove these. */
const always: Partial<Part> = stays(
  "entries in the logs of Microsoft Entra and Microsoft Purview",
  "nobody can delete them; they end with the retention of the tenant's licence",
  "",
);

function left(what: string, why: string, step: string, of: OfKind = {}): Partial<Part> {
  return { left: [{ what, why, step, ...of }] };
}

function confirm(what: string, why: string, step: string, of: OfKind = {}): Partial<Part> {
  return { toConfirm: [{ what, why, step, ...of }] };
}

function stays(what: string, why: string, step: string, of: OfKind = {}): Partial<Part> {
  return { stays: [{ what, why, step, ...of }] };
}

function unreadOf(notLooked: readonly UnreadKind[]): Pick<Staying, "unread"> {
  return notLooked.length === 0 ? {} : { unread: [...new Set(notLooked.map(({ kind }) => kind))] };
}

function reasons(notLooked: readonly UnreadKind[]): string {
  return [...new Set(notLooked.map(({ kind, reason }) => `${plural(kind)}: ${reason}`))].join("; ");
}

function singular(key: KindKey): string {
  return kinds.find((kind) => kind.key === key)?.singular ?? key;
}

function plural(key: KindKey): string {
  return kinds.find((kind) => kind.key === key)?.plural ?? key;
}

/** An object that the state and the search both have is listed once. */
function once(list: readonly Staying[]): readonly Staying[] {
  const texts = new Set<string>();
  return list.filter(({ what, why, step }) => {
    const text = `${what} ${why} ${step}`;
    if (texts.has(text)) return false;
    texts.add(text);
    return true;
  });
}
