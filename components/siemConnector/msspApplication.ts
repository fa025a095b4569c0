import { windowsDefenderAtp, type ConnectorRole } from "@defender-mssp/microsoft";
import type * as pulumi from "@pulumi/pulumi";
import { AppRoleGrant } from "./appRoleGrant";
import { consentName } from "./consents";
import { MsspServicePrincipal } from "./msspServicePrincipal";

export interface MsspApplicationArgs {
  readonly tenantId: pulumi.Input<string>;
  readonly applicationId: string;
  /** The application roles that the profile has. */
  readonly roles: readonly ConnectorRole[];
}

/**
 * Declares what admin consent to the MSSP's application creates: the service principal, and the
 * application roles of the profile.
 */
export function msspApplication(
  name: string,
  { tenantId, applicationId, roles }: MsspApplicationArgs,
  parent: pulumi.Resource,
): MsspServicePrincipal {
  const servicePrincipal = new MsspServicePrincipal(
    `${name}-mssp-service-principal`,
    { tenantId, applicationId },
    { parent },
  );
  for (const { api, value } of roles) {
    new AppRoleGrant(
      consentName(`${name}-mssp-${api === windowsDefenderAtp ? "defender" : "graph"}`, value),
      {
        tenantId,
        // While a preview renews the mark, the engine knows the ID, which is the same, and no
        // output.
        principalObjectId: servicePrincipal.id,
        principalAdopted: servicePrincipal.adopted,
        apiApplicationId: api.appId,
        appRole: value,
      },
      { parent },
    );
  }
  return servicePrincipal;
}
