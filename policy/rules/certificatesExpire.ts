import { credentialLifetimeProblem, longestCertificateDays } from "../../domain/guardrails/applications";
import { azuread } from "../../domain/resourceTypes";
import { isMissing, knownText, problems, resourceRule } from "../rule";

export const certificatesExpire = resourceRule<{ mostDays: number }>({
  name: "certificates-expire",
  severity: "high",
  level: "mandatory",
  why: "A certificate of an application expires within a year: whoever copied its private key can use it no longer than that.",
  remedy: "Issue a certificate that expires within the allowed days, and set endDate to its expiry.",
  link: "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
  parameters: {
    mostDays: {
      type: "integer",
      minimum: 1,
      maximum: 730,
      default: longestCertificateDays,
      description: "Days from now within which a certificate must expire.",
    },
  },
  types: [azuread("ApplicationCertificate"), azuread("ServicePrincipalCertificate")],
  check: ({ properties: { endDate, endDateRelative } }, { parameters: { mostDays }, now }) => {
    const end = knownText(endDate);
    return problems(
      isMissing(endDate) ? "it has no expiry date (endDate)" : undefined,
      knownText(endDateRelative) === undefined ? undefined : "it has a relative expiry (endDateRelative)",
      end ? credentialLifetimeProblem({ endDate: end, now, mostDays }) : undefined,
    );
  },
});
