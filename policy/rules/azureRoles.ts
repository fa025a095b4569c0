import { azureRoleProblem } from "../../guardrails/roles";
import { azureRoleAssignment, registrationDefinition } from "../resourceTypes";
import { knownItems, knownText, knownTexts, problems, resourceRule, valueAt } from "../rule";

export const azureRoles = resourceRule<object>({
  name: "azure-roles",
  severity: "critical",
  level: "mandatory",
  why: "Nobody gets a role in Azure by which they could give access to others: no Owner by Lighthouse, and none on what the stack makes.",
  remedy: "Delegate the role that the work needs, such as Microsoft Sentinel Responder.",
  link: "https://learn.microsoft.com/azure/lighthouse/concepts/tenants-users-roles",
  parameters: {},
  types: [registrationDefinition, azureRoleAssignment],
  check: ({ properties }) => {
    const authorizations = [
      ...knownItems(valueAt(properties, "properties", "authorizations")),
      ...knownItems(valueAt(properties, "properties", "eligibleAuthorizations")),
    ];
    return problems(
      roleProblem(properties["roleDefinitionId"]),
      ...authorizations.map((one) =>
        roleProblem(valueAt(one, "roleDefinitionId"), knownTexts(valueAt(one, "delegatedRoleDefinitionIds"))),
      ),
    );
  },
});

function roleProblem(roleDefinitionId: unknown, handsOn: readonly string[] = []): string | undefined {
  const id = knownText(roleDefinitionId);
  return id === undefined ? undefined : azureRoleProblem(id, handsOn);
}
