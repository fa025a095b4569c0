import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls } from "./kindCalls";

export const previewConsent: KindCalls = {
  presence: notApplicable("the stack's state does not have it: it is searched"),
  search: notApplicable("found as a service principal of the MSSP's tenant"),
  held: notApplicable("it is a principal"),
};
