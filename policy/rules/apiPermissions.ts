import { allConnectorRoles, connectorRoles, dateOf, writesHaveEnded } from "@defender-mssp/microsoft";
import { permissionName, permissionProblem } from "../../domain/guardrails/applications";
import type { PolicySettings } from "../policySettings";
import { azuread, dynamic } from "../../domain/resourceTypes";
import { knownText, knownTexts, problems, resourceRule, type JudgedResource } from "../rule";

export const apiPermissions = resourceRule<{ allowed: readonly string[] }>({
  name: "api-permissions",
  severity: "critical",
  level: "mandatory",
  why:
    "An application has the permissions of connector.alertApis and connector.profile and no other one; one that " +
    "allows changes has an approver and an end date.",
  remedy:
    "For a change, set connector.profile with approvedBy and writesEndOn; add another permission that only reads to the parameter allowed.",
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
  check: (resource, { parameters: { allowed }, settings, now }) => {
    const today = dateOf(now);
    const asked = settings === undefined ? [] : connectorRoles(settings.connector, today).map(({ value }) => value);
    const judge = (permission: string) => {
      const problem = permissionProblem(permission, allowed, asked);
      return problem === undefined ? undefined : `${problem}${endedNote(permission, settings, today)}`;
    };
    return problems(...permissionsOf(resource).map(judge));
  },
});

/** The settings' own reason why a role of the profile is refused. */
function endedNote(permission: string, settings: PolicySettings | undefined, today: string): string {
  const isOfProfile = allConnectorRoles.some(({ value }) => value === permissionName(permission));
  if (!isOfProfile || settings === undefined || !writesHaveEnded(settings.connector, today)) return "";
  return `; connector.writesEndOn was ${settings.connector.writesEndOn ?? ""}`;
}

/** By name or ID, as the resource has them. */
function permissionsOf({ properties }: JudgedResource): readonly string[] {
  const { roleIds, scopeIds, claimValues, appRoleId, appRole } = properties;
  return [
    ...[roleIds, scopeIds, claimValues].flatMap(knownTexts),
    ...[appRoleId, appRole].flatMap((one) => knownText(one) ?? []),
  ];
}
