/**
 * App Instance Lock of the automation's application, in the MSSP's tenant: without it whoever administers applications
 * in a customer's tenant can add a credential to the automation there, and sign in as it.
 */
import { unread } from "@defender-mssp/errors/notChecked";
import {
  equals,
  graphApplications,
  graphCall,
  graphList,
  type Application,
  type CallContext,
} from "@defender-mssp/microsoft";
import { isCallError } from "@defender-mssp/errors";
import { azRest } from "@defender-mssp/tenant";
import type { Settings } from "../../../settings";
import type { Feature } from "./report";

const feature = "appInstanceLock";

/** @returns a row where it is locked or could not be read, a note where it is not locked; neither for an application of another tenant. */
export async function instanceLock(
  { msspTenantId, tenantId }: Pick<Settings, "msspTenantId" | "tenantId">,
  clientId: string,
  context: CallContext & { readonly graphUrl: string },
): Promise<{ readonly features: readonly Feature[]; readonly note?: string }> {
  if (msspTenantId === tenantId) return { features: [] };
  try {
    const call = await graphCall(msspTenantId, context);
    const path = `${graphApplications.path}?$filter=${equals("appId", clientId)}`;
    const [application] = await graphList<Application>(call, path);
    if (application === undefined) return { features: [] };
    const { isEnabled = false, allProperties = false } = application.servicePrincipalLockConfiguration ?? {};
    if (isEnabled && allProperties === true) return { features: [{ feature, state: "passed" }] };
    const change = { servicePrincipalLockConfiguration: { isEnabled: true, allProperties: true } };
    return {
      features: [],
      note:
        `The automation's application ${clientId} has no App Instance Lock for all properties: who administers applications in a customer's tenant ` +
        `can add a credential to it there, and sign in as it. In the MSSP's tenant:\n  ${azRest("PATCH", `${context.graphUrl}${graphApplications.item(application.id)}`, change)}`,
    };
  } catch (error) {
    if (!isCallError(error)) throw error;
    const reason = "optional: requires Application.Read.All in the MSSP's own tenant";
    return { features: [{ feature, ...unread(`not checked: ${reason}`), optional: true }] };
  }
}
