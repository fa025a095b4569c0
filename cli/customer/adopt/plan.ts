/**
 * The plan of an adoption, as a pure function of what is in the tenant and of the answers: what is
 * adopted as which resource, what is left, what can't be imported, and what must be asked. Nothing
 * that was found is dropped, and nothing that may be somebody else's is adopted without an answer.
 * What carries a stack's mark is left unless an answer names it.
 */
import { Draft, everyFound, type AnswersById, type PlannedAdoption, type PlannedCustomer } from "./draft";
import type { FoundTenant } from "./found";
import { planConnector } from "./planConnector";
import { planDetections } from "./planDetections";
import { withoutMarked } from "./withoutMarked";
import { planPortalAccess } from "./planPortalAccess";

export function planAdoption(found: FoundTenant, customer: PlannedCustomer, answers: AnswersById): PlannedAdoption {
  const { tenant, others } = withoutMarked(found, customer, answers);
  const draft = new Draft(tenant, customer, answers);
  draft.leave.push(...others);
  planPortalAccess(draft);
  planConnector(draft);
  planDetections(draft);
  leaveTheRest(draft);
  const adopted = {
    objects: draft.adopt.map(({ resource, id, onDestroy, members }) => ({
      resource,
      id,
      onDestroy,
      ...(members === undefined ? {} : { members }),
    })),
    ...(draft.omitted.length === 0 ? {} : { omit: draft.omitted.map(({ part }) => part) }),
  };
  const { adopt, leave, notImported, omitted, created, questions } = draft;
  const settings = { ...draft.settings, analystDomains: customer.msspDomains, adopted };
  const plan = { settings, adopt, leave, notImported, omitted, created, questions, notLooked: found.notLooked };
  return { plan, objects: draft.objects };
}

function leaveTheRest(draft: Draft): void {
  const isOpen = draft.questions.length > 0;
  const why = isOpen ? "Undecided: it depends on an open question." : "The settings have no place for it.";
  for (const item of everyFound(draft.found)) {
    if (draft.isSettled(item.id)) continue;
    draft.putAside({ ...item, why });
  }
}
