import {
  azureRoles,
  azureScope,
  lastSegment,
  remoteGroup,
  roleAuthorizations,
  vaultOfResourceId,
  type SentinelRolesByGroup,
} from "@defender-mssp/microsoft";
import { isHandoverVaultName } from "../../domain/naming";
import {
  azureRoleAssignment,
  keyVault,
  registrationAssignment,
  registrationDefinition,
} from "../../domain/resourceTypes";
import { knownItems, knownText, problems, resourceRule, textList, valueAt, type JudgedResource } from "../rule";
import { isSentinelScope } from "../principals";
import type { PolicySettings } from "../policySettings";

interface Parameters {
  readonly principals: readonly string[];
}

export const azurePrincipals = resourceRule<Parameters>({
  name: "azure-principals",
  severity: "critical",
  level: "mandatory",
  why:
    "In Azure only these principals get a role, each as the settings say: the SIEM's identity on its secret, the MSSP's group by Azure Lighthouse, " +
    "and the analysts' groups on the resource group of the Microsoft Sentinel workspace.",
  remedy:
    "Set handover.readerObjectId, azureDelegation or sentinelAccess, or add the object ID to the parameter principals.",
  link: "https://learn.microsoft.com/azure/lighthouse/concepts/tenants-users-roles",
  parameters: {
    principals: {
      ...textList,
      description: "Object IDs, in the MSSP's tenant, of other principals that may get a role.",
    },
  },
  types: [azureRoleAssignment, registrationDefinition, registrationAssignment, keyVault],
  check: (resource, { settings, parameters: { principals } }) => {
    const isListed = (id: string) => principals.some((one) => one.toLowerCase() === id.toLowerCase());
    switch (resource.type) {
      case azureRoleAssignment:
        return assignmentProblems(resource, settings, isListed);
      case registrationDefinition:
        return delegationProblems(resource, settings, isListed);
      case registrationAssignment:
        return problems(scopeProblem(resource, settings));
      default:
        return problems(policiesProblem(resource));
    }
  },
});

type IsListed = (id: string) => boolean;

function assignmentProblems(
  { properties }: JudgedResource,
  settings: PolicySettings | undefined,
  isListed: IsListed,
): readonly string[] {
  const principal = knownText(properties["principalId"]);
  const role = knownText(properties["roleDefinitionId"]);
  if (principal !== undefined && isListed(principal)) return [];
  if (isSentinelScope(properties["scope"], settings)) {
    return sentinelProblems(role, principal, knownText(properties["principalType"]), settings);
  }
  const isSecretsUser = role === undefined || idOf(role) === azureRoles["Key Vault Secrets User"];
  return problems(
    principalProblem(principal, settings?.handover?.readerObjectId, "handover.readerObjectId"),
    isSecretsUser ? undefined : `its role is ${idOf(role)}; the SIEM's identity gets Key Vault Secrets User alone`,
    secretProblem(knownText(properties["scope"]), settings),
  );
}

/** `named-principals` judges the group, and that the role is one of this group. */
function sentinelProblems(
  role: string | undefined,
  principal: string | undefined,
  principalType: string | undefined,
  settings: PolicySettings | undefined,
): readonly string[] {
  const named = settings?.sentinelAccess?.roles ?? {};
  const roles = Object.values(named).flat();
  const isNamed = role === undefined || roles.some((name) => azureRoles[name] === idOf(role));
  return problems(
    isNamed ? undefined : `its role is ${idOf(role)}, which sentinelAccess.roles does not name`,
    principalType === "ForeignGroup" || rolesOfRemoteGroup(named, principal) !== undefined
      ? remoteGroupProblem(named, principal, role)
      : undefined,
    principalType === undefined || ["Group", "ForeignGroup"].includes(principalType)
      ? undefined
      : `its principal is a ${principalType}; the roles on a workspace are for groups alone`,
  );
}

function rolesOfRemoteGroup(named: SentinelRolesByGroup, principal: string | undefined) {
  return principal === undefined ? undefined : named[remoteGroup(principal.toLowerCase())];
}

/** A remote group is no resource of the stack: its ID is in the settings. */
function remoteGroupProblem(
  named: SentinelRolesByGroup,
  principal: string | undefined,
  role: string | undefined,
): string | undefined {
  const roles = rolesOfRemoteGroup(named, principal);
  if (roles?.some((name) => role !== undefined && azureRoles[name] === idOf(role)) === true) return undefined;
  return `its principal is the group ${principal ?? "(unknown)"} of another tenant, for which sentinelAccess.unverifiedRemoteGroups does not name the role`;
}

/** The role is for the one secret of the handover, in the vault of the settings. */
function secretProblem(scope: string | undefined, settings: PolicySettings | undefined): string | undefined {
  if (scope === undefined) return undefined;
  const handover = settings?.handover;
  const [, vaultId = "", secret = ""] = /^(.+)\/secrets\/([^/]+)$/i.exec(scope) ?? [];
  const vault = vaultOfResourceId(vaultId);
  const expected = handover?.secretName ?? `siem-${settings?.tenantId ?? ""}`;
  const isOfVault =
    handover?.vaultId === undefined
      ? vault !== undefined && isHandoverVaultName(vault.vaultName)
      : vaultId.toLowerCase() === handover.vaultId.toLowerCase();
  const isOfSecret = secret.toLowerCase() === expected.toLowerCase();
  if (isOfVault && isOfSecret && vault?.subscriptionId === handover?.subscriptionId) return undefined;
  return `its scope is ${scope}; the SIEM's identity reads the secret ${expected} of the vault of handover alone`;
}

function delegationProblems(
  { properties }: JudgedResource,
  settings: PolicySettings | undefined,
  isListed: IsListed,
): readonly string[] {
  const delegation = settings?.azureDelegation;
  const roles = delegation === undefined ? [] : roleAuthorizations(delegation.roles);
  const authorizations = ["authorizations", "eligibleAuthorizations"].flatMap((list) =>
    knownItems(valueAt(properties, "properties", list)),
  );
  return authorizations.flatMap((one) => {
    const principal = knownText(valueAt(one, "principalId"));
    if (principal !== undefined && isListed(principal)) return [];
    const role = knownText(valueAt(one, "roleDefinitionId"));
    const isNamed = role === undefined || roles.some(({ roleDefinitionId }) => roleDefinitionId === idOf(role));
    return problems(
      principalProblem(principal, delegation?.groupObjectId, "azureDelegation.groupObjectId"),
      isNamed ? undefined : `it delegates the role ${idOf(role)}, which azureDelegation.roles does not name`,
    );
  });
}

function scopeProblem({ properties }: JudgedResource, settings: PolicySettings | undefined): string | undefined {
  const scope = knownText(properties["scope"]);
  if (scope === undefined) return undefined;
  const delegation = settings?.azureDelegation;
  if (delegation === undefined) return "the settings ask for no delegation";
  const expected = azureScope(delegation);
  return scope.toLowerCase() === expected.toLowerCase()
    ? undefined
    : `it delegates ${scope}; the settings name ${expected}`;
}

/** With Azure RBAC Azure ignores them; a switch back would put them into effect. */
function policiesProblem({ properties }: JudgedResource): string | undefined {
  const policies = knownItems(valueAt(properties, "properties", "accessPolicies"));
  return policies.length === 0 ? undefined : "it has access policies";
}

function principalProblem(
  found: string | undefined,
  expected: string | undefined,
  setting: string,
): string | undefined {
  if (found === undefined || found.toLowerCase() === expected?.toLowerCase()) return undefined;
  return `its principal ${found} is not the one of the setting ${setting}`;
}

/** The last part of a resource ID, in lower case. */
function idOf(roleDefinitionId: string): string {
  return lastSegment(roleDefinitionId).toLowerCase();
}
