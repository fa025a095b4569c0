import { accessPackageCatalog as kind } from "../../../domain/kinds/accessPackageCatalog";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { graphPresence } from "./graphPresence";
import type { KindCalls } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const accessPackageCatalog: KindCalls = {
  presence: graphPresence(kind.address),
  search: markedObjects({ kind: kind.key, collection: kind.address }),
  held: notApplicable("it is nothing that a principal holds"),
};
