/** The hosts of a customer's cloud. */
import { discoverEndpoints, type CloudName, type Endpoints } from "@defender-mssp/microsoft";

/** Finds the hosts. ARM_ENVIRONMENT wins over the setting `cloud`, as it does for dynamic resources. */
export function tenantEndpoints(
  { cloud }: { readonly cloud: CloudName },
  environment: NodeJS.ProcessEnv,
): Promise<Endpoints> {
  return discoverEndpoints(environment, environment["ARM_ENVIRONMENT"] ? {} : { cloud });
}
