import { azuread } from "../../domain/resourceTypes";
import { knownText, knownTexts, problems, resourceRule } from "../rule";

export const federatedCredentials = resourceRule<object>({
  name: "federated-credentials",
  severity: "critical",
  level: "mandatory",
  why: "A federated credential has no expiry, so it accepts only the issuer, subject and audience that the settings name.",
  remedy: "Set connector.credential to federated with this issuer, subject and audience, or remove the credential.",
  link: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  parameters: {},
  types: [azuread("ApplicationFederatedIdentityCredential")],
  check: ({ properties: { issuer, subject, audiences } }, { settings }) => {
    const connector = settings?.connector;
    if (connector?.kind !== "customerApp" || connector.credential.type !== "federated") {
      return ["the settings ask for no federated credential"];
    }
    const { credential } = connector;
    return problems(
      different("issuer", knownText(issuer), credential.issuer),
      different("subject", knownText(subject), credential.subject),
      ...knownTexts(audiences).map((audience) => different("audience", audience, credential.audience)),
    );
  },
});

/** The service compares upper and lower case, too. */
function different(what: string, found: string | undefined, expected: string): string | undefined {
  if (found === undefined || found === expected) return undefined;
  return `its ${what} is ${JSON.stringify(found)}; the settings name ${JSON.stringify(expected)}`;
}
