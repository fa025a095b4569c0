import { azuread } from "../resourceTypes";
import { problems, resourceRule, unknown, valueAt } from "../rule";

export const accessPackages = resourceRule<{ mostDays: number }>({
  name: "access-packages",
  severity: "high",
  level: "mandatory",
  why: "Who asks for access gets it from a person of the customer's, for a limited time, and is reviewed: nobody keeps it because it was forgotten.",
  remedy: "Require approval, also for extensions, set durationInDays within the allowed days, and turn the reviews on.",
  link: "https://learn.microsoft.com/defender-xdr/mssp-access",
  parameters: {
    mostDays: { type: "integer", minimum: 1, maximum: 3660, default: 365, description: "Days that access may last." },
  },
  types: [azuread("AccessPackageAssignmentPolicy")],
  check: ({ properties }, { parameters: { mostDays }, now }) => {
    const isOff = (...path: string[]) => ![true, unknown].includes(valueAt(properties, ...path) as boolean);
    const isExtensible = properties["extensionEnabled"] === true;
    return problems(
      isOff("approvalSettings", "approvalRequired") ? "it gives access without approval" : undefined,
      isExtensible && isOff("approvalSettings", "approvalRequiredForExtension")
        ? "it extends access without approval"
        : undefined,
      durationProblem(properties, mostDays, now),
      isOff("assignmentReviewSettings", "enabled") ? "nobody reviews who has access" : undefined,
    );
  },
});

function durationProblem(
  { durationInDays: days, expirationDate: date }: Readonly<Record<string, unknown>>,
  mostDays: number,
  now: Date,
): string | undefined {
  if (days === unknown || date === unknown) return undefined;
  const lasts = typeof date === "string" ? (Date.parse(date) - now.getTime()) / (24 * 60 * 60 * 1000) : days;
  if (typeof lasts !== "number" || !(lasts > 0 || typeof date === "string")) return "access never ends";
  return lasts <= mostDays ? undefined : `access lasts ${Math.ceil(lasts)} days; allowed are ${mostDays}`;
}
