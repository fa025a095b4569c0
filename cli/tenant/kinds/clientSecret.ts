import { notApplicable } from "../../../domain/kinds/accessKind";
import { keyPresence } from "./applicationPresence";
import type { KindCalls } from "./kindCalls";

export const clientSecret: KindCalls = {
  presence: keyPresence("passwordCredentials"),
  search: notApplicable("it ends with its app registration, which is searched"),
  held: notApplicable("it is nothing that a principal holds"),
};
