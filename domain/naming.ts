/**
 * Names of the objects in a customer's tenant, and Entra's limits of their length. Components use
 * the names; `settings/index.ts` computes the limits of settings from them.
 */

/** Longest display name that Entra takes for an app registration, in characters. */
export const applicationNameLimit = 120;
/** Longest display name that Entra takes for a group or a user, in characters. */
export const directoryNameLimit = 256;
/** Longest redirect URI that Entra takes, in characters. */
export const redirectUriLimit = 256;

/**
 * Display name of the SIEM's app registration, as in Microsoft's "Configure managed security
 * service provider integration" (2018).
 */
export function siemConnectorName(customerName: string): string {
  return `${customerName} SIEM MSSP Connector`;
}

/** Display name of the client secrets in that registration. */
export const clientSecretName = "MSSP SIEM, managed by Pulumi";

/**
 * Name of the Key Vault that a stack creates for the client secret.
 *
 * @param suffix 8 hexadecimal digits: names are unique in Azure.
 */
export function handoverVaultName(suffix: string): string {
  return `siem-handover-${suffix}`;
}

/** Whether `handoverVaultName` makes such a name. */
export function isHandoverVaultName(name: string): boolean {
  return /^siem-handover-[0-9a-f]{8}$/i.test(name);
}

/** Redirect URI of the SIEM's app registration, as in the same document. */
export function siemRedirectUri(domain: string): string {
  return `https://${domain}/SiemMsspConnector`;
}

/** Whether a redirect URI is one of those that this program sets, of any customer. */
export function isSiemRedirectUri(uri: string): boolean {
  return /^https?:\/\/[^/]+\/SiemMsspConnector$/.test(uri);
}

/**
 * Redirect URI on localhost, with which no address needs to be pasted. Entra allows http for
 * localhost only, and ignores the port.
 */
export function siemLoopbackRedirectUri(port: number): string {
  return `http://localhost:${port}/SiemMsspConnector`;
}

/** Display name of the Conditional Access policy for people of the MSSP's tenant. */
export function accessPolicyName(msspName: string): string {
  return `MSSP access: ${msspName}`;
}

/** Display name of the group that the MSSP's analysts are members of. */
export function securityGroupName(msspName: string): string {
  return `${msspName} MSSP Analysts`;
}

/**
 * A group's name in the directory: `'` becomes `’`, because the azuread provider puts the name into
 * its `$filter` unescaped.
 */
export function groupNameInDirectory(name: string): string {
  return name.replaceAll("'", "’");
}

/** Display name of the catalog of access packages. */
export const accessCatalogName = "MSSP Accesses";

/** Set by `mssp secrets rotate --leaked` for one `up`: it deletes the client secrets that were made before this moment. */
/** Set to "on" where a command leaves out what only the automation may do. */
export const keepVariable = "MSSP_KEEP";
export const leakVariable = "MSSP_END_SECRETS_MADE_BEFORE";
