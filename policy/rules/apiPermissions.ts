import { permissionProblem } from "../../guardrails/applications";
import { azuread, dynamic } from "../resourceTypes";
import { knownText, knownTexts, problems, resourceRule, type JudgedResource } from "../rule";

export const apiPermissions = resourceRule<{ allowed: readonly string[] }>({
  name: "api-permissions",
  severity: "critical",
  level: "mandatory",
  why: "An application can read the customer's alerts and nothing else: no other permission is requested or granted, and none that allows changes.",
  remedy:
    "Request only the permissions of connector.alertApis; add another permission that only reads to the parameter allowed.",
  link: "https://learn.microsoft.com/graph/permissions-reference",
  parameters: {
    allowed: {
      type: "array",
      items: { type: "string" },
      default: ["Alert.Read", "SecurityAlert.Read.All"],
      description:
        "Names of permissions; IDs where a national cloud has others than the public one. A permission that allows changes is refused nevertheless.",
    },
  },
  types: [
    azuread("ApplicationApiAccess"),
    azuread("AppRoleAssignment"),
    azuread("ServicePrincipalDelegatedPermissionGrant"),
    dynamic("AppRoleGrant"),
  ],
  check: (resource, { parameters: { allowed } }) =>
    problems(...permissionsOf(resource).map((permission) => permissionProblem(permission, allowed))),
});

/** By name or ID, as the resource has them. */
function permissionsOf({ properties }: JudgedResource): readonly string[] {
  const { roleIds, scopeIds, claimValues, appRoleId, appRole } = properties;
  return [
    ...[roleIds, scopeIds, claimValues].flatMap(knownTexts),
    ...[appRoleId, appRole].flatMap((one) => knownText(one) ?? []),
  ];
}
