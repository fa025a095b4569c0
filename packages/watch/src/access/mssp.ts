/** The MSSP that the customer names: its tenants, and the domains of its people. */
import { VisibleError, isCallError } from "@defender-mssp/errors";
import { isUuid, usersPath, type Endpoints, type GraphCall, graphList } from "@defender-mssp/microsoft";
import { addressedUserProperties, type TenantUser, type Whose } from "@defender-mssp/tenant";
import { namedTenant } from "./customer";
import type { DomainTenants } from "./domainTenants";
import type { HandOut } from "./handOut";
import { foreignDomains } from "./strangers";

interface NamedMssp {
  readonly tenantId: string;
  /** Domains or tenant IDs, as typed. */
  readonly names: readonly string[];
  readonly handOut: HandOut | undefined;
  readonly endpoints: Endpoints;
}

/** @throws VisibleError where no MSSP is named, it is the customer's own tenant, or the hand-out is another MSSP's */
export async function nameMssp({ tenantId, names, handOut, endpoints }: NamedMssp): Promise<Whose> {
  const tenants = await Promise.all(names.map((name) => namedTenant(name, endpoints)));
  if (handOut !== undefined && names.length > 0 && !tenants.includes(handOut.msspTenantId))
    throw new VisibleError(
      `The hand-out is of ${handOut.msspName}, tenant ${handOut.msspTenantId}; --mssp names ${tenants.join(" and ")}. ` +
        "If both are one company, name its tenant with a further --mssp; of two companies look at each by itself.",
    );
  const all = [...new Set([...(handOut === undefined ? [] : [handOut.msspTenantId]), ...tenants])];
  const [msspTenantId, ...furtherMsspTenantIds] = all;
  if (msspTenantId === undefined)
    throw new VisibleError(
      "Name the MSSP: --mssp with a domain or the tenant ID of it, or --hand-out with its signed hand-out.",
    );
  if (all.includes(tenantId))
    throw new VisibleError(`${tenantId} is your own tenant: --mssp names the MSSP's, by a domain that is not yours.`);
  const domains = names.filter((name) => !isUuid(name)).map((name) => name.toLowerCase());
  return {
    stack: "",
    stackId: handOut?.stackId,
    tenantId,
    msspTenantId,
    furtherMsspTenantIds,
    domains,
    automation: undefined,
  };
}

/** With each domain of the tenant's people that a tenant of the MSSP has verified. */
export async function withVerifiedDomains(whose: Whose, call: GraphCall, domains: DomainTenants): Promise<Whose> {
  const tenants = [whose.msspTenantId, ...(whose.furtherMsspTenantIds ?? [])];
  const verified = new Set(whose.domains);
  try {
    const users = await graphList<TenantUser>(call, usersPath(addressedUserProperties));
    const named = new Set(users.flatMap((user) => foreignDomains(user, new Set())));
    for (const domain of named) {
      const owner = await domains(domain);
      if ("tenantId" in owner && tenants.includes(owner.tenantId)) verified.add(domain);
    }
  } catch (error) {
    // The look itself says that users may not be read.
    if (!isCallError(error)) throw error;
  }
  return { ...whose, domains: [...verified] };
}
