import { dayMs } from "@defender-mssp/errors/time";
import { azuread } from "../../domain/resourceTypes";
import { isMissing, knownText, problems, resourceRule, unknown, valueAt, type JudgedResource } from "../rule";
import type { PolicySettings } from "../policySettings";

export const accessPackages = resourceRule<{ mostDays: number }>({
  name: "access-packages",
  severity: "high",
  level: "mandatory",
  why:
    "Only people of the connected organization can request access; a person approves it, it expires, and it is " +
    "reviewed. It is the membership of a group, nothing else.",
  remedy:
    "Set requestorSettings.scopeType to SpecificConnectedOrganizationSubjects, require approval (also of " +
    "extensions), set durationInDays within the allowed days, and turn reviews on. Set resourceOriginSystem to " +
    "AadGroup and accessType to Member.",
  link: "https://learn.microsoft.com/defender-xdr/mssp-access",
  parameters: {
    mostDays: { type: "integer", minimum: 1, maximum: 3660, default: 365, description: "Longest access, in days." },
  },
  types: [
    azuread("AccessPackageAssignmentPolicy"),
    azuread("AccessPackageCatalog"),
    azuread("AccessPackageResourceCatalogAssociation"),
    azuread("AccessPackageResourcePackageAssociation"),
  ],
  check: (resource, { settings, parameters: { mostDays }, now }) => {
    if (resource.type !== azuread("AccessPackageAssignmentPolicy")) return problems(grantProblem(resource, settings));
    const { properties } = resource;
    const isOff = (...path: string[]) => ![true, unknown].includes(valueAt(properties, ...path) as boolean);
    const isExtensible = properties["extensionEnabled"] === true;
    return problems(
      scopeProblem(properties),
      isOff("approvalSettings", "approvalRequired") ? "it gives access without approval" : undefined,
      isExtensible && isOff("approvalSettings", "approvalRequiredForExtension")
        ? "it extends access without approval"
        : undefined,
      durationProblem(properties, mostDays, now),
      isOff("assignmentReviewSettings", "enabled") ? "its access is not reviewed" : undefined,
    );
  },
});

/** What a catalog shows, and what its packages give. */
function grantProblem({ type, properties }: JudgedResource, settings: PolicySettings | undefined): string | undefined {
  if (type === azuread("AccessPackageCatalog")) {
    return properties["externallyVisible"] === true && settings?.portalAccess.model !== "entitlement"
      ? "people outside of the tenant see it, and the settings ask for no access packages"
      : undefined;
  }
  const [property, expected] =
    type === azuread("AccessPackageResourceCatalogAssociation")
      ? (["resourceOriginSystem", "AadGroup"] as const)
      : (["accessType", "Member"] as const);
  const value = properties[property];
  // A package gives the membership by default.
  if (value === unknown || knownText(value)?.toLowerCase() === expected.toLowerCase()) return undefined;
  if (isMissing(value) && property === "accessType") return undefined;
  return `its ${property} is ${JSON.stringify(value ?? "(not set)")}; expected ${expected}`;
}

/** Every other scope lets people request access who are not in the connected organization. */
function scopeProblem(properties: Readonly<Record<string, unknown>>): string | undefined {
  const scope = valueAt(properties, "requestorSettings", "scopeType");
  if (scope === unknown || scope === "SpecificConnectedOrganizationSubjects") return undefined;
  return `people of the scope ${JSON.stringify(scope ?? "(not set)")} can request access`;
}

function durationProblem(
  { durationInDays: days, expirationDate: date }: Readonly<Record<string, unknown>>,
  mostDays: number,
  now: Date,
): string | undefined {
  if (date === unknown || (days === unknown && typeof date !== "string")) return undefined;
  const lasts = typeof date === "string" ? (Date.parse(date) - now.getTime()) / dayMs : days;
  if (typeof lasts !== "number" || !(lasts > 0 || typeof date === "string")) return "access never ends";
  return lasts <= mostDays ? undefined : `access lasts ${Math.ceil(lasts)} days; at most ${mostDays} are allowed`;
}
