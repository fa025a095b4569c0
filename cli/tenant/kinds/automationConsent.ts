import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls } from "./kindCalls";
import { msspPrincipals } from "./servicePrincipalEntry";

export const automationConsent: KindCalls = {
  presence: notApplicable("the stack's state does not have it: it is searched"),
  search: (tenant) => msspPrincipals(tenant, "automationConsent", ({ appId }) => appId === tenant.owner.automation),
  held: notApplicable("it is a principal"),
};
