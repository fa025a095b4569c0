/** Ways that give nobody a right. */
import { nothing, type Way } from "./way";

export const givesNothing: readonly Way[] = [
  nothing(
    "terms",
    "terms of use and their acceptances ask something of people",
    "/agreements/** /agreementAcceptances/**",
  ),
  nothing("applicationTemplate", "a gallery of Microsoft's", "/applicationTemplates/**"),
  nothing("contact", "contacts cannot sign in", "/contacts/**"),
  nothing("device", "a device has no right of its own: its users have them", "/devices/**"),
  nothing(
    "directoryObject",
    "other names of objects that have rows of their own, and reads sent by POST",
    `/directoryObjects/** /me/** ${["users", "groups", "servicePrincipals"]
      .flatMap((set) => ["checkMember", "getMember"].map((action) => `/${set}/{id}/${action}`))
      .flatMap((action) => [`${action}Groups`, `${action}Objects`])
      .join(" ")}`,
  ),
  nothing("roleTemplate", "templates of roles of Microsoft's", "/directoryRoleTemplates/**"),
  nothing(
    "customRole",
    "a role and an administrative unit give nothing until an assignment, which is looked at, names them",
    `/roleManagement/directory/roleDefinitions/** /directory/administrativeUnits/** ` +
      "azure:Microsoft.Authorization/roleDefinitions",
  ),
  nothing("synchronizationSchema", "parts of another object's synchronization", "/filterOperators/** /functions/**"),
  nothing(
    "groupSetting",
    "settings and life cycles of groups have no principal",
    "/groupSettings/** /settings/** /groupSettingTemplates/** /groupLifecyclePolicies/**",
  ),
  nothing(
    "tenantPolicy",
    "sign-in by security defaults, timeouts, and who is asked for a consent: no right comes of them",
    "/policies/identitySecurityDefaultsEnforcementPolicy /policies/adminConsentRequestPolicy " +
      "/policies/activityBasedTimeoutPolicies/**",
  ),
  nothing("schemaExtension", "names of further properties", "/schemaExtensions/**"),
  nothing("licence", "licences have no principal of another tenant", "/subscribedSkus/**"),
  nothing("place", "rooms and templates of teams", "/places/** /teamsTemplates/**"),
  nothing(
    "log",
    "logs, reports and searches show what their caller may read anyway",
    "/auditLogs/** /reports/** /search/**",
  ),
  nothing("risk", "the risk of a user is judged, not a right", "/identityProtection/**"),
  nothing(
    "policyEvaluation",
    "it computes which policies would apply, and changes nothing",
    "/identity/conditionalAccess/evaluate",
  ),
  nothing("logo", "a picture", "/applications/{id}/logo"),
  nothing("batch", "each call inside has a row of its own", "/$batch"),
  nothing(
    "incident",
    "it changes what incidents and alerts say, with a right that has a row of its own",
    "/security/alerts_v2/{id} /security/alerts_v2/{id}/comments /security/incidents/{id} " +
      "/security/incidents/{id}/comments",
  ),
  nothing(
    "hunting",
    "a query, with a right that has a row of its own",
    "/security/runHuntingQuery /security/microsoft.graph.security.runHuntingQuery",
  ),
  nothing("userInfo", "it shows the caller's own name", "entra:/oidc/userinfo"),
];
