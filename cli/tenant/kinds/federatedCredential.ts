import { federatedCredentialsPath } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { partPresence } from "./graphPresence";
import type { KindCalls } from "./kindCalls";

export const federatedCredential: KindCalls = {
  presence: partPresence(federatedCredentialsPath, ({ id }) => id),
  search: notApplicable("it ends with its app registration, which is searched"),
  held: notApplicable("it is nothing that a principal holds"),
};
