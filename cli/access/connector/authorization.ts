/** Whether the legacy alert API is authorized for the connector. */
import { clouds, getSiemAuthorization } from "@defender-mssp/microsoft";
import { authorizationByUse, type LegacyAlerts } from "@defender-mssp/siem/verify/alerts";
import { failed, passed, type Check } from "@defender-mssp/siem/verify/check";
import { asAutomation, automationToken } from "./automation";
import type { StackVerifyContext } from "./stackContext";

/**
 * Asks the server that keeps authorizations, if there is one; otherwise uses the result of the
 * call.
 */
export async function authorization(context: StackVerifyContext, byUse: LegacyAlerts): Promise<Check> {
  const name = "SIEM authorization";
  const { connector, defenderEndpoint } = context;
  const seen = authorizationByUse(context, byUse);
  if (seen.state !== "passed" || defenderEndpoint === undefined || connector.siemAuthorization !== "authorized")
    return seen;
  const asked = await asAutomation(name, async () => {
    const token = await automationToken(context, clouds[connector.cloud].defenderResource);
    const found = await getSiemAuthorization({ endpoint: defenderEndpoint, applicationId: connector.clientId, token });
    return found === undefined
      ? failed(name, "the server has no authorization of the connector: run npx pulumi up --refresh")
      : passed(name, `authorized for the tenant ${found.msspTenantId}, confirmed by the server and by use`);
  });
  return asked.state === "notChecked" ? seen : asked;
}
