import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls } from "./kindCalls";

export const stackIdentity: KindCalls = {
  presence: notApplicable("nothing of it is in a tenant"),
  search: notApplicable("nothing of it is in a tenant"),
  held: notApplicable("it is nothing that a principal holds"),
};
