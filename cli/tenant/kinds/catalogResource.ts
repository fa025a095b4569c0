import { catalogResourcesPath } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { partPresence } from "./graphPresence";
import type { KindCalls } from "./kindCalls";

export const catalogResource: KindCalls = {
  presence: partPresence(catalogResourcesPath, ({ originId }) => originId),
  search: notApplicable("it ends with its catalog, which is searched"),
  held: notApplicable("it is nothing that a principal holds"),
};
