import { windowsDefenderAtp } from "@defender-mssp/microsoft";
import { azuread } from "../../domain/resourceTypes";
import { stackRule } from "../rule";

/**
 * A connector of the legacy alert API needs a client secret: Microsoft's connectors for that API
 * take nothing else.
 */
export const federatedInsteadOfSecret = stackRule<object>({
  name: "federated-instead-of-secret",
  severity: "medium",
  level: "advisory",
  why: "A connector that reads only Microsoft Graph needs no client secret: a federated credential leaves nothing to copy.",
  remedy: "Set connector.credential to federated, or to certificate if the SIEM has no identity provider.",
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
