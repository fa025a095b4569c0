import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls } from "./kindCalls";

export const refreshToken: KindCalls = {
  presence: notApplicable("no API shows it"),
  search: notApplicable("no API shows it"),
  held: notApplicable("it is nothing that a principal holds"),
};
