/**
 * Policies that auditors read: security defaults, admin consent requests, authentication methods, timeouts,
 * and the settings of groups. https://learn.microsoft.com/graph/api/identitysecuritydefaultsenforcementpolicy-get,
 * …/adminconsentrequestpolicy-get, …/authenticationmethodspolicy-get, …/activitybasedtimeoutpolicy-list, …/group-list-settings
 */
import type { StoredObject, Tenant } from "../../cloud/model";
import { switchValue } from "../../cloud/switches";
import type { JsonObject } from "../json";
import { seededAt } from "../newDirectory";
import { hasLicence } from "../licences";
import { complete } from "../objects";
import { refuseOptions } from "../odata/query";
import { permissions } from "../permissions";
import { type Call, callBody, context, done, ok, route, type Route } from "../route";
import { checkCreate } from "../validate";
import { alone, asSent, entityRoutes, type EntityRow } from "./entityRoutes";

const versions = ["v1.0"] as const;
const consentPolicy = "adminConsentRequestPolicy";

const settings: EntityRow = {
  entitySet: "groupSettings",
  read: permissions.readGroupSettings,
  write: permissions.writeGroupSettings,
  create: asSent,
  change: asSent,
  remove: alone,
};

export const securityPolicyRoutes: readonly Route[] = [
  ...entityRoutes({
    entitySet: "identitySecurityDefaultsEnforcementPolicy",
    versions,
    read: permissions.readPolicies,
    write: permissions.writeSecurityDefaults,
    single: securityDefaults,
    change: asSent,
  }),
  ...entityRoutes({
    entitySet: consentPolicy,
    versions,
    read: permissions.readConsentRequestPolicy,
    single: consentRequests,
  }),
  route(
    "PUT",
    `/policies/${consentPolicy}`,
    permissions.writeConsentRequestPolicy,
    done((call) => {
      const { values } = checkCreate(consentPolicy, callBody(call), call.version);
      const version = Number(consentRequests(call)["version"]) + 1;
      call.tenant
        .objects(consentPolicy)
        .set(consentPolicy, complete(consentPolicy, { ...values, version, id: consentPolicy }));
    }),
    { versions },
  ),
  route(
    "GET",
    "/policies/authenticationMethodsPolicy",
    permissions.readAuthenticationMethodsPolicy,
    (call) =>
      ok({
        "@odata.context": context(call, "authenticationMethodsPolicy"),
        ...authenticationMethodsPolicy(call.tenant),
      }),
    { versions },
  ),
  ...entityRoutes({
    entitySet: "activityBasedTimeoutPolicies",
    versions,
    read: permissions.readTimeoutPolicies,
    objects: (call) => {
      // "This method supports the $filter, $select and $top OData query parameters"; a page of theirs has a $skiptoken.
      refuseOptions(call.query, ["$filter", "$select", "$top", "$skiptoken"]);
      return [...call.tenant.objects("activityBasedTimeoutPolicies").values()];
    },
  }),
  ...entityRoutes({ ...settings, versions }),
  // Beta's name of the same settings: https://learn.microsoft.com/graph/api/group-list-settings?view=graph-rest-beta
  ...entityRoutes({ ...settings, path: "settings", versions: ["beta"] }),
];

function consentRequests({ tenant }: Call): StoredObject {
  return tenant.objects(consentPolicy).get(consentPolicy) ?? complete(consentPolicy, { id: consentPolicy });
}

/** Conditional Access and security defaults exclude each other: on in a tenant without the licence for the former. */
function securityDefaults(call: Call): StoredObject {
  const name = "identitySecurityDefaultsEnforcementPolicy";
  const [stored] = call.tenant.objects(name).values();
  return (
    stored ??
    complete(name, {
      id: "00000000-0000-0000-0000-000000000005",
      displayName: "Security Defaults",
      description:
        "Security defaults is a set of basic identity security mechanisms recommended by Microsoft. When enabled, these " +
        "recommendations will be automatically enforced in your organization. Administrators and users will be better " +
        "protected from common identity related attacks.",
      isEnabled: !hasLicence(call.tenant, "conditionalAccess"),
    })
  );
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
