import { redirectUriProblem } from "../../domain/guardrails/applications";
import { azuread } from "../../domain/resourceTypes";
import { knownTexts, problems, resourceRule, textList } from "../rule";

interface Parameters {
  readonly hosts: readonly string[];
  readonly loopback: boolean;
}

export const redirectUris = resourceRule<Parameters>({
  name: "redirect-uris",
  severity: "high",
  level: "mandatory",
  why: "The answer to a sign-in goes to an https address of the customer, or to the loopback port that the settings name.",
  remedy:
    "Use https://<customerDomain>/…, add another host to the parameter hosts, or set connector.loopbackRedirectPort.",
  link: "https://learn.microsoft.com/entra/identity-platform/reply-url",
  parameters: {
    hosts: {
      ...textList,
      description: "Hosts that redirect URIs may have in addition to the setting customerDomain.",
    },
    loopback: {
      type: "boolean",
      default: true,
      description: "Whether the settings may ask for a loopback redirect URI.",
    },
  },
  types: [azuread("ApplicationRedirectUris")],
  check: ({ properties }, { settings, parameters }) => {
    const connector = settings?.connector;
    const allowed = {
      hosts: [...(settings === undefined ? [] : [settings.customerDomain]), ...parameters.hosts],
      loopbackPort:
        connector?.kind === "customerApp" && parameters.loopback ? connector.loopbackRedirectPort : undefined,
    };
    return problems(...knownTexts(properties["redirectUris"]).map((uri) => redirectUriProblem(uri, allowed)));
  },
});
