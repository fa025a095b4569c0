import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls } from "./kindCalls";

export const extensionResource: KindCalls = {
  presence: notApplicable("the extension's own documentation says how"),
  search: notApplicable("the extension's own documentation says how"),
  held: notApplicable("the extension's own documentation says how"),
};
