import { vaultOfResourceId } from "@defender-mssp/microsoft";
import { isHandoverVaultName } from "../../domain/naming";
import { keyVault, keyVaultSecret } from "../../domain/resourceTypes";
import { knownText, problems, resourceRule, unknown, valueAt, type JudgedResource } from "../rule";
import type { PolicySettings } from "../policySettings";

export const keyVaults = resourceRule<object>({
  name: "key-vaults",
  severity: "high",
  level: "mandatory",
  why:
    "A vault for credentials uses the permission model Azure RBAC, and its deleted secrets can be recovered. A secret " +
    "goes to the vault of the settings only.",
  remedy:
    "Set enableRbacAuthorization and enablePurgeProtection to true, keep soft delete on, and name another vault in " +
    "handover.vaultId.",
  link: "https://learn.microsoft.com/azure/key-vault/general/rbac-guide",
  parameters: {},
  types: [keyVault, keyVaultSecret],
  check: (resource, { settings }) => {
    const { type, properties } = resource;
    if (type === keyVaultSecret) return problems(vaultProblem(resource, settings));
    const isOff = (key: string) => ![true, unknown].includes(valueAt(properties, "properties", key) as boolean);
    return problems(
      isOff("enablePurgeProtection") ? "it has no purge protection" : undefined,
      isOff("enableRbacAuthorization") ? "its permission model is access policies, not Azure RBAC" : undefined,
      valueAt(properties, "properties", "enableSoftDelete") === false ? "its soft delete is off" : undefined,
      ...["enabledForDeployment", "enabledForDiskEncryption", "enabledForTemplateDeployment"].map((name) =>
        valueAt(properties, "properties", name) === true ? `it gives secrets to Azure itself (${name})` : undefined,
      ),
    );
  },
});

function vaultProblem({ properties }: JudgedResource, settings: PolicySettings | undefined): string | undefined {
  const handover = settings?.handover;
  if (handover === undefined) return "the settings ask for no handover of a secret";
  const name = knownText(properties["vaultName"]);
  if (name === undefined) return undefined;
  const expected = handover.vaultId === undefined ? undefined : vaultOfResourceId(handover.vaultId)?.vaultName;
  const isNamed = expected === undefined ? isHandoverVaultName(name) : name.toLowerCase() === expected.toLowerCase();
  return isNamed ? undefined : `its vault is ${name}; the settings name ${expected ?? "one that this stack creates"}`;
}
