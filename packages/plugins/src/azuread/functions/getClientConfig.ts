/** https://www.pulumi.com/registry/packages/azuread/api-docs/getclientconfig/ */
import { string } from "../../schema/property";
import type { AzureadFunction } from "../types";

export const getClientConfig: AzureadFunction = {
  name: "getClientConfig",
  terraform: "azuread_client_config",
  properties: { clientId: string("computed"), objectId: string("computed"), tenantId: string("computed") },
  async invoke(_, call) {
    const { clientId, tenantId } = call.connection.credentials;
    const objectId = await call.callerId;
    return { id: `${tenantId}-${clientId}-${objectId}`, values: { clientId, tenantId, objectId } };
  },
};
