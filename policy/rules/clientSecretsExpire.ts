import { credentialLifetimeProblem } from "../../domain/guardrails/applications";
import { azuread } from "../../domain/resourceTypes";
import { isMissing, knownText, problems, resourceRule } from "../rule";

export const clientSecretsExpire = resourceRule<{ mostDays: number }>({
  name: "client-secrets-expire",
  severity: "high",
  level: "mandatory",
  why: "A client secret expires within a year and has a description: whoever copied it can use it no longer than that.",
  remedy: "Set endDate within the allowed days, and a displayName.",
  link: "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
  parameters: {
    mostDays: {
      type: "integer",
      minimum: 1,
      maximum: 730,
      default: 365,
      description: "Longest life of a secret, in days.",
    },
  },
  types: [azuread("ApplicationPassword"), azuread("ServicePrincipalPassword")],
  check: ({ properties: { displayName, endDate, endDateRelative } }, { parameters: { mostDays }, now }) => {
    const end = knownText(endDate);
    return problems(
      isMissing(displayName) ? "it has no description (displayName)" : undefined,
      isMissing(endDate) ? "it has no expiry date (endDate)" : undefined,
      knownText(endDateRelative) ? "it has a relative expiry (endDateRelative)" : undefined,
      end ? credentialLifetimeProblem({ endDate: end, now, mostDays }) : undefined,
    );
  },
});
