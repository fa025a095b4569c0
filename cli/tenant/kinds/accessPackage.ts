import { accessPackage as kind } from "../../../domain/kinds/accessPackage";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { graphPresence } from "./graphPresence";
import type { KindCalls } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const accessPackage: KindCalls = {
  presence: graphPresence(kind.address),
  search: markedObjects({ kind: kind.key, collection: kind.address, gives: ["people of the MSSP can hold it"] }),
  held: notApplicable("it is nothing that a principal holds"),
};
