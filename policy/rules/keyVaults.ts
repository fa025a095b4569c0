import { keyVault } from "../../domain/resourceTypes";
import { problems, resourceRule, unknown, valueAt } from "../rule";

export const keyVaults = resourceRule<object>({
  name: "key-vaults",
  severity: "high",
  level: "mandatory",
  why: "A vault for credentials uses the permission model Azure RBAC, and its deleted secrets can be recovered.",
  remedy: "Set enableRbacAuthorization and enablePurgeProtection to true, and keep soft delete on.",
  link: "https://learn.microsoft.com/azure/key-vault/general/rbac-guide",
  parameters: {},
  types: [keyVault],
  check: ({ properties }) => {
    const isOff = (key: string) => ![true, unknown].includes(valueAt(properties, "properties", key) as boolean);
    return problems(
      isOff("enablePurgeProtection") ? "it has no purge protection" : undefined,
      isOff("enableRbacAuthorization") ? "its permission model is access policies, not Azure RBAC" : undefined,
      valueAt(properties, "properties", "enableSoftDelete") === false ? "its soft delete is off" : undefined,
    );
  },
});
