import { assignmentPolicy as kind } from "../../../domain/kinds/assignmentPolicy";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { graphPresence } from "./graphPresence";
import type { KindCalls } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const assignmentPolicy: KindCalls = {
  presence: graphPresence(kind.address),
  search: markedObjects({
    kind: kind.key,
    collection: kind.address,
    gives: ["people of the MSSP can request its access package"],
  }),
  held: notApplicable("it is nothing that a principal holds"),
};
