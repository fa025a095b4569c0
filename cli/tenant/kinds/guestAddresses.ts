/** What of a user has an address. */
interface Addressed {
  readonly mail: string | null;
  readonly otherMails?: readonly string[];
  readonly userPrincipalName: string;
}

/**
 * All addresses of a guest, in lower case. Entra spells the invited one into the principal name:
 * `ana_fabrikam.example#EXT#@…`.
 */
export function guestAddresses({ mail, otherMails = [], userPrincipalName }: Addressed): string[] {
  const [invited, isExternal] = userPrincipalName.split("#EXT#@");
  const spelled = isExternal === undefined ? userPrincipalName : (invited ?? "").replace(/_([^_]*)$/, "@$1");
  return [...(mail === null ? [] : [mail]), ...otherMails, spelled].map((address) => address.toLowerCase());
}
