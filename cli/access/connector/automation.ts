/** Checks that this shell's own identity makes: the automation that also runs `up`. */
import { EnvironmentError, requestToken, ServiceError } from "@defender-mssp/microsoft";
import { failed, notChecked, type Check } from "@defender-mssp/siem/verify/check";
import type { VerifyContext } from "@defender-mssp/siem/verify/context";

/**
 * A token of this shell's own identity (ARM_…, `az`) in the customer's tenant: the automation that
 * also runs `up`.
 */
export async function automationToken(context: VerifyContext, audience: string): Promise<string> {
  const { connector, endpoints, environment } = context;
  const { accessToken } = await requestToken({ tenantId: connector.tenantId, audience, environment, endpoints });
  return accessToken;
}

/**
 * Runs a check with this shell's own identity. Without an identity or its permission the result is
 * `notChecked`.
 */
export async function asAutomation(name: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof EnvironmentError) return notChecked(name, `not checked: ${error.message}`);
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === 401 || error.status === 403) return notChecked(name, `not permitted: ${error.message}`);
    return failed(name, error.message);
  }
}
