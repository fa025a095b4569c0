/** The tenant that a domain belongs to, from Entra's public OpenID configuration. */
import type { NotChecked } from "@defender-mssp/errors/notChecked";
import { setTimeout as wait } from "node:timers/promises";
import {
  discoverEndpoints,
  isOnSandbox,
  lookUpDomain,
  ServiceError,
  type CloudName,
  type DomainTenant,
} from "@defender-mssp/microsoft";

export type TenantLookup =
  /** Entra has the tenant of the domain. */
  | ({ readonly state: "found" } & DomainTenant)
  /** Entra has none. */
  | { readonly state: "unknown"; readonly because: string }
  /** Nobody knows: Entra was not asked, did not answer, or is the sandbox, where any UUID is a tenant. */
  | { readonly state: NotChecked; readonly because: string };

/** How long Entra may take, in milliseconds. */
const patience = 10_000;

/** Asks Entra, or the sandbox. */
export async function lookUpTenant(
  domain: string,
  cloud: CloudName,
  environment: NodeJS.ProcessEnv,
): Promise<TenantLookup> {
  try {
    const work = discoverEndpoints(environment, { cloud, timeout: patience }).then((endpoints) =>
      lookUpDomain(domain, endpoints, { timeout: patience }),
    );
    const tenant = await Promise.race([work, wait(2 * patience, "late" as const, { ref: false })]);
    if (tenant === "late") return { state: "notChecked", because: "Entra did not answer in time" };
    if (tenant !== undefined) return { state: "found", ...tenant };
    if (isOnSandbox(environment))
      return {
        state: "notChecked",
        because: `the sandbox has no tenant with this domain, and takes any UUID for one`,
      };
    return { state: "unknown", because: `Entra knows no tenant with the domain ${domain} in the cloud ${cloud}` };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { state: "notChecked", because: `Entra could not be asked (${error.message})` };
  }
}
