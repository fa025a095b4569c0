import { azuread } from "../resourceTypes";
import { problems, resourceRule } from "../rule";

export const roleAssignableGroups = resourceRule<{ basic: boolean }>({
  name: "role-assignable-groups",
  severity: "high",
  level: "mandatory",
  why: "A group can be given directory roles only where the portal access model needs that: every role given to it by hand would be its members'.",
  remedy: "Leave assignableToRole out, or set portalAccess.model to basic.",
  link: "https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept",
  parameters: {
    basic: { type: "boolean", default: true, description: "Whether the model basic may have such a group." },
  },
  types: [azuread("Group")],
  check: ({ properties }, { settings, parameters: { basic } }) => {
    const isAllowed = basic && settings?.portalAccess.model === "basic";
    return problems(
      properties["assignableToRole"] === true && !isAllowed ? "it can be given directory roles" : undefined,
    );
  },
});
