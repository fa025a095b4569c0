import { notApplicable } from "../../../domain/kinds/accessKind";
import { azurePresence } from "./azurePresence";
import type { KindCalls } from "./kindCalls";

export const lighthouseDefinition: KindCalls = {
  presence: azurePresence("delegation"),
  search: notApplicable("its assignments, which give access, are searched"),
  held: notApplicable("it is nothing that a principal holds"),
};
