/**
 * For tests: direct changes inside an emulated tenant, which no client of the real cloud can make.
 */
export { azureResources, msspSubscriptionId, subscriptionIdOf } from "../azure/subscriptions";
export { automationApplicationId, derivedId, derivedLinkId, msspTenantId } from "../cloud/identity";
export type { Json, StoredObject, Tenant } from "../cloud/model";
export { addApplication, addConsentedServicePrincipal, assignAppRole, type PermissionsByResource } from "../cloud/seed";
export { setSwitches } from "../cloud/switches";
export {
  detectionIntervalFor,
  detectionRetention,
  detectionsBetween,
  legacyAlert,
  securityAlert,
  type Detection,
} from "../defender/detections";
export { Incidents } from "../defender/incidents";
export { portalSettingsRole } from "../defender/settingsManager";
export { textOf } from "../graph/json";
export { complete } from "../graph/objects";
export { standInPlugins } from "../plugins/index";
export { secretOutput, StateFile } from "../sharedRuntime/stateFile";
export { Vault } from "../sharedRuntime/vault";
export { certificateFiles, serverCertificate } from "../server/certificate";
export { inDays, makeTestCertificate, type TestCertificate } from "./certificates";
export { addDaemon, contoso, daemonId, decodeToken, graphId, type Daemon } from "./support";
export { connectorId, tenantId, testSandbox, type TestSandbox } from "./testSandbox";
