import type { DeployedResources } from "../tenant/deployedResources";
import { secretSlots, type SecretDates, type SecretsBySlot, type SecretSlot } from "./secretPlan";
import { azuread } from "../../domain/resourceTypes";

const passwordType = azuread("ApplicationPassword");

/** Resource name of the secret in a slot. It is in every state, so it must not change. */
export function passwordName(connectorName: string, slot: SecretSlot): string {
  return slot === "first" ? `${connectorName}-password` : `${connectorName}-password-${secretSlots.indexOf(slot) + 1}`;
}

/**
 * Dates of the client secrets that the `SiemConnector` of this name has in the stack. The rotation
 * is planned by them; they contain nothing secret.
 *
 * @param connectorName resource name of the `SiemConnector`.
 * @param deployed the stack's resources: `await deployedResources()`.
 */
export function deployedSecrets(connectorName: string, deployed: DeployedResources): SecretsBySlot {
  const resources = Object.entries(deployed);
  const dates = secretSlots.flatMap((slot) => {
    const found = resources.find(
      ([urn, { type }]) => type === passwordType && urn.endsWith(`::${passwordName(connectorName, slot)}`),
    );
    const { startDate, endDate, rotateWhenChanged } = found?.[1].outputs ?? {};
    if (typeof endDate !== "string") return [];
    const one: SecretDates = {
      endsOn: endDate,
      ...(typeof startDate === "string" ? { startsOn: startDate } : {}),
      ...(isRecord(rotateWhenChanged) ? { keepsUntil: rotateWhenChanged } : {}),
    };
    return [[slot, one] as const];
  });
  return Object.fromEntries(dates);
}

function isRecord(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "string");
}
