import { microsoftGraph } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import { AppRoleGrant } from "./appRoleGrant";
import { MsspServicePrincipal } from "./msspServicePrincipal";

/**
 * Declares what admin consent to the MSSP's application creates: the service principal, and the one
 * permission to read alerts.
 */
export function msspApplication(
  name: string,
  { tenantId, applicationId }: { readonly tenantId: pulumi.Input<string>; readonly applicationId: string },
  parent: pulumi.Resource,
): MsspServicePrincipal {
  const servicePrincipal = new MsspServicePrincipal(
    `${name}-mssp-service-principal`,
    { tenantId, applicationId },
    { parent },
  );
  new AppRoleGrant(
    `${name}-mssp-graph-consent`,
    {
      tenantId,
      // While a preview renews the mark, the engine knows the ID, which is the same, and no output.
      principalObjectId: servicePrincipal.id,
      principalAdopted: servicePrincipal.adopted,
      apiApplicationId: microsoftGraph.appId,
      appRole: "SecurityAlert.Read.All",
    },
    { parent },
  );
  return servicePrincipal;
}
