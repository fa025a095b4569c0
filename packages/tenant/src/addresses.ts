/** What of a user tells whose it is. */
export interface Addressed {
  readonly mail: string | null;
  readonly otherMails?: readonly string[];
  /** Such as `SMTP:ana@mssp.example`: also former addresses. */
  readonly proxyAddresses?: readonly string[];
  /** By what the user signs in. Of a guest of another tenant, the issuer is `ExternalAzureAD`. */
  readonly identities?: readonly { readonly issuer?: string | null; readonly issuerAssignedId?: string | null }[];
  readonly userPrincipalName: string;
}

/**
 * All addresses of a user, in lower case. Entra spells the invited one into the principal name:
 * `ana_fabrikam.example#EXT#@…`.
 */
export function guestAddresses({
  mail,
  otherMails = [],
  proxyAddresses = [],
  identities = [],
  userPrincipalName,
}: Addressed): string[] {
  const [invited, isExternal] = userPrincipalName.split("#EXT#@");
  const spelled = isExternal === undefined ? userPrincipalName : (invited ?? "").replace(/_([^_]*)$/, "@$1");
  const proxies = proxyAddresses.flatMap((address) => /^smtp:(.*)$/i.exec(address)?.[1] ?? []);
  const assigned = identities.flatMap(({ issuerAssignedId }) =>
    issuerAssignedId?.includes("@") === true && !issuerAssignedId.includes("#EXT#") ? [issuerAssignedId] : [],
  );
  return [...(mail === null ? [] : [mail]), ...otherMails, ...proxies, ...assigned, spelled].map((address) =>
    address.toLowerCase(),
  );
}

/** Whether a domain is one of these, or below one. All in lower case. */
export function isOfDomains(domain: string, domains: readonly string[]): boolean {
  return domains.some((own) => domain === own || domain.endsWith(`.${own}`));
}

/**
 * The address, or the issuer of a sign-in, by which a user of this tenant is one of these domains', whatever the user type. A domain of
 * the tenant's own, which its accounts have in their principal names, tells nothing of an account that is not external.
 */
export function addressOfDomains(users: readonly Addressed[], domains: readonly string[]) {
  const own = new Set(
    users.filter((user) => !isExternal(user)).map(({ userPrincipalName }) => emailDomain(userPrincipalName)),
  );
  return (user: Addressed): string | undefined => {
    const issuers = (user.identities ?? []).flatMap(({ issuer }) => issuer?.toLowerCase() ?? []);
    return [...guestAddresses(user), ...issuers].find((address) => {
      const domain = emailDomain(address);
      return isOfDomains(domain, domains) && (isExternal(user) || !own.has(domain));
    });
  };
}

function isExternal({ userPrincipalName }: Addressed): boolean {
  return userPrincipalName.includes("#EXT#");
}

function emailDomain(address: string): string {
  return (address.split("@").at(-1) ?? "").toLowerCase();
}
