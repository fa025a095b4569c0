import type { DeployedResources } from "../tenant/deployedResources";
import { secretSlots, type SecretDates, type SecretsBySlot, type SecretSlot } from "./secretPlan";

const passwordType = "azuread:index/applicationPassword:ApplicationPassword";

/** Resource name of the secret in a slot. The first one's is older than the second: a stack of version 0.1.0 has that one. */
export function passwordName(connectorName: string, slot: SecretSlot): string {
  return slot === "first" ? `${connectorName}-password` : `${connectorName}-password-2`;
}

/**
 * The dates of a connector's client secrets, as the stack's state has them (`await deployedResources()`). The schedule is kept nowhere else: what was made when is
 * what the next step depends on. Nothing secret is in it.
 */
export function deployedSecrets(connectorName: string, deployed: DeployedResources): SecretsBySlot {
  const resources = Object.entries(deployed);
  const dates = secretSlots.flatMap((slot) => {
    const found = resources.find(
      ([urn, { type }]) => type === passwordType && urn.endsWith(`::${passwordName(connectorName, slot)}`),
    );
    const { startDate, endDate } = found?.[1].outputs ?? {};
    if (typeof endDate !== "string") return [];
    const one: SecretDates = { endsOn: endDate, ...(typeof startDate === "string" ? { startsOn: startDate } : {}) };
    return [[slot, one] as const];
  });
  return Object.fromEntries(dates);
}
