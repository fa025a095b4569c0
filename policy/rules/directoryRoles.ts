import { directoryRoleProblem } from "../../domain/guardrails/roles";
import { azuread, dynamic } from "../../domain/resourceTypes";
import { knownText, problems, resourceRule } from "../rule";

interface Parameters {
  readonly roles: readonly string[];
  readonly securityAdministrator: boolean;
}

export const directoryRoles = resourceRule<Parameters>({
  name: "directory-roles",
  severity: "critical",
  level: "mandatory",
  why: "The MSSP gets the least directory roles: none that can make administrators, and Security Administrator only if the settings ask for it.",
  remedy: "Use the portal access model rbac or entitlement, or the role Security Reader or Security Operator.",
  link: "https://learn.microsoft.com/entra/identity/role-based-access-control/best-practices",
  parameters: {
    roles: {
      type: "array",
      items: { type: "string" },
      default: ["Security Reader", "Security Operator"],
      description:
        "Display names of the allowed roles. Global and Privileged Role Administrator are refused nevertheless.",
    },
    securityAdministrator: {
      type: "boolean",
      default: true,
      description: "Whether the settings may ask for Security Administrator (portalAccess.role, portalAccess.groups).",
    },
  },
  types: [
    azuread("DirectoryRole"),
    azuread("DirectoryRoleAssignment"),
    azuread("DirectoryRoleEligibilityScheduleRequest"),
    // Stands for the model; with governance no other resource names the roles.
    dynamic("PortalAccessModel"),
  ],
  check: ({ type, properties }, { settings, parameters: { roles, securityAdministrator } }) => {
    const access = settings?.portalAccess;
    const ofSettings: readonly string[] =
      access?.model === "basic"
        ? [access.role]
        : access?.model === "governance"
          ? access.groups.flatMap((group) => group.roles)
          : [];
    const isAskedFor = ofSettings.includes("Security Administrator") && securityAdministrator;
    const allowed = isAskedFor ? [...roles, "Security Administrator"] : roles;
    if (type === dynamic("PortalAccessModel")) {
      if (access?.model !== "governance") return [];
      return problems(...new Set(ofSettings.map((role) => directoryRoleProblem(role, allowed))));
    }
    const { roleId, roleDefinitionId, templateId, displayName } = properties;
    const role = [roleId, roleDefinitionId, templateId, displayName].map(knownText).find((one) => one !== undefined);
    return problems(role === undefined ? undefined : directoryRoleProblem(role, allowed));
  },
});
