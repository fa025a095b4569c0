/** The certificate for the customer: what was taken away, what stays and why, and how to check it. */
import { shellQuoted } from "../../tenant/additions/addition";
import { endStep, lookStep, relationshipText } from "../governance/look";
import type { StackUpdate } from "../../stack/history";
import type { Proof } from "./inventory";
import type { OffboardingJournal } from "./journal";
import { graphPaths, isProved, isRelationshipOpen, type Proved, type ProvedItem } from "./proof";

/** Something that stays in the tenant after the off-boarding. */
export interface Staying {
  readonly what: string;
  readonly why: string;
  /** How to remove it at once; empty where it ends by itself or is the customer's own. */
  readonly step: string;
}

/** A check that the customer can make without the MSSP. */
export interface CustomerCheck {
  readonly what: string;
  readonly command: string;
  readonly expected: string;
}

export interface Certificate {
  readonly kind: "defender-mssp/offboarding";
  readonly format: 1;
  /** `complete`: nothing that gives access is left. */
  readonly state: "complete" | "incomplete";
  readonly stack: string;
  readonly customerName: string;
  readonly msspName: string;
  readonly tenantId: string;
  /** ISO 8601, UTC. */
  readonly beganOn: string;
  readonly destroyedOn: string;
  readonly checkedOn: string;
  /** The runs of `pulumi destroy`. */
  readonly runs: readonly Pick<StackUpdate, "startedOn" | "endedOn" | "result" | "changes" | "ranBy">[];
  readonly removed: readonly ProvedItem[];
  /** Parts of the removed objects, deleted with them: number by kind. */
  readonly removedParts: Readonly<Record<string, number>>;
  readonly stays: readonly Staying[];
  /** Empty in a complete one. */
  readonly left: readonly Staying[];
  /** Objects with the same name as one of the stack's, and without its mark. */
  readonly sameName: readonly { readonly what: string; readonly id: string }[];
  /** Whether a governance relationship grants the MSSP access, which no `destroy` ends. */
  readonly governance: { readonly state: Proved["governance"]["look"]["state"]; readonly found: string };
  readonly checks: readonly CustomerCheck[];
  readonly evidence: NonNullable<OffboardingJournal["evidence"]> | null;
}

export interface CertificateInput {
  readonly journal: OffboardingJournal;
  readonly proved: Proved;
  readonly history: readonly StackUpdate[];
  /** Base address of Graph, for the customer's own checks. */
  readonly graph: string;
  /** Application (client) ID of the MSSP's application that ran `destroy`, if it is one. */
  readonly automation: string | undefined;
}

export function certificateOf({ journal, proved, history, graph, automation }: CertificateInput): Certificate {
  const { stack, customerName, msspName, tenantId, beganOn, destroyedOn = "", parts, evidence } = journal;
  const isGone = ({ state }: ProvedItem): boolean => state === "gone" || state === "softDeleted";
  return {
    kind: "defender-mssp/offboarding",
    format: 1,
    state: isProved(proved) ? "complete" : "incomplete",
    stack,
    customerName,
    msspName,
    tenantId,
    beganOn,
    destroyedOn,
    checkedOn: proved.checkedOn,
    runs: history
      .filter(({ kind, startedOn }) => kind === "destroy" && startedOn >= beganOn.slice(0, 19))
      .map(({ startedOn, endedOn, result, changes, ranBy }) => ({ startedOn, endedOn, result, changes, ranBy })),
    removed: proved.items.filter(isGone),
    removedParts: parts,
    stays: [...proved.items.flatMap((item) => staying(item, graph)), ...consent(automation), ...always],
    left: [
      ...proved.items.flatMap(leftItem),
      ...proved.found.filter(({ isOurs }) => isOurs).map(leftByMark(stack)),
      ...relationshipLeft(stack, proved),
      ...proved.notes.map((note) => ({
        what: "Not searched",
        why: note,
        step: "Correct it, and run the command again.",
      })),
    ],
    sameName: proved.found.filter(({ isOurs }) => !isOurs).map(({ what, id }) => ({ what, id })),
    governance: { state: proved.governance.look.state, found: relationshipFound(proved) },
    checks: proved.items.flatMap((item) => checkOf(item, graph)),
    evidence: evidence ?? null,
  };
}

function staying(item: ProvedItem, graph: string): Staying[] {
  const { kind, name, id, state, until = "" } = item;
  if (state === "softDeleted") {
    const why = `Entra keeps deleted objects for 30 days; it gives no access, and ends ${until === "" ? "then" : `on ${until.slice(0, 10)}`}`;
    const step = `az rest --method DELETE --url ${shellQuoted(`${graph}/v1.0/directory/deletedItems/${id}`)}`;
    return [{ what: `deleted ${kind} "${name}" (${id})`, why, step }];
  }
  if (state === "adopted")
    return [{ what: `${kind} "${name}" (${id})`, why: "it was in the tenant before the MSSP's stack", step: "" }];
  if (kind.endsWith("keyvault:Vault") && state === "gone")
    return [
      {
        what: `deleted key vault ${name} (${id})`,
        why: "Azure keeps a deleted vault for its retention period",
        step: "",
      },
    ];
  return [];
}

/** The consent was given by the customer, not by the stack. */
function consent(automation: string | undefined): Staying[] {
  if (automation === undefined) return [];
  return [
    {
      what: `consent to the MSSP's application ${automation}`,
      why: "an administrator of the tenant gave it before the onboarding; the stack can't take it back",
      step: `az ad sp delete --id ${shellQuoted(automation)}`,
    },
  ];
}

const always: readonly Staying[] = [
  {
    what: "entries in the logs of Microsoft Entra and Microsoft Purview",
    why: "nobody can delete them; they end with the retention of the tenant's licence",
    step: "",
  },
];

function leftItem({ kind, name, id, state, reason = "" }: ProvedItem): Staying[] {
  const what = `${kind} "${name}" (${id})`;
  if (state === "left") return [{ what, why: "it is still in the tenant", step: "Run the command again." }];
  if (state === "notChecked")
    return [{ what, why: `not checked: ${reason}`, step: "Check it by hand, or run the command again." }];
  if (state === "byHand") {
    const step = "Remove it in the Microsoft Defender portal, where it was created.";
    return [{ what, why: "a person created it in the portal: no API shows or removes it", step }];
  }
  return [];
}

function leftByMark(stack: string): (found: Proved["found"][number]) => Staying {
  return ({ what, id, evidence }) => ({
    what: `${what} (${id})`,
    why: `it carries the mark of stack ${stack}: ${evidence}`,
    step: `npx mssp doctor --stack ${stack} --repair`,
  });
}

function relationshipLeft(stack: string, proved: Proved): Staying[] {
  const { governance } = proved;
  if (!isRelationshipOpen(governance)) return [];
  const step = governance.look.state === "grants" ? endStep(stack) : lookStep(stack);
  return [
    { what: "governance relationship", why: relationshipFound(proved), step: `${step} Then run the command again.` },
  ];
}

function relationshipFound({ governance: { look } }: Proved): string {
  if (look.state === "none") return "no governance relationship between the two tenants is active";
  return look.state === "grants" ? relationshipText(look.relationship) : look.reason;
}

function checkOf({ proof, kind, name, id, state }: ProvedItem, graph: string): CustomerCheck[] {
  const path = graphPaths[proof];
  if (path === undefined || (state !== "gone" && state !== "softDeleted")) return [];
  const url = `${graph}${path}/${encodeURIComponent(id)}`;
  return [{ what: `${kind} "${name}"`, command: `az rest --method GET --url ${shellQuoted(url)}`, expected: "404" }];
}

/** Objects by the kind of their proof, for the page's numbers. */
export function countOf({ removed }: Certificate, ...proofs: readonly Proof[]): number {
  return removed.filter(({ proof }) => proofs.includes(proof)).length;
}
