import { guestAddressProblem } from "../../domain/guardrails/people";
import { azuread, dynamic } from "../../domain/resourceTypes";
import { knownText, problems, resourceRule, textList } from "../rule";

export const guestDomains = resourceRule<{ domains: readonly string[] }>({
  name: "guest-domains",
  severity: "high",
  level: "mandatory",
  why: "Guests have an address in an allowed domain, and never one of a public mail provider.",
  remedy: "Invite the analyst's work address, or add its domain to the parameter domains.",
  link: "https://learn.microsoft.com/entra/external-id/allow-deny-list",
  parameters: {
    domains: {
      ...textList,
      description:
        "E-mail domains that guests may have. Empty: every domain but those of public mail providers. A stack's analystDomains narrow them further.",
    },
  },
  types: [dynamic("Guest"), azuread("Invitation")],
  check: ({ properties }, { parameters: { domains } }) => {
    const email = knownText(properties["email"]) ?? knownText(properties["userEmailAddress"]);
    return problems(email === undefined ? undefined : guestAddressProblem(email, domains));
  },
});
