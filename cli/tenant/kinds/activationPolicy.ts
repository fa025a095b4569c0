import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls } from "./kindCalls";

export const activationPolicy: KindCalls = {
  presence: notApplicable("each group has one, which gives nothing by itself"),
  search: notApplicable("each group has one, which gives nothing by itself"),
  held: notApplicable("it is nothing that a principal holds"),
};
