import { guestAddressProblem } from "../../guardrails/people";
import { azuread, dynamic } from "../resourceTypes";
import { knownText, problems, resourceRule } from "../rule";

export const guestDomains = resourceRule<{ domains: readonly string[] }>({
  name: "guest-domains",
  severity: "high",
  level: "mandatory",
  why: "Who is invited works for the MSSP: their address is of an allowed domain, and never a mailbox that anybody can have.",
  remedy: "Invite the address that the analyst has at work, or add its domain to the parameter domains.",
  link: "https://learn.microsoft.com/entra/external-id/allow-deny-list",
  parameters: {
    domains: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "E-mail domains that guests of any stack may have; none: any company's. A stack's analystDomains narrow them further.",
    },
  },
  types: [dynamic("Guest"), azuread("Invitation")],
  check: ({ properties }, { parameters: { domains } }) => {
    const email = knownText(properties["email"]) ?? knownText(properties["userEmailAddress"]);
    return problems(email === undefined ? undefined : guestAddressProblem(email, domains));
  },
});
