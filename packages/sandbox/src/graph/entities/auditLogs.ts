/**
 * An entry of the tenant's audit log.
 * https://learn.microsoft.com/graph/api/resources/directoryaudit
 */
import type { Properties } from "./property";
import { complex, complexes, computed, dateTime, readOnly, string } from "./property";

const named = { ...readOnly, nullable: false, default: undefined } as const;

export const directoryAudit: Properties = {
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

/** Its complex types. */
export const auditTypes: Readonly<Record<string, Properties>> = {
  auditActivityInitiator: { app: complex("appIdentity"), user: complex("userIdentity") },
  appIdentity: {
    appId: string(),
    displayName: string(),
    servicePrincipalId: string(),
    servicePrincipalName: string(),
  },
  userIdentity: { id: string(), displayName: string(), ipAddress: string(), userPrincipalName: string() },
  targetResource: {
    id: string(),
    displayName: string(),
    type: string(),
    userPrincipalName: string(),
    groupType: string(),
    modifiedProperties: complexes("modifiedProperty"),
  },
  modifiedProperty: { displayName: string(), oldValue: string(), newValue: string() },
};
