import type { ServiceNames } from "../cloud/serviceNames";

/**
 * The metadata document: `GET /metadata/endpoints`, by which provider plugins and this program find
 * a cloud's hosts when ARM_METADATA_HOSTNAME is set. Each host in it is the sandbox's own or cannot
 * exist (RFC 6761 `.invalid`), so that no reader reaches the real cloud.
 */
export function metadataDocument(services: ServiceNames): Record<string, unknown> {
  const origin = services.resourceManager;
  return {
    portal: origin,
    authentication: {
      // Without a slash at the end: the official plugin appends one of its own.
      loginEndpoint: services.login,
      audiences: ["https://management.core.windows.net/", "https://management.azure.com/"],
      tenant: "common",
      identityProvider: "AAD",
    },
    media: origin,
    graphAudience: "https://graph.windows.net/",
    graph: services.graph,
    name: "Sandbox",
    suffixes: {
      azureDataLakeStoreFileSystem: "datalakestore.sandbox.invalid",
      acrLoginServer: "acr.sandbox.invalid",
      sqlServerHostname: "database.sandbox.invalid",
      azureDataLakeAnalyticsCatalogAndJob: "datalakeanalytics.sandbox.invalid",
      keyVaultDns: services.vaultSuffix,
      storage: "storage.sandbox.invalid",
      azureFrontDoorEndpointSuffix: "frontdoor.sandbox.invalid",
      storageSyncEndpointSuffix: "storagesync.sandbox.invalid",
      mhsmDns: "managedhsm.sandbox.invalid",
      mysqlServerEndpoint: "mysql.sandbox.invalid",
      postgresqlServerEndpoint: "postgres.sandbox.invalid",
      mariadbServerEndpoint: "mariadb.sandbox.invalid",
      synapseAnalytics: "synapse.sandbox.invalid",
      attestationEndpoint: "attest.sandbox.invalid",
    },
    batch: origin,
    resourceManager: `${origin}/`,
    vmImageAliasDoc: origin,
    activeDirectoryDataLake: origin,
    sqlManagement: origin,
    microsoftGraphResourceId: services.graph,
    appInsightsResourceId: origin,
    appInsightsTelemetryChannelResourceId: origin,
    attestationResourceId: origin,
    synapseAnalyticsResourceId: origin,
    logAnalyticsResourceId: origin,
    ossrDbmsResourceId: origin,
    gallery: origin,
  };
}
