/**
 * The SIEM's registration of a stack whose automation once had `Application.ReadWrite.All`: it may have no owner, and with
 * `Application.ReadWrite.OwnedBy` alone the automation can then neither change nor delete it.
 */
import { graphCall, ownsApplication, type CallContext } from "@defender-mssp/microsoft";
import { isCallError } from "@defender-mssp/errors";
import { ownsConnector } from "../../../domain/prerequisiteSettings";
import type { Settings } from "../../../settings";
import { shellQuoted } from "../../base/shellWord";
import type { Deployment } from "../../stack/deployment";
import { deployedOf } from "../../tenant/deployed";

/** What to do about it; undefined where the automation owns it, needs no owner, or may not look. */
export async function unownedConnectorNote(
  settings: Settings,
  deployment: Deployment,
  automation: { readonly objectId: string; readonly roles: readonly string[] },
  context: CallContext,
): Promise<string | undefined> {
  const { objectId, roles } = automation;
  if (roles.includes("Application.ReadWrite.All") || !ownsConnector(settings)) return undefined;
  const call = await graphCall(settings.tenantId, context);
  for (const application of deployedOf(deployment).all("application")) {
    try {
      if (await ownsApplication(call, application.objectId, objectId)) continue;
    } catch (error) {
      if (isCallError(error)) return undefined;
      throw error;
    }
    return (
      `The automation is no owner of the SIEM's app registration ${application.objectId}, so that with Application.ReadWrite.OwnedBy it can neither ` +
      "change nor delete it. An Application Administrator of the customer makes it one:\n" +
      `  az ad app owner add --id ${shellQuoted(application.objectId)} --owner-object-id ${shellQuoted(objectId)}`
    );
  }
  return undefined;
}
