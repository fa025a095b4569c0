/**
 * Objects that carry a stack's mark. Names are not unique to an MSSP, so an object with a fitting
 * name may be another stack's, or another MSSP's: it is left, with whose it is.
 */
import type { StackMark } from "@defender-mssp/microsoft";
import type { Candidate } from "./candidate";
import { planItem, type AnswersById, type PlanItem, type PlannedCustomer } from "./draft";

export interface SortedCandidates {
  /** What the plan may adopt. */
  readonly own: readonly Candidate[];
  /** What another stack manages. */
  readonly others: readonly PlanItem[];
}

/**
 * Takes the objects with a mark out, and with each what belongs to it: secrets, grants, assignments.
 * The answer `marked:<ID>=adopt` lets a single object in, for a stack that has lost its state. There
 * is none for an application with the mark of another MSSP: the secrets on it are that MSSP's.
 */
export function withoutMarked(
  candidates: readonly Candidate[],
  { msspTenantId }: PlannedCustomer,
  answers: AnswersById,
): SortedCandidates {
  const mayAdopt = ({ key, mark }: Candidate) =>
    key !== "application" || mark?.msspTenantId === "" || mark?.msspTenantId === msspTenantId;
  const owners = new Map(
    candidates.flatMap((candidate) => {
      const { id, mark } = candidate;
      const isLeft = mark !== undefined && !(mayAdopt(candidate) && answers[`marked:${id}`] === "adopt");
      return isLeft ? [[id, ownerText(mark, msspTenantId)] as const] : [];
    }),
  );
  const whyLeft = (candidate: Candidate): string | undefined => {
    const { id, of = [] } = candidate;
    const whose = owners.get(id);
    if (whose !== undefined)
      return `${whose} ${mayAdopt(candidate) ? `If that stack no longer exists: --answer marked:${id}=adopt.` : "It is never adopted."}`;
    const marked = of.find((owner) => owners.has(owner));
    return marked && `It belongs to an object that another stack manages. ${owners.get(marked) ?? ""}`;
  };
  return {
    own: candidates.filter((candidate) => whyLeft(candidate) === undefined),
    others: candidates.flatMap((candidate) => {
      const why = whyLeft(candidate);
      return why === undefined ? [] : [planItem(candidate, why)];
    }),
  };
}

function ownerText({ stack, msspTenantId }: StackMark, ownTenantId: string): string {
  const named = stack === "" ? "a stack of Pulumi that its mark does not name" : `stack ${stack}`;
  if (msspTenantId === "") return `It is managed by ${named}.`;
  return msspTenantId === ownTenantId
    ? `It is managed by ${named} of this MSSP.`
    : `It is managed by ${named} of another MSSP, tenant ${msspTenantId}.`;
}
