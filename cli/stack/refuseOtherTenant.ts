/**
 * Refuses a stack whose state is of another tenant than its settings name: a command would read or
 * change one tenant by the other's state. The readers of a state and of outputs ask.
 */
import { lastSegment } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { otherTenantMessage } from "../../domain/stateTenants";
import { readStackTenant } from "../../settings/fromFile";

/** State and settings of a stack name different tenants. Says both, and what to do. */
export class OtherTenantError extends VisibleError {}

/**
 * Compares with the stack's settings file. A file that is missing or names no tenant is no reason:
 * whatever needs the settings says what is wrong with them.
 * @param tenants those of the state, in lower case.
 * @throws OtherTenantError
 */
export async function refuseOtherTenant(stack: string, tenants: readonly string[], folder: string): Promise<void> {
  if (tenants.length === 0) return;
  const now = await readStackTenant(stack, folder);
  const before = tenants.find((tenantId) => tenantId !== now);
  if (now === undefined || before === undefined) return;
  throw new OtherTenantError(sentence(otherTenantMessage(`stack ${lastSegment(stack)}'s`, before, now)));
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
