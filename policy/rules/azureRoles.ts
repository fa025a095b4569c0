import { azureRoleProblem } from "../../domain/guardrails/roles";
import { azureRoleAssignment, registrationDefinition } from "../../domain/resourceTypes";
import { knownItems, knownText, knownTexts, problems, resourceRule, valueAt } from "../rule";

export const azureRoles = resourceRule<object>({
  name: "azure-roles",
  severity: "critical",
  level: "mandatory",
  why: "No Azure role that can give access to others is assigned or delegated.",
  remedy: "Use the least role for the work, such as Microsoft Sentinel Responder.",
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
