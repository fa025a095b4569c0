/** The certificate for the customer: what was taken away, what stays and why, and how to check it. */
import { type AlertReader, isNotApplicable, notLookedWays } from "@defender-mssp/tenant";
import { kinds } from "../../../domain/kinds/kinds";
import { shellQuoted } from "../../base/shellWord";
import type { StackUpdate } from "../../stack/history";
import { itemKind } from "../../access/inventory/inventory";
import type { CustomerPage } from "./customerPage";
import type { OffboardingJournal } from "./journal";
import type { Proof } from "./looks";
import type { Proved, ProvedItem } from "./proof";
import { verdict, type Staying, type VerdictState } from "./verdict";
import type { Writing } from "./writers";

/** A check that the customer can make without the MSSP. */
export interface CustomerCheck {
  readonly what: string;
  readonly command: string;
  readonly expected: string;
}

export interface Certificate {
  readonly kind: "defender-mssp/offboarding";
  readonly format: 2;
  readonly state: VerdictState;
  readonly stack: string;
  readonly customerName: string;
  readonly msspName: string;
  readonly tenantId: string;
  /** ISO 8601, UTC. */
  readonly beganOn: string;
  readonly destroyedOn: string;
  readonly checkedOn: string;
  /** The looks at the tenant since the removal. */
  readonly looks: {
    /** Looks in a row that agree, up to the last. */
    readonly agreed: number;
    /** When the first and the last of them began. ISO 8601, UTC. */
    readonly firstOn: string;
    readonly lastOn: string;
    /** When a look last showed access that the removal left; null where none did. */
    readonly accessSeenOn: string | null;
    /** Whether they are enough, and the last long enough after the removal. */
    readonly isSettled: boolean;
    /** From when on looks that agree prove it. ISO 8601, UTC. */
    readonly provableOn: string;
  };
  /** Which applications could change the tenant after the removal, until when, and what its log has of them since. */
  readonly writing: Writing;
  /** The application that looked; null for a signed-in person. */
  readonly lookedBy: { readonly appId: string; readonly readsOnly: boolean } | null;
  /** The runs of `pulumi destroy`. */
  readonly runs: readonly Pick<StackUpdate, "startedOn" | "endedOn" | "result" | "changes" | "ranBy">[];
  /** Objects of their own that are gone. */
  readonly removed: readonly ProvedItem[];
  /** Parts of objects that are gone: number by kind. */
  readonly removedParts: Readonly<Record<string, number>>;
  /** What gives access. Empty unless `state` is `accessLeft`. */
  readonly left: readonly Staying[];
  /** What a person must look at: nothing shows it, or this identity may not. */
  readonly toConfirm: readonly Staying[];
  /** When Entra refused the sign-in of the application that looked, as it was no longer in the tenant. ISO 8601, UTC. */
  readonly consentEndedOn?: string;
  readonly stays: readonly Staying[];
  /** Applications that may read alerts: a question to the customer, unless the MSSP states that it is not its own. */
  readonly alertReaders: readonly (AlertReader & { readonly isNotOurs: boolean })[];
  /** Kinds of access that were looked at, in the plural. */
  readonly lookedAt: readonly string[];
  /** Ways of access that no command looks at, whatever `state` says: the catalogue of ways has them. */
  readonly notLooked: typeof notLookedWays;
  readonly checks: readonly CustomerCheck[];
  /** The customer's own page, where one was given. */
  readonly customerPage?: CustomerPage;
  readonly evidence: NonNullable<OffboardingJournal["evidence"]> | null;
}

export interface CertificateInput {
  readonly journal: OffboardingJournal;
  readonly proved: Proved;
  readonly proof: Proof;
  readonly history: readonly StackUpdate[];
  /** A sentence where state and settings name different tenants of the MSSP. */
  readonly otherTenant?: string | undefined;
  /** Base address of Graph, for the customer's own checks. */
  readonly graph: string;
}

export function makeCertificate(input: CertificateInput): Certificate {
  const { journal, proved, proof, history, graph, otherTenant } = input;
  const {
    stack,
    customerName,
    msspName,
    tenantId,
    beganOn,
    destroyedOn = "",
    evidence,
    additions = [],
    notOurs = [],
  } = journal;
  const judged = verdict({ stack, graph, proved, additions, proof });
  const { removed, left, stays } = judged;
  const toConfirm = [
    ...judged.toConfirm,
    ...unverifiedRecord(journal),
    ...unreadHolders(journal),
    ...otherTenants(otherTenant),
  ];
  const state = judged.state === "proven" && toConfirm.length > 0 ? "toConfirm" : judged.state;
  const { agreed, firstOn, lastOn, seenOn = null } = proof.looks;
  const isPart = (item: ProvedItem): boolean => itemKind(item)?.removal.by === "owner";
  const parts = removed.filter(isPart);
  return {
    kind: "defender-mssp/offboarding",
    format: 2,
    state,
    stack,
    customerName,
    msspName,
    tenantId,
    beganOn,
    destroyedOn,
    checkedOn: proved.checkedOn,
    looks: { agreed, firstOn, lastOn, accessSeenOn: seenOn, isSettled: proof.isSettled, provableOn: proof.provableOn },
    writing: proved.writing,
    lookedBy: proved.by === undefined ? null : { appId: proved.by, readsOnly: toConfirm.some((one) => one.readsOnly) },
    runs: history
      .filter(({ kind, startedOn }) => kind === "destroy" && startedOn >= beganOn.slice(0, 19))
      .map(({ startedOn, endedOn, result, changes, ranBy }) => ({ startedOn, endedOn, result, changes, ranBy })),
    removed: removed.filter((item) => !isPart(item)),
    removedParts: counts(parts),
    left,
    toConfirm,
    stays,
    alertReaders: withAnswers(proved.alertReaders, notOurs),
    lookedAt: lookedAt(proved),
    notLooked: notLookedWays,
    checks: removed.flatMap((item) => check(item, graph)),
    evidence: evidence ?? null,
  };
}

export function withAnswers(readers: readonly AlertReader[], notOurs: readonly string[]): Certificate["alertReaders"] {
  return readers.map((reader) => ({ ...reader, isNotOurs: notOurs.includes(reader.appId.toLowerCase()) }));
}

/** Whether the headline is of the applications alone that tell whose they are. */
export function isOfKnownApplications({ state, alertReaders }: Certificate): boolean {
  return state !== "accessLeft" && alertReaders.some(({ isNotOurs }) => !isNotOurs);
}

/** What was removed is known by such a record alone. */
function unverifiedRecord({ withoutRecord }: OffboardingJournal): Staying[] {
  if (withoutRecord === undefined) return [];
  const why = `${withoutRecord}. The command went on with --without record, and collected the evidence again`;
  return [{ what: "the record of an earlier run", why, step: "Compare the removed objects with your own list." }];
}

/** Who held a package can't be read after the removal. */
function unreadHolders({ holdersUnread }: OffboardingJournal): Staying[] {
  if (holdersUnread === undefined) return [];
  const step = "Microsoft Entra admin center > Users > user type Guest: look at each guest of the MSSP, and delete it.";
  const unread = ["accessPackageAssignment", "guest"] as const;
  return [{ what: "holders of the stack's access packages", why: holdersUnread, step, kinds: unread, unread }];
}

/** Which of them is the MSSP's own, the customer knows by the contract. */
function otherTenants(otherTenant: string | undefined): Staying[] {
  if (otherTenant === undefined) return [];
  const step = "Compare both IDs with the contract. Restore the setting msspTenantId, and run the command again.";
  return [{ what: "the MSSP's tenant", why: otherTenant, step }];
}

/** The kinds with a look, without those that a look could not read. */
function lookedAt({ search }: Proved): string[] {
  const unread = new Set(
    [...search.unread, ...search.nodes.flatMap(({ notLooked }) => notLooked)].map(({ kind }) => kind),
  );
  return kinds.flatMap(({ key, plural, search: searched, held }) =>
    (isNotApplicable(searched) && isNotApplicable(held)) || unread.has(key) ? [] : [plural],
  );
}

function counts(parts: readonly ProvedItem[]): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { what } of parts) numbers[what] = (numbers[what] ?? 0) + 1;
  return numbers;
}

function check(item: ProvedItem, graph: string): CustomerCheck[] {
  const path = itemKind(item)?.address;
  if (typeof path !== "string" || item.state === "endedWithOwner") return [];
  const url = `${graph}${path}/${encodeURIComponent(item.id)}`;
  const command = `az rest --method GET --url ${shellQuoted(url)}`;
  // Reads go on with a deleted detection rule for some hours.
  const expected = item.state === "deletedButListed" ? "404, the next day" : "404";
  return [{ what: `${item.what} "${item.name}"`, command, expected }];
}
