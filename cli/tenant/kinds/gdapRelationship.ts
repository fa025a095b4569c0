import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls } from "./kindCalls";

export const gdapRelationship: KindCalls = {
  presence: notApplicable("the stack's state does not have it"),
  search: notApplicable("Graph shows it in the partner's tenant only"),
  held: notApplicable("it is nothing that a principal holds"),
};
