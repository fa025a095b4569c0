import { azuread } from "../../domain/resourceTypes";
import { knownText, problems, resourceRule } from "../rule";

export const singleTenantApplications = resourceRule<object>({
  name: "single-tenant-applications",
  severity: "high",
  level: "mandatory",
  why: "An application in a customer's tenant accepts sign-ins from that tenant only.",
  remedy: "Set signInAudience to AzureADMyOrg, or connector.kind to msspApp.",
  link: "https://learn.microsoft.com/entra/identity-platform/single-and-multi-tenant-apps",
  parameters: {},
  types: [azuread("ApplicationRegistration"), azuread("Application")],
  check: ({ properties }, { settings }) => {
    // Single-tenant by default.
    const audience = knownText(properties["signInAudience"]) ?? "AzureADMyOrg";
    const isAllowed = audience === "AzureADMyOrg" || settings?.connector.kind === "msspApp";
    return problems(isAllowed ? undefined : `signInAudience is ${audience}; expected AzureADMyOrg`);
  },
});
