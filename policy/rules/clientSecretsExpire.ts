import { secretLifetimeProblem } from "../../guardrails/applications";
import { azuread } from "../resourceTypes";
import { knownText, problems, resourceRule } from "../rule";

export const clientSecretsExpire = resourceRule<{ mostDays: number }>({
  name: "client-secrets-expire",
  severity: "high",
  level: "mandatory",
  why: "A client secret ends, within a year of its making, and says what it is for: a lost one works no longer than that.",
  remedy: "Give it an endDate within the allowed days and a displayName.",
  link: "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
  parameters: {
    mostDays: { type: "integer", minimum: 1, maximum: 730, default: 365, description: "Days that a secret may live." },
  },
  types: [azuread("ApplicationPassword"), azuread("ServicePrincipalPassword")],
  check: ({ properties: { displayName, endDate } }, { parameters: { mostDays }, now }) => {
    const end = knownText(endDate);
    return problems(
      isMissing(displayName) ? "it has no description (displayName)" : undefined,
      isMissing(endDate) ? "it has no end (endDate)" : undefined,
      end ? secretLifetimeProblem({ endDate: end, now, mostDays }) : undefined,
    );
  },
});

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
