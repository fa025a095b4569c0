/**
 * An entry of the tenant's audit log, and a sign-in.
 * https://learn.microsoft.com/graph/api/resources/directoryaudit, …/signin
 */
import type { EntityProperties } from "./property";
import {
  boolean,
  complex,
  complexes,
  computed,
  dateTime,
  int32,
  readOnly,
  string,
  strings,
  untyped,
  untypedCollection,
  each,
} from "./property";
import { plainSet } from "./entitySet";

const named = { ...readOnly, nullable: false, default: undefined } as const;

const directoryAudit: EntityProperties = {
  id: string({ ...computed }),
  category: string(named),
  correlationId: string(readOnly),
  result: string({ ...readOnly, default: "success" }),
  resultReason: string({ ...readOnly, emptyText: true }),
  activityDisplayName: string(named),
  activityDateTime: dateTime(named),
  loggedByService: string({ ...readOnly, default: "Core Directory" }),
  operationType: string(readOnly),
  initiatedBy: complex("auditActivityInitiator", named),
  targetResources: complexes("targetResource", readOnly),
  additionalDetails: complexes("keyValue", readOnly),
};

const beta = { ...readOnly, only: "beta" } as const;
const none = string({ ...readOnly, default: "none" });

/** Risk, location and device are what Entra answers where it knows nothing. */
const signIn: EntityProperties = {
  id: string({ ...computed }),
  createdDateTime: dateTime(named),
  ...each(string(readOnly), "userDisplayName", "userPrincipalName"),
  userId: string({ ...named, emptyText: true }),
  ...each(string(readOnly), "appId", "appDisplayName", "ipAddress"),
  clientAppUsed: string({ ...readOnly, emptyText: true }),
  ...each(string(readOnly), "userAgent", "correlationId"),
  conditionalAccessStatus: string({ ...readOnly, default: "notApplied" }),
  isInteractive: boolean(readOnly),
  ...each(none, "riskDetail", "riskLevelAggregated", "riskLevelDuringSignIn", "riskState"),
  ...each(strings(readOnly), "riskEventTypes", "riskEventTypes_v2"),
  ...each(string(readOnly), "resourceDisplayName", "resourceId", "resourceTenantId", "homeTenantId"),
  servicePrincipalId: string({ ...named, emptyText: true }),
  servicePrincipalName: string(readOnly),
  status: complex("signInStatus", readOnly),
  ...each(untyped(readOnly), "deviceDetail", "location"),
  appliedConditionalAccessPolicies: untypedCollection(readOnly),
  appOwnerTenantId: string(beta),
  crossTenantAccessType: string({ ...beta, default: "none" }),
  signInEventTypes: strings(beta),
  userType: string(beta),
};

/** The complex types of both. */
export const auditTypes: Readonly<Record<string, EntityProperties>> = {
  auditActivityInitiator: { app: complex("appIdentity"), user: complex("userIdentity") },
  appIdentity: each(string(), "appId", "displayName", "servicePrincipalId", "servicePrincipalName"),
  userIdentity: { id: string(), displayName: string(), ipAddress: string(), userPrincipalName: string() },
  targetResource: {
    ...each(string(), "id", "displayName", "type", "userPrincipalName", "groupType"),
    modifiedProperties: complexes("modifiedProperty"),
  },
  signInStatus: { errorCode: int32(), failureReason: string(), additionalDetails: string() },
  modifiedProperty: { displayName: string(), oldValue: string(), newValue: string() },
};

export const auditSets = {
  directoryAudits: plainSet("directoryAudit", directoryAudit, "auditLogs/directoryAudits"),
  signIns: plainSet("signIn", signIn, "auditLogs/signIns"),
};
