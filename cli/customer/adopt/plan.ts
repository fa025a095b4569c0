/**
 * The plan of an adoption, as a pure function of what is in the tenant and of the answers: what is
 * adopted as which resource, what is left, what can't be imported, and what must be asked. Nothing
 * that was found is dropped, and nothing that may be somebody else's is adopted without an answer.
 * What carries a stack's mark is left unless an answer names it.
 */
import type { AdoptableTenant } from "./candidate";
import { Draft, type AnswersById, type PlannedAdoption, type PlannedCustomer } from "./draft";
import { planConnector } from "./planConnector";
import { planDetections } from "./planDetections";
import { planPortalAccess } from "./planPortalAccess";
import { withoutMarked } from "./withoutMarked";

const whoseReader =
  "Nothing tells whose it is: ask the customer whether it is the MSSP's. `offboard` asks, too, and ends no access of it.";

export function planAdoption(
  tenant: AdoptableTenant,
  customer: PlannedCustomer,
  answers: AnswersById,
): PlannedAdoption {
  const { own, others } = withoutMarked(tenant.candidates, customer, answers);
  const draft = new Draft({ ...tenant, candidates: own }, customer, answers);
  draft.leave.push(...others);
  planPortalAccess(draft);
  planConnector(draft);
  planDetections(draft);
  const { adopt, leave, notImported, omitted, created, questions, objects, keepable } = draft;
  const isOpen = questions.length > 0;
  for (const { id, appId, name, permissions } of tenant.alertReaders)
    draft.putAside(`It may read alerts (${permissions.join(", ")}). ${whoseReader}`, {
      key: "servicePrincipal",
      id,
      name,
      appId,
    });
  draft.putAside(isOpen ? "Undecided: it depends on an open question." : "The settings have no place for it.", ...own);
  const adopted = {
    objects: adopt.map(({ resource, id, onDestroy, members }) => ({
      resource,
      id,
      onDestroy,
      ...(members === undefined ? {} : { members }),
    })),
    ...(omitted.length === 0 ? {} : { omit: omitted.map(({ part }) => part) }),
  };
  const settings = { ...draft.settings, analystDomains: customer.msspDomains, adopted };
  const { notLooked } = tenant;
  return {
    plan: { settings, adopt, leave, notImported, omitted, created, questions, notLooked },
    objects,
    keepable,
  };
}
