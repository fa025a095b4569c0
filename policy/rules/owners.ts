import { azuread } from "../resourceTypes";
import { knownText, knownTexts, problems, resourceRule } from "../rule";

export const owners = resourceRule<{ owners: readonly string[] }>({
  name: "owners",
  severity: "high",
  level: "mandatory",
  why: "Nobody owns an application or a group but who is on the MSSP's list: an owner can add secrets and members, whatever role they have.",
  remedy: "Leave owners out, or add their object IDs to the parameter owners.",
  link: "https://learn.microsoft.com/entra/identity/enterprise-apps/overview-assign-app-owners",
  parameters: {
    owners: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Object IDs, in the customers' tenants, of who may own what a stack makes.",
    },
  },
  types: [azuread("Group"), azuread("ServicePrincipal"), azuread("Application"), azuread("ApplicationOwner")],
  check: ({ properties }, { parameters: { owners: allowed } }) => {
    const named = [
      ...knownTexts(properties["owners"]),
      ...[properties["ownerObjectId"]].flatMap((id) => knownText(id) ?? []),
    ];
    const listed = allowed.map((id) => id.toLowerCase());
    return problems(
      ...named.map((id) => (listed.includes(id.toLowerCase()) ? undefined : `its owner ${id} is not on the list`)),
    );
  },
});
