/**
 * Policies that auditors read: security defaults, admin consent requests, authentication methods, timeouts,
 * and the settings of groups. https://learn.microsoft.com/graph/api/identitysecuritydefaultsenforcementpolicy-get,
 * …/adminconsentrequestpolicy-get, …/authenticationmethodspolicy-get, …/activitybasedtimeoutpolicy-list, …/group-list-settings
 */
import type { Tenant } from "../../cloud/model";
import { switchValue } from "../../cloud/switches";
import { entity, list } from "../answers";
import type { JsonObject } from "../json";
import { seededAt } from "../newDirectory";
import { hasLicence } from "../licences";
import { complete } from "../objects";
import { refuseOptions } from "../odata/query";
import { permissions } from "../permissions";
import { context, ok, type Call, type Route, type RouteAnswer } from "../route";

const versions = ["v1.0"] as const;

export const securityPolicyRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/policies/identitySecurityDefaultsEnforcementPolicy",
    versions,
    permissions: permissions.readPolicies,
    handle: securityDefaults,
  },
  {
    method: "GET",
    path: "/policies/adminConsentRequestPolicy",
    versions,
    permissions: permissions.readConsentRequestPolicy,
    handle: (call) =>
      entity(
        call,
        "adminConsentRequestPolicy",
        complete("adminConsentRequestPolicy", { id: "adminConsentRequestPolicy" }),
        "policies/adminConsentRequestPolicy",
      ),
  },
  {
    method: "GET",
    path: "/policies/authenticationMethodsPolicy",
    versions,
    permissions: permissions.readAuthenticationMethodsPolicy,
    handle: (call) =>
      ok({
        "@odata.context": context(call, "authenticationMethodsPolicy"),
        ...authenticationMethodsPolicy(call.tenant),
      }),
  },
  {
    method: "GET",
    path: "/policies/activityBasedTimeoutPolicies",
    versions,
    permissions: permissions.readTimeoutPolicies,
    handle: timeoutPolicies,
  },
  {
    method: "GET",
    path: "/groupSettings",
    versions,
    permissions: permissions.readGroupSettings,
    handle: (call) => list(call, "groupSettings", call.tenant.objects("groupSettings").values()),
  },
  // Beta's name of the same settings: https://learn.microsoft.com/graph/api/group-list-settings?view=graph-rest-beta
  {
    method: "GET",
    path: "/settings",
    versions: ["beta"],
    permissions: permissions.readGroupSettings,
    handle: (call) => list(call, "groupSettings", call.tenant.objects("groupSettings").values(), "settings"),
  },
];

/** Conditional Access and security defaults exclude each other: on in a tenant without the licence for the former. */
function securityDefaults(call: Call): RouteAnswer {
  const policy = complete("identitySecurityDefaultsEnforcementPolicy", {
    id: "00000000-0000-0000-0000-000000000005",
    displayName: "Security Defaults",
    description:
      "Security defaults is a set of basic identity security mechanisms recommended by Microsoft. When enabled, these " +
      "recommendations will be automatically enforced in your organization. Administrators and users will be better " +
      "protected from common identity related attacks.",
    isEnabled: !hasLicence(call.tenant, "conditionalAccess"),
  });
  return entity(
    call,
    "identitySecurityDefaultsEnforcementPolicy",
    policy,
    "policies/identitySecurityDefaultsEnforcementPolicy",
  );
}

function timeoutPolicies(call: Call): RouteAnswer {
  const name = "activityBasedTimeoutPolicies";
  // "This method supports the $filter, $select and $top OData query parameters"; a page of theirs has a $skiptoken.
  refuseOptions(call.query, ["$filter", "$select", "$top", "$skiptoken"]);
  return list(call, name, call.tenant.objects(name).values(), `policies/${name}`);
}

const everyone = { targetType: "group", id: "all_users", isRegistrationRequired: false };

/** Methods and their settings as in the page's example; Microsoft Authenticator follows the switch `mfa`. */
function authenticationMethodsPolicy(tenant: Tenant): JsonObject {
  const authenticator = switchValue(tenant, "mfa") === "on" ? "enabled" : "disabled";
  return {
    id: "authenticationMethodsPolicy",
    displayName: "Authentication Methods Policy",
    description:
      "The tenant-wide policy that controls which authentication methods are allowed in the tenant, authentication method " +
      "registration requirements, and self-service password reset settings",
    lastModifiedDateTime: seededAt,
    policyVersion: "1.5",
    policyMigrationState: "migrationComplete",
    registrationEnforcement: {
      authenticationMethodsRegistrationCampaign: {
        snoozeDurationInDays: 1,
        state: "default",
        excludeTargets: [],
        includeTargets: [
          { id: "all_users", targetType: "group", targetedAuthenticationMethod: "microsoftAuthenticator" },
        ],
      },
    },
    authenticationMethodConfigurations: [
      method("fido2", "Fido2", "disabled", {
        isSelfServiceRegistrationAllowed: true,
        isAttestationEnforced: true,
        keyRestrictions: { isEnforced: false, enforcementType: "block", aaGuids: [] },
        includeTargets: [everyone],
      }),
      method("microsoftAuthenticator", "MicrosoftAuthenticator", authenticator, {
        includeTargets: [{ ...everyone, authenticationMode: "any" }],
      }),
      method("sms", "Sms", "disabled", { includeTargets: [{ ...everyone, isUsableForSignIn: true }] }),
      method("temporaryAccessPass", "TemporaryAccessPass", "disabled", {
        defaultLifetimeInMinutes: 60,
        defaultLength: 8,
        minimumLifetimeInMinutes: 60,
        maximumLifetimeInMinutes: 480,
        isUsableOnce: false,
        includeTargets: [everyone],
      }),
      method("email", "Email", "enabled", { allowExternalIdToUseEmailOtp: "default", includeTargets: [] }),
    ],
  };
}

function method(type: string, id: string, state: "enabled" | "disabled", settings: JsonObject): JsonObject {
  return {
    "@odata.type": `#microsoft.graph.${type}AuthenticationMethodConfiguration`,
    id,
    state,
    excludeTargets: [],
    ...settings,
  };
}
