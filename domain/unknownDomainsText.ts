/** What settings leave open of whose people a look can search for. */

interface PeopleSettings {
  readonly analysts: readonly unknown[];
  readonly analystDomains?: readonly string[] | undefined;
  readonly portalAccess: { readonly model: string };
}

/** Undefined where the settings name a domain of the MSSP's people, or nobody can come by an access package. */
export function unknownDomainsText({
  analysts,
  analystDomains = [],
  portalAccess,
}: PeopleSettings): string | undefined {
  if (portalAccess.model !== "entitlement" || analysts.length + analystDomains.length > 0) return undefined;
  const { identitySource } = portalAccess as { readonly identitySource?: object };
  if (identitySource === undefined || "domain" in identitySource) return undefined;
  return (
    "The settings name the MSSP's people by a tenant alone, and no look can search for guests with another address: " +
    "set analystDomains to the e-mail domains of the MSSP's people"
  );
}
