/** Refuses to run the program for another tenant of the MSSP than the one that the stack's resources name. */
import { VisibleError } from "@defender-mssp/errors";
import { otherMsspTenantMessage, stateMsspTenants } from "../../domain/stateTenants";
import type { DeployedResources } from "./deployedResources";

/**
 * Another tenant would leave the access that was given to the first one, and a look would search for the second.
 * @throws VisibleError with both IDs.
 */
export function refuseOtherMsspTenant(
  { msspTenantId }: { readonly msspTenantId: string },
  deployed: DeployedResources,
): void {
  const entries = Object.values(deployed).map((resource) => ({ ...resource, inputs: {} }));
  const before = stateMsspTenants(entries);
  if (before.length === 0 || before.includes(msspTenantId.toLowerCase())) return;
  throw new VisibleError(otherMsspTenantMessage("This stack's", before, msspTenantId));
}
