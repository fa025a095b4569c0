import { optionalText } from "@defender-mssp/errors/json";
import type { ConnectorAccess } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { siemResource } from "../../domain/resourceNames";
import { azuread as azureadToken, dynamic } from "../../domain/resourceTypes";
import { urnName } from "../../domain/urn";
import type { DeployedResources } from "../tenant/deployedResources";

/**
 * Warns that the customer has disabled the sign-in of the deployed connector, in a preview, too. The
 * program leaves it so unless `accountEnabled` says otherwise: it is the customer's switch.
 *
 * @param name resource name of the `CustomerOnboarding`.
 * @param access the connector of the settings.
 * @param deployed the stack's resources: `await deployedResources()`.
 * @returns whether it is disabled and stays so. False if the service principal can't be read, which
 * is left to the resource that needs it.
 *
 * ## Least privileges
 * None. With `Application.Read.All` on Microsoft Graph, or as the owner of the application, it finds
 * the switch.
 */
export async function reportDisabledConnector(
  name: string,
  access: ConnectorAccess,
  deployed: DeployedResources,
  opts: pulumi.InvokeOptions,
): Promise<boolean> {
  const objectId = deployedServicePrincipal(siemResource(name), deployed);
  if (objectId === undefined) return false;
  const { accountEnabled } = await azuread
    .getServicePrincipal({ objectId }, opts)
    .catch(() => ({ accountEnabled: undefined }));
  if (accountEnabled !== false) return false;
  const isEnabledAgain = access.kind === "customerApp" && access.accountEnabled === true;
  await pulumi.log.warn(
    isEnabledAgain
      ? `The SIEM connector is disabled (service principal ${objectId}): connector.accountEnabled enables it with \`npx pulumi up --refresh\`.`
      : disabledConnectorStep(objectId, access.kind),
  );
  return !isEnabledAgain;
}

/** The sentence of `nextSteps` and of the warning. */
export function disabledConnectorStep(objectId: string, kind: ConnectorAccess["kind"]): string {
  const setting =
    kind === "customerApp" ? ", or set connector.accountEnabled: true and run `npx pulumi up --refresh`" : "";
  return (
    `The customer has disabled the SIEM connector (accountEnabled of service principal ${objectId} is false): it gets no token, and \`up\` ` +
    `leaves it disabled. If the customer agrees, enable it in the Entra admin center: Enterprise applications > Properties > ` +
    `Enabled for users to sign in${setting}.`
  );
}

function deployedServicePrincipal(prefix: string, deployed: DeployedResources): string | undefined {
  const types: readonly string[] = [azureadToken("ServicePrincipal"), dynamic("MsspServicePrincipal")];
  const isConnector = ([urn, { type }]: (typeof entries)[number]) =>
    types.includes(type) && urnName(urn).startsWith(`${prefix}-`);
  const entries = Object.entries(deployed);
  return optionalText(entries.find(isConnector)?.[1].outputs["objectId"]);
}
