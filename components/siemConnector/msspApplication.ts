/** The MSSP's own application in the customer's tenant: what a click on the admin consent URL makes, as code. */
import { microsoftGraph } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import { AppRoleGrant } from "./appRoleGrant";
import { MsspServicePrincipal } from "./msspServicePrincipal";

/** Declares the service principal and exactly the permission that reading alerts takes. */
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
      principalObjectId: servicePrincipal.objectId,
      principalAdopted: servicePrincipal.adopted,
      apiApplicationId: microsoftGraph.appId,
      appRole: "SecurityAlert.Read.All",
    },
    { parent },
  );
  return servicePrincipal;
}
