/**
 * Granular delegated admin privileges: relationships of Partner Center, which Graph shows in the
 * partner's tenant. https://learn.microsoft.com/graph/api/resources/delegatedadminrelationship
 */
import type { EntityProperties } from "./property";
import { complex, complexes, computed, dateTime, string } from "./property";
import { plainSet } from "./entitySet";

const delegatedAdminRelationship: EntityProperties = {
  id: string({ ...computed }),
  displayName: string({ nullable: false, required: true }),
  duration: string({ nullable: false, required: true }),
  customer: complex("delegatedAdminRelationshipCustomerParticipant"),
  accessDetails: complex("delegatedAdminAccessDetails", { required: true }),
  status: string({
    default: "created",
    values: [
      "activating",
      "active",
      "approvalPending",
      "approved",
      "created",
      "expired",
      "expiring",
      "terminated",
      "terminating",
      "terminationRequested",
    ],
  }),
  autoExtendDuration: string(),
  createdDateTime: dateTime({ ...computed }),
  lastModifiedDateTime: dateTime({ ...computed }),
  activatedDateTime: dateTime(),
  endDateTime: dateTime(),
};

export const delegatedAdminTypes: Readonly<Record<string, EntityProperties>> = {
  delegatedAdminRelationshipCustomerParticipant: { tenantId: string({ nullable: false }), displayName: string() },
  delegatedAdminAccessDetails: { unifiedRoles: complexes("unifiedRole") },
  unifiedRole: { roleDefinitionId: string() },
};

export const delegatedAdminSets = {
  delegatedAdminRelationships: plainSet("delegatedAdminRelationship", delegatedAdminRelationship),
};
