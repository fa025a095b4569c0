import { groupNameInDirectory, securityGroupName } from "../../domain/naming";
import { azuread } from "../../domain/resourceTypes";
import { problems, resourceRule, unknown } from "../rule";

export const roleAssignableGroups = resourceRule<{ basic: boolean }>({
  name: "role-assignable-groups",
  severity: "high",
  level: "mandatory",
  why: "Only the group of the portal access model basic can be assigned a directory role: its members would hold every such role.",
  remedy: "Omit assignableToRole, or set portalAccess.model to basic.",
  link: "https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept",
  parameters: {
    basic: { type: "boolean", default: true, description: "Whether the model basic may have that group." },
  },
  types: [azuread("Group")],
  check: ({ properties: { assignableToRole, displayName } }, { settings, parameters: { basic } }) => {
    const isBasic = basic && settings?.portalAccess.model === "basic";
    const needsIt =
      isBasic && [groupNameInDirectory(securityGroupName(settings.msspName)), unknown].includes(displayName as string);
    return problems(assignableToRole === true && !needsIt ? "directory roles can be assigned to it" : undefined);
  },
});
