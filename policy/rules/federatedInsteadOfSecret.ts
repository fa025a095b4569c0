import { windowsDefenderAtp } from "@defender-mssp/microsoft";
import { azuread } from "../resourceTypes";
import { stackRule } from "../rule";

/**
 * What reads the legacy alert API signs in with a client secret: Microsoft's connectors for it take nothing else. Who reads Microsoft Graph
 * can do without.
 */
export const federatedInsteadOfSecret = stackRule<object>({
  name: "federated-instead-of-secret",
  severity: "medium",
  level: "advisory",
  why: "An application that reads Microsoft Graph alone needs no secret that could be lost: another identity provider's tokens do as well.",
  remedy: "Set connector.credential to federated, or to certificate where the SIEM has no identity provider.",
  link: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  parameters: {},
  checkStack: (resources) => {
    const readsLegacyApi = resources.some(
      ({ type, properties }) =>
        type === azuread("ApplicationApiAccess") && properties["apiClientId"] === windowsDefenderAtp.appId,
    );
    if (readsLegacyApi) return [];
    return resources
      .filter(({ type }) => type === azuread("ApplicationPassword"))
      .map((resource) => ({ problem: `${resource.name} is a client secret`, resource }));
  },
});
