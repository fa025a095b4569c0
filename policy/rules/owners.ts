import { azuread } from "../../domain/resourceTypes";
import { knownText, knownTexts, problems, resourceRule, textList } from "../rule";

export const owners = resourceRule<{ owners: readonly string[] }>({
  name: "owners",
  severity: "high",
  level: "mandatory",
  why: "Owners of applications and groups must be on the MSSP's list of allowed owners: an owner can add secrets and members.",
  remedy: "Omit owners, or add their object IDs to the parameter owners.",
  link: "https://learn.microsoft.com/entra/identity/enterprise-apps/overview-assign-app-owners",
  parameters: {
    owners: {
      ...textList,
      description: "Object IDs, in the customers' tenants, of the allowed owners.",
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
      ...named.map((id) => (listed.includes(id.toLowerCase()) ? undefined : `its owner ${id} is not an allowed owner`)),
    );
  },
});
