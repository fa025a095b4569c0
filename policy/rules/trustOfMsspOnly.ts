import { listOf } from "@defender-mssp/errors/json";
import { authenticationStrengths, defenderPortalAppId, lastSegment } from "@defender-mssp/microsoft";
import { azuread, dynamic } from "../../domain/resourceTypes";
import {
  isMissing,
  knownItems,
  knownText,
  problems,
  resourceRule,
  unknown,
  valueAt,
  type JudgedResource,
} from "../rule";
import type { PolicySettings } from "../policySettings";

export const trustOfMsspOnly = resourceRule<object>({
  name: "trust-of-mssp-only",
  severity: "critical",
  level: "mandatory",
  why:
    "The tenant trusts the MSSP's tenant only, and only as the settings say; a Conditional Access policy is the one of " +
    "the settings: it reaches guests of the MSSP's tenant and nobody of the customer's.",
  remedy: "Set msspTenantId, crossTenantTrust and conditionalAccess, or remove the resource.",
  link: "https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview",
  parameters: {},
  types: [dynamic("CrossTenantPartner"), dynamic("CrossTenantPartnerEntry"), azuread("ConditionalAccessPolicy")],
  check: (resource, { settings }) =>
    resource.type === azuread("ConditionalAccessPolicy")
      ? policyProblems(resource, settings)
      : partnerProblems(resource, settings),
});

const switches = {
  isMfaAccepted: "mfa",
  isCompliantDeviceAccepted: "compliantDevice",
  isHybridAzureADJoinedDeviceAccepted: "hybridJoinedDevice",
  inboundConsentAllowed: "automaticConsent",
} as const;

function partnerProblems(
  { type, properties }: JudgedResource,
  settings: PolicySettings | undefined,
): readonly string[] {
  const trust = settings?.crossTenantTrust;
  if (trust === undefined) return ["the settings ask for no trust (crossTenantTrust)"];
  const limits = {
    limitToGroup: trust.limitToGroup,
    limitToApplication: trust.limitToDefenderPortal === true ? defenderPortalAppId : undefined,
  };
  return problems(
    otherTenant(properties["partnerTenantId"], settings),
    ...Object.entries(switches).map(([property, setting]) =>
      properties[property] === true && trust[setting] !== true
        ? `it sets ${property}, and crossTenantTrust.${setting} is not true`
        : undefined,
    ),
    ...Object.entries(type === dynamic("CrossTenantPartner") ? limits : {}).map(([property, expected]) =>
      different(property, properties[property], expected),
    ),
  );
}

function policyProblems({ properties }: JudgedResource, settings: PolicySettings | undefined): readonly string[] {
  const asked = settings?.conditionalAccess;
  if (asked === undefined) return ["the settings ask for no policy (conditionalAccess)"];
  const { state, conditions, grantControls, sessionControls } = properties;
  const strength = valueAt(grantControls, "authenticationStrengthPolicyId");
  const controls = listAt(grantControls, "builtInControls");
  const hours = asked.signInFrequencyHours;
  return problems(
    different("state", state, asked.mode === "enforce" ? "enabled" : "enabledForReportingButNotEnforced"),
    ...reachProblems(conditions, settings),
    different("operator", valueAt(grantControls, "operator"), "AND"),
    different(
      "authentication strength",
      typeof strength === "string" ? lastSegment(strength) : strength,
      authenticationStrengths[asked.strength],
    ),
    asked.compliantDevice && !controls.some((control) => control === "compliantDevice" || control === unknown)
      ? "it does not require a compliant device"
      : undefined,
    ...controls
      .filter((control) => !(asked.compliantDevice && control === "compliantDevice") && control !== unknown)
      .map((control) =>
        control === "block" ? "it blocks the MSSP's people" : `the settings do not ask for ${String(control)}`,
      ),
    ...extra(grantControls, ["operator", "authenticationStrengthPolicyId", "builtInControls"]),
    different("sign-in frequency", valueAt(sessionControls, "signInFrequency"), hours),
    different(
      "sign-in frequency period",
      valueAt(sessionControls, "signInFrequencyPeriod"),
      hours === undefined ? undefined : "hours",
    ),
    ...extra(sessionControls, ["signInFrequency", "signInFrequencyPeriod", ...Object.keys(sessionDefaults)]),
    ...Object.entries(sessionDefaults).map(([name, expected]) => {
      const value = valueAt(sessionControls, name);
      return isMissing(value) ? undefined : different(name, value, expected);
    }),
  );
}

/** Values that the provider fills in. */
const sessionDefaults = {
  signInFrequencyAuthenticationType: "primaryAndSecondaryAuthentication",
  signInFrequencyInterval: "timeBased",
} as const;

/** Guests of the MSSP's tenant in all applications; no exclusion, no further condition. */
function reachProblems(conditions: unknown, settings: PolicySettings | undefined): readonly string[] {
  const users = valueAt(conditions, "users");
  const applications = valueAt(conditions, "applications");
  return problems(
    ...userProblems(users, settings),
    ...listAt(applications, "includedApplications").map((application) => different("application", application, "All")),
    listAt(applications, "includedApplications").length === 0 ? "it names no application; expected All" : undefined,
    ...extra(applications, ["includedApplications"]),
    ...listAt(conditions, "clientAppTypes").map((type) => different("client app type", type, "all")),
    ...extra(conditions, ["users", "applications", "clientAppTypes"]),
  );
}

function userProblems(users: unknown, settings: PolicySettings | undefined): readonly string[] {
  const guests = listAt(users, "includedGuestsOrExternalUsers");
  const others = ["includedUsers", "includedGroups", "includedRoles"].filter(
    (name) => knownItems(valueAt(users, name)).length > 0,
  );
  const tenants = guests.flatMap((guest) => {
    const named = listAt(guest, "externalTenants");
    const kinds = named.map((tenant) => valueAt(tenant, "membershipKind"));
    const isNamed = kinds.length > 0 && kinds.every((kind) => kind === "enumerated" || kind === unknown);
    return isNamed ? named.flatMap((tenant) => listAt(tenant, "members")) : ["every tenant"];
  });
  const people = guests.map((guest) => valueAt(guest, "guestOrExternalUserTypes"));
  const reached = ["b2bCollaborationGuest", "b2bCollaborationMember"];
  return problems(
    ...others.map((name) => `it has ${name}; only includedGuestsOrExternalUsers may be set`),
    others.length === 0 && tenants.length === 0 ? "it names no external tenant" : undefined,
    ...tenants.map((tenant) => otherTenant(tenant, settings)),
    ...people.map((types) =>
      !Array.isArray(types) || types.includes(unknown) || reached.every((type) => types.includes(type))
        ? undefined
        : `it does not reach ${reached.filter((type) => !types.includes(type)).join(" and ")}`,
    ),
    ...extra(users, ["includedGuestsOrExternalUsers", "includedUsers", "includedGroups", "includedRoles"]),
  );
}

/** Properties with a value besides the named ones, such as exclusions. */
function extra(value: unknown, names: readonly string[]): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .filter(([name, set]) => !names.includes(name) && !name.startsWith("__") && !isOff(set))
    .map(([name]) => `it has ${name}; the settings do not ask for it`);
}

function isOff(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => isOff(item));
  if (typeof value === "object" && value !== null) return Object.values(value).every(isOff);
  return isMissing(value) || value === false || value === 0 || value === unknown;
}

function different(what: string, value: unknown, expected: string | number | undefined): string | undefined {
  if (value === unknown || (expected === undefined && (isMissing(value) || value === 0))) return undefined;
  const isEqual = String(value).toLowerCase() === String(expected).toLowerCase();
  return isEqual
    ? undefined
    : `its ${what} is ${JSON.stringify(value ?? "(not set)")}; the settings name ${JSON.stringify(expected ?? "none")}`;
}

function otherTenant(value: unknown, settings: PolicySettings | undefined): string | undefined {
  const tenant = knownText(value);
  if (tenant === undefined || tenant.toLowerCase() === settings?.msspTenantId) return undefined;
  return `it is for ${tenant}; the settings name the MSSP's tenant ${settings?.msspTenantId ?? "not at all"}`;
}

/** One unknown item for a list that is not known. */
function listAt(value: unknown, name: string): readonly unknown[] {
  const list = valueAt(value, name);
  return list === unknown ? [unknown] : listOf(list);
}
