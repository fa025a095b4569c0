/**
 * Microsoft's clouds: the one table of hosts. Nothing else in this program names a host of
 * Microsoft's. Each row says where it was read; the sources are
 * - [sdk] hashicorp/go-azure-sdk, `sdk/environments/azure_public.go` and `azure_gov.go` (login,
 *   Graph, resource manager)
 * - [gov] MicrosoftDocs/defender-docs, `defender-endpoint/gov.md`, 2026-01-05 (portals, Defender's
 *   API), and its older edition in MicrosoftDocs/microsoft-365-docs, 2021 (legacy portals, SIEM
 *   hosts)
 * - [siem] Microsoft, "Pull Microsoft Defender for Endpoint detections using SIEM REST API" (the
 *   legacy alert API)
 * - [packages] Microsoft, "Share link to request an access package in entitlement management" (for
 *   US Government another host; GCC signs in to the public cloud's Entra, so its link is the public
 *   one)
 * - [entra] Microsoft, "Redemption experience in Microsoft Entra B2B" (the admin center of one
 *   tenant), and "Allow access to the Microsoft Entra admin center" in the application proxy's
 *   documents (hosts of the clouds)
 * - [msal] AzureAD/microsoft-authentication-library-for-js, the known authorities of its instance
 *   metadata (other names of the login host)
 * - [access] Microsoft, "Access the Microsoft Defender portal as an MSSP", 2026-07-14, and
 *   "Configure managed security service provider integration", 2018-09-03 (`?tid=`)
 */

/**
 * `public`: everybody else. `gcc`: US government on the public cloud's Entra. `gccHigh`, `dod`: the
 * US government cloud.
 */
export type CloudName = "public" | "gcc" | "gccHigh" | "dod";

/** The hosts of one cloud. Origins, without a trailing slash. */
export interface CloudHosts {
  /** What the azuread provider and ARM_ENVIRONMENT call it. */
  readonly environment: "public" | "usgovernmentl4" | "usgovernmentl5";
  /** Entra ID: sign-in and tokens. */
  readonly loginEndpoint: string;
  /** Other origins of the login host, which clients may use. */
  readonly loginAliases: readonly string[];
  /** Microsoft Graph, which is also its tokens' audience. */
  readonly graphEndpoint: string;
  /**
   * Azure Key Vault's data plane: the audience of its tokens; a vault's own host is a name below
   * it.
   */
  readonly keyVaultEndpoint: string;
  /** The resource to ask a token for, for the Logs Ingestion API of Azure Monitor. */
  readonly logsIngestionResource: string;
  /** Azure Resource Manager; serves the cloud's metadata document at `/metadata/endpoints`. */
  readonly resourceManagerEndpoint: string;
  readonly portal: string;
  /**
   * Windows Defender Security Center, the portal of the 2018 document; Microsoft redirects it to
   * `portal`.
   */
  readonly legacyPortal: string;
  readonly entraAdminCenter: string;
  /** My Access, where people ask for access packages. */
  readonly myAccess: string;
  /** The API of Defender for Endpoint. */
  readonly defenderApi: string;
  /** The resource to ask a token for, for the API of Defender for Endpoint. */
  readonly defenderResource: string;
  /**
   * The legacy SIEM (alert exporter) API by the region of the customer's data. Deprecated by
   * Microsoft since 2023-12-31.
   */
  readonly alertExporters: Readonly<Partial<Record<AlertExporterRegion, string>>>;
  /**
   * `tenant_region_sub_scope` in the OpenID configuration of this cloud's tenants. Observed by public
   * tools; Microsoft documents no such field.
   */
  readonly regionSubScope?: string;
}

/** Where a tenant's Defender data is stored, which decides the host of the legacy alert API. */
export type AlertExporterRegion = "eu" | "uk" | "us";

const publicEntra = {
  environment: "public", // azuread provider, argument `environment`
  loginEndpoint: "https://login.microsoftonline.com", // [sdk], [gov] for GCC
  loginAliases: ["https://login.windows.net", "https://login.microsoft.com", "https://sts.windows.net"], // [msal]
  graphEndpoint: "https://graph.microsoft.com", // [sdk]
  keyVaultEndpoint: "https://vault.azure.net", // [sdk]
  logsIngestionResource: "https://monitor.azure.com", // Azure Monitor Ingestion client library, audiences
  resourceManagerEndpoint: "https://management.azure.com", // [sdk]
  entraAdminCenter: "https://entra.microsoft.com", // [entra]
  myAccess: "https://myaccess.microsoft.com", // [packages]
} as const;

const governmentEntra = {
  environment: "usgovernmentl4", // azuread provider, argument `environment`
  loginEndpoint: "https://login.microsoftonline.us", // [sdk], [gov]
  loginAliases: ["https://login.usgovcloudapi.net"], // [msal]
  graphEndpoint: "https://graph.microsoft.us", // [sdk]
  keyVaultEndpoint: "https://vault.usgovcloudapi.net", // [sdk]
  logsIngestionResource: "https://monitor.azure.us", // Azure Monitor Ingestion client library, audiences
  resourceManagerEndpoint: "https://management.usgovcloudapi.net", // [sdk]
  entraAdminCenter: "https://entra.microsoft.us", // [entra]
  myAccess: "https://myaccess.microsoft.us", // [packages]
} as const;

export const clouds: Readonly<Record<CloudName, CloudHosts>> = {
  public: {
    ...publicEntra,
    portal: "https://security.microsoft.com", // [access]
    legacyPortal: "https://securitycenter.windows.com", // [access], 2018
    defenderApi: "https://api.security.microsoft.com", // Microsoft, "Supported Defender for Endpoint APIs"
    defenderResource: "https://api.securitycenter.microsoft.com", // Microsoft, "Create an app to access Defender without a user"
    alertExporters: {
      eu: "https://wdatp-alertexporter-eu.securitycenter.windows.com", // [siem]
      uk: "https://wdatp-alertexporter-uk.securitycenter.windows.com", // [siem]
      us: "https://wdatp-alertexporter-us.securitycenter.windows.com", // [siem]
    },
  },
  gcc: {
    ...publicEntra,
    regionSubScope: "GCC",
    portal: "https://security.microsoft.com", // [gov]
    legacyPortal: "https://gcc.securitycenter.microsoft.us", // [gov], 2021
    defenderApi: "https://api-gcc.securitycenter.microsoft.us", // [gov]
    defenderResource: "https://api-gcc.securitycenter.microsoft.us", // as public code asks for it; the audience is the host
    alertExporters: { us: "https://wdatp-alertexporter-us.gcc.securitycenter.windows.us" }, // [gov], 2021
  },
  gccHigh: {
    ...governmentEntra,
    regionSubScope: "DODCON",
    portal: "https://security.microsoft.us", // [gov]
    legacyPortal: "https://securitycenter.microsoft.us", // [gov], 2021
    defenderApi: "https://api-gov.securitycenter.microsoft.us", // [gov]
    defenderResource: "https://api-gov.securitycenter.microsoft.us", // as public code asks for it; the audience is the host
    alertExporters: { us: "https://wdatp-alertexporter-us.securitycenter.windows.us" }, // [gov], 2021
  },
  dod: {
    ...governmentEntra,
    regionSubScope: "DOD",
    environment: "usgovernmentl5", // azuread provider, argument `environment`
    graphEndpoint: "https://dod-graph.microsoft.us", // [sdk], USGovernmentL5
    portal: "https://security.apps.mil", // [gov]
    legacyPortal: "https://securitycenter.microsoft.us", // [gov], 2021
    defenderApi: "https://api-gov.securitycenter.microsoft.us", // [gov]
    defenderResource: "https://api-gov.securitycenter.microsoft.us", // as for gccHigh
    alertExporters: { us: "https://wdatp-alertexporter-us.securitycenter.windows.us" }, // [gov], 2021
  },
};

/** The multitenant portal of Microsoft Defender. Microsoft, "Set up multitenant management". */
export const multitenantPortal = "https://mto.security.microsoft.com";

/** The resource of the legacy alert API's v1 tokens: Azure AD Graph, retired otherwise. [siem] */
export const legacyAlertResource = "https://graph.windows.net";

/** The Defender portal, opened for one customer's tenant. [access] */
export function portalUrl(cloud: CloudName, tenantId: string): string {
  return `${clouds[cloud].portal}?tid=${tenantId}`;
}

/** The Entra admin center, opened for one tenant. [entra] */
export function entraAdminCenterUrl(cloud: CloudName, tenantId: string): string {
  return `${clouds[cloud].entraAdminCenter}/${tenantId}`;
}

/** Permissions and roles in the Defender portal: Microsoft, "Create custom roles". */
export function defenderRolesUrl(cloud: CloudName, tenantId: string): string {
  return `${clouds[cloud].portal}/mtp_roles?tid=${tenantId}`;
}

/** The portal of the 2018 document, opened for one customer's tenant. [access] */
export function legacyPortalUrl(cloud: CloudName, tenantId: string): string {
  return `${clouds[cloud].legacyPortal}?tid=${tenantId}`;
}

/**
 * Entra's v2 token endpoint of a tenant: `scope` in its requests. `loginEndpoint` defaults to the
 * cloud's own.
 */
export function tokenEndpoint(cloud: CloudName, tenantId: string, loginEndpoint?: string): string {
  return `${withoutTrailingSlash(loginEndpoint ?? clouds[cloud].loginEndpoint)}/${tenantId}/oauth2/v2.0/token`;
}

/**
 * Entra's v1 token endpoint of a tenant: `resource` in its requests. The legacy alert API needs
 * this one. [siem]
 */
export function legacyTokenEndpoint(cloud: CloudName, tenantId: string, loginEndpoint?: string): string {
  return `${withoutTrailingSlash(loginEndpoint ?? clouds[cloud].loginEndpoint)}/${tenantId}/oauth2/token`;
}

/** Where a customer's administrator consents to a multitenant application by a click. */
export function adminConsentUrl(cloud: CloudName, tenantId: string, applicationId: string): string {
  return `${clouds[cloud].loginEndpoint}/${tenantId}/adminconsent?client_id=${applicationId}`;
}

/**
 * Where she consents to all that a registration of her own tenant asks for: `/.default` stands for its whole list, of every API.
 * Microsoft, "Admin consent on the Microsoft identity platform". Not tried on a tenant.
 */
export function registeredConsentUrl(
  cloud: CloudName,
  tenantId: string,
  applicationId: string,
  redirectUri: string,
): string {
  const { loginEndpoint, graphEndpoint } = clouds[cloud];
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: `${graphEndpoint}/.default`,
    redirect_uri: redirectUri,
  });
  return `${loginEndpoint}/${tenantId}/v2.0/adminconsent?${query.toString()}`;
}

/**
 * Where somebody of another organization asks for an access package; `domain`: one of the tenant's
 * that has the package. [packages]
 */
export function accessPackageUrl(cloud: CloudName, domain: string, accessPackageId: string): string {
  return `${clouds[cloud].myAccess}/@${domain}#/access-packages/${accessPackageId}`;
}

/** Hosts are joined with paths here, so one slash too many would be part of the address. */
export function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
