import { azuread } from "../../domain/resourceTypes";
import { isMissing, knownItems, knownText, problems, resourceRule, unknown } from "../rule";

export const staticGroups = resourceRule<object>({
  name: "static-groups",
  severity: "critical",
  level: "mandatory",
  why: "Only the program adds members to a group: no membership rule, no joining without the owner's approval, no copy in another directory.",
  remedy: "Omit dynamicMembership, types and writebackEnabled, and set visibility to Private or leave it out.",
  link: "https://learn.microsoft.com/entra/identity/users/groups-dynamic-membership",
  parameters: {},
  types: [azuread("Group")],
  check: ({ properties: { dynamicMembership, types, visibility, writebackEnabled, onpremisesGroupType } }) => {
    const isSet = (value: unknown) => value !== unknown && !isMissing(value);
    const hasRule = Array.isArray(dynamicMembership) ? dynamicMembership.length > 0 : isSet(dynamicMembership);
    const shown = knownText(visibility) ?? "";
    return problems(
      hasRule ? "a rule decides who its members are (dynamicMembership)" : undefined,
      ...knownItems(types).map((type) => `it is of the type ${String(type)}`),
      ["", "private", "hiddenmembership"].includes(shown.toLowerCase())
        ? undefined
        : `its visibility is ${shown}: people join it by themselves`,
      writebackEnabled === true ? "it is written back to an on-premises directory" : undefined,
      isSet(onpremisesGroupType) ? "it is written back to an on-premises directory as a group of its own" : undefined,
    );
  },
});
