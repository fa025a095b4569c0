import { redirectUriProblem } from "../../guardrails/applications";
import { azuread } from "../resourceTypes";
import { knownTexts, problems, resourceRule } from "../rule";

interface Parameters {
  readonly hosts: readonly string[];
  readonly loopback: boolean;
}

export const redirectUris = resourceRule<Parameters>({
  name: "redirect-uris",
  severity: "high",
  level: "mandatory",
  why: "A sign-in's answer goes to an https address of the customer's, or to the port on this machine that the settings name, and nowhere else.",
  remedy:
    "Use https://<customerDomain>/…; allow another host by the parameter hosts; ask for a port by connector.loopbackRedirectPort.",
  link: "https://learn.microsoft.com/entra/identity-platform/reply-url",
  parameters: {
    hosts: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Hosts that redirect URIs may have besides the setting customerDomain.",
    },
    loopback: {
      type: "boolean",
      default: true,
      description: "Whether the settings may ask for a redirect URI on the user's own machine.",
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
