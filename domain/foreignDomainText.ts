/**
 * The sentences for a `customerDomain` that is not one of the tenant's: for the program and `mssp
 * doctor`.
 */
import type { DomainOwnership } from "@defender-mssp/microsoft";

const mostDomains = 10;

/** What the two settings say. */
export interface DomainClaim {
  readonly customerDomain: string;
  readonly tenantId: string;
}

/** Names the setting, its value, the tenant's domains and what to do. */
export function foreignDomainText(
  { customerDomain, tenantId }: DomainClaim,
  { owner, verified }: Extract<DomainOwnership, { readonly state: "foreign" }>,
): string {
  return [
    `The setting customerDomain is ${customerDomain}, which is no verified domain of the tenant ${tenantId}.`,
    verified === undefined
      ? "Reading the tenant's verified domains requires Organization.Read.All."
      : `The tenant's verified domains: ${domainList(verified)}.`,
    ...(owner === undefined ? [] : [`${customerDomain} belongs to the tenant ${owner}.`]),
    "Correct the setting tenantId if it was copied from another customer's settings; otherwise set customerDomain to one of the tenant's domains.",
  ].join(" ");
}

function domainList(domains: readonly string[]): string {
  const more = domains.length - mostDomains;
  return `${domains.slice(0, mostDomains).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
