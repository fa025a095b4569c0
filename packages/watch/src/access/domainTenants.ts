/** Which tenant verified a domain. Entra tells without a sign-in; each domain is asked once. */
import { isCallError, messageOf } from "@defender-mssp/errors";
import { lookUpDomain, type Endpoints } from "@defender-mssp/microsoft";

/** `none`: no tenant of Entra has the domain. `unread`: Entra did not answer. */
export type DomainOwner = { readonly tenantId: string } | { readonly none: true } | { readonly unread: string };

export type DomainTenants = (domain: string) => Promise<DomainOwner>;

export function domainTenants(endpoints: Pick<Endpoints, "loginEndpoint">): DomainTenants {
  const answers = new Map<string, Promise<DomainOwner>>();
  return (domain) => {
    const name = domain.toLowerCase();
    const answer = answers.get(name) ?? ask(name, endpoints);
    answers.set(name, answer);
    return answer;
  };
}

async function ask(domain: string, endpoints: Pick<Endpoints, "loginEndpoint">): Promise<DomainOwner> {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) return { none: true };
  try {
    const tenant = await lookUpDomain(domain, endpoints);
    return tenant === undefined ? { none: true } : { tenantId: tenant.tenantId };
  } catch (error) {
    if (isCallError(error)) return { unread: messageOf(error) };
    throw error;
  }
}
