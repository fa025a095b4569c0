import { msspServicePrincipal as kind } from "../../../domain/kinds/msspServicePrincipal";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { restorablePresence } from "./graphPresence";
import type { KindCalls } from "./kindCalls";
import { msspPrincipals } from "./servicePrincipalEntry";

export const msspServicePrincipal: KindCalls = {
  presence: restorablePresence(kind.address),
  search: (tenant) => msspPrincipals(tenant, "msspServicePrincipal", ({ appId }) => appId !== tenant.owner.automation),
  held: notApplicable("it is a principal"),
};
