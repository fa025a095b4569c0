import { keyVault } from "../resourceTypes";
import { problems, resourceRule, unknown, valueAt } from "../rule";

export const keyVaults = resourceRule<object>({
  name: "key-vaults",
  severity: "high",
  level: "mandatory",
  why: "A vault for credentials gives access by Azure RBAC alone, and what is deleted from it can be had back until its days are over.",
  remedy: "Set enableRbacAuthorization and enablePurgeProtection to true, and leave soft delete on.",
  link: "https://learn.microsoft.com/azure/key-vault/general/rbac-guide",
  parameters: {},
  types: [keyVault],
  check: ({ properties }) => {
    const isOff = (key: string) => ![true, unknown].includes(valueAt(properties, "properties", key) as boolean);
    return problems(
      isOff("enablePurgeProtection") ? "it has no purge protection" : undefined,
      isOff("enableRbacAuthorization") ? "it gives access by access policies, not by Azure RBAC" : undefined,
      valueAt(properties, "properties", "enableSoftDelete") === false ? "its soft delete is off" : undefined,
    );
  },
});
