/**
 * For the checkout's own tests and measurements: changes inside an emulated tenant that no client
 * of the real cloud can make. The published package doesn't export it.
 */
export { azureWriteTypes } from "./azure/index";
export { azureResources, msspSubscriptionId, subscriptionIdOf } from "./azure/subscriptions";
export { Clock } from "./cloud/clock";
export type { EmulatedCloud } from "./cloud/cloud";
export { prepareHome } from "./cloud/home";
export {
  automationApplicationId,
  derivedId,
  derivedLinkId,
  msspTenantId,
  sandboxCustomerTenantId,
} from "./cloud/identity";
export type { Json, StoredObject, Tenant } from "./cloud/model";
export { hashSecret } from "./cloud/secrets";
export { remove as removeDirectoryObject } from "./graph/directory";
export { addApplication, addConsentedServicePrincipal, assignAppRole, verifyDomain } from "./graph/newDirectory";
export type { PermissionsByResource } from "./cloud/tenantMaker";
export { setSwitches } from "./cloud/switches";
export {
  detectionIntervalFor,
  detectionRetention,
  detectionsBetween,
  legacyAlert,
  securityAlert,
  type Detection,
} from "./defender/detections";
export { Incidents } from "./defender/incidents";
export { portalSettingsRole } from "./defender/settingsManager";

export { jsonText } from "./graph/json";
export { complete } from "./graph/objects";
export { routeTable } from "./graph/routes";
export { readPermissionUse } from "./server/permissionFile";
export { certificateFiles, serverCertificate } from "./server/serverCertificate";
