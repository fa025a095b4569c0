/**
 * Names that the program gives to things in a customer's tenant, and how long Entra lets them be. Components make names with
 * them, `settings/index.ts` computes from them how long a setting may be.
 */

/** Longest display name that Entra takes for an app registration, in characters. */
export const applicationNameLimit = 120;
/** Longest display name that Entra takes for a group or a user, in characters. */
export const directoryNameLimit = 256;
/** Longest redirect URI that Entra takes, in characters. */
export const redirectUriLimit = 256;

/** Display name of the SIEM's app registration, as in Microsoft's "Configure managed security service provider integration" (2018). */
export function siemConnectorName(customerName: string): string {
  return `${customerName} SIEM MSSP Connector`;
}

/** Display name of the client secrets in that registration. */
export const clientSecretName = "MSSP SIEM, managed by Pulumi";

/** Redirect URI of the SIEM's app registration, as in the same document. */
export function siemRedirectUri(domain: string): string {
  return `https://${domain}/SiemMsspConnector`;
}

/**
 * Redirect URI on the machine that a token is fetched on: nothing needs to be pasted then. Entra takes http for localhost only, and
 * doesn't compare the port.
 */
export function siemLoopbackRedirectUri(port: number): string {
  return `http://localhost:${port}/SiemMsspConnector`;
}

/** Display name of the group that the MSSP's analysts are members of. */
export function securityGroupName(msspName: string): string {
  return `${msspName} MSSP Analysts`;
}

/** A group's name as the directory gets it: the azuread provider looks for it with a filter in which it doesn't escape apostrophes. */
export function groupNameInDirectory(name: string): string {
  return name.replaceAll("'", "’");
}

/** Display name of the catalog of access packages. */
export const accessCatalogName = "MSSP Accesses";
