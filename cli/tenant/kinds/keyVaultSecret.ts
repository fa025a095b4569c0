import { notApplicable } from "../../../domain/kinds/accessKind";
import { azurePresence } from "./azurePresence";
import type { KindCalls } from "./kindCalls";

export const keyVaultSecret: KindCalls = {
  presence: azurePresence("handover"),
  search: notApplicable("it is in the MSSP's subscription, and gives nothing in the customer's tenant"),
  held: notApplicable("it is nothing that a principal holds"),
};
