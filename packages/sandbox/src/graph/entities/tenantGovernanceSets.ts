/**
 * Microsoft Entra Tenant Governance. Built from documents alone: the published metadata has none of
 * these types. https://learn.microsoft.com/graph/api/resources/tenantgovernanceservices-tenantgovernance
 * and the pages that it links (2026-08-13); `policySnapshot.version` and `groupDisplayName` of a
 * template are in the answers of a public sample (2026-06).
 */
import {
  boolean,
  complex,
  complexes,
  computed,
  dateTime,
  int32,
  readOnly,
  string,
  type EntityProperties,
  each,
} from "./property";
import { plainSet } from "./entitySet";

const tenants: EntityProperties = {
  governingTenantId: string({ write: "create" }),
  governingTenantName: string(readOnly),
  governedTenantId: string({ write: "create" }),
  governedTenantName: string(readOnly),
};

const tenantGovernanceSetting: EntityProperties = {
  isRelatedTenantsEnabled: boolean({ ...readOnly, nullable: false, default: false }),
  canReceiveInvitations: boolean({ nullable: false, default: false }),
};

const governanceInvitation: EntityProperties = {
  id: string({ ...computed }),
  ...tenants,
  governingTenantId: string({ nullable: false, required: true, write: "create" }),
  ...each(dateTime({ ...computed }), "createdDateTime", "expirationDateTime"),
};

const governancePolicyTemplate: EntityProperties = {
  id: string({ ...computed }),
  ...each(string({ nullable: false, required: true }), "displayName", "description"),
  ...each(dateTime({ ...computed }), "createdDateTime", "lastModifiedDateTime"),
  version: string({ ...readOnly, default: "1" }),
  multiTenantApplicationsToProvision: complexes("multiTenantApplicationsToProvision", { required: true }),
  delegatedAdministrationRoleAssignments: complexes("delegatedAdministrationRoleAssignment", { required: true }),
};

const governanceRequest: EntityProperties = {
  id: string({ ...computed }),
  ...tenants,
  governedTenantId: string({ nullable: false, required: true, write: "create" }),
  ...each(dateTime({ ...computed }), "expirationDateTime", "requestDateTime"),
  status: string({ nullable: false, default: "pending", values: ["pending", "accepted", "rejected"] }),
  policySnapshot: complex("relationshipPolicy", readOnly),
};

const governanceRelationship: EntityProperties = {
  createdType: string({ ...readOnly, default: "approvedByAdmin" }),
  creationDateTime: dateTime({ ...computed }),
  id: string({ ...computed }),
  status: string({
    nullable: false,
    default: "active",
    values: ["active", "terminated", "terminationRequestedByGoverningTenant"],
  }),
  ...each(string(readOnly), "governingTenantId", "governedTenantId", "governingTenantName", "governedTenantName"),
  policySnapshot: complex("relationshipPolicy", readOnly),
};

/** Their complex types, for `complexTypes`. */
export const tenantGovernanceTypes: Readonly<Record<string, EntityProperties>> = {
  roleTemplate: { id: string({ nullable: false, required: true }), name: string() },
  /** A reference to the group: the pages show no other property. */
  governanceGroup: { id: string({ nullable: false, required: true }) },
  delegatedAdministrationRoleAssignment: {
    groupDisplayName: string(),
    roleTemplates: complexes("roleTemplate"),
    group: complex("governanceGroup"),
  },
  governancePermission: {
    id: string({ nullable: false, required: true }),
    name: string(),
    type: string({ values: ["role", "scope"] }),
  },
  governanceResourceAccess: {
    resourceAppId: string({ nullable: false, required: true }),
    permissions: complexes("governancePermission"),
  },
  multiTenantApplicationsToProvision: {
    appId: string({ nullable: false, required: true }),
    ...each(string(), "objectId", "displayName"),
    requiredResourceAccesses: complexes("governanceResourceAccess"),
  },
  delegatedAdministrationRoleAssignmentSnapshot: {
    ...each(string(), "groupDisplayName", "groupId"),
    roleTemplates: complexes("roleTemplate"),
  },
  multiTenantApplicationsToProvisionSnapshot: {
    ...each(string(), "appId", "displayName"),
    requiredResourceAccesses: complexes("governanceResourceAccess"),
  },
  relationshipPolicy: {
    policyId: string(),
    version: int32(),
    multiTenantApplicationsToProvision: complexes("multiTenantApplicationsToProvisionSnapshot"),
    delegatedAdministrationRoleAssignments: complexes("delegatedAdministrationRoleAssignmentSnapshot"),
  },
  delegatedAdminRelationshipCustomerParticipant: { tenantId: string({ nullable: false }), displayName: string() },
  delegatedAdminAccessDetails: { unifiedRoles: complexes("unifiedRole") },
  unifiedRole: { roleDefinitionId: string() },
};

/**
 * Granular delegated admin privileges: relationships of Partner Center, which Graph shows in the
 * partner's tenant. https://learn.microsoft.com/graph/api/resources/delegatedadminrelationship
 */
const delegatedAdminRelationship: EntityProperties = {
  id: string({ ...computed }),
  ...each(string({ nullable: false, required: true }), "displayName", "duration"),
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
  ...each(dateTime({ ...computed }), "createdDateTime", "lastModifiedDateTime"),
  ...each(dateTime(), "activatedDateTime", "endDateTime"),
};

export const tenantGovernanceSets = {
  tenantGovernanceSettings: plainSet("tenantGovernanceSetting", tenantGovernanceSetting),
  governanceInvitations: plainSet("governanceInvitation", governanceInvitation),
  governancePolicyTemplates: plainSet("tenantGovernancePolicyTemplate", governancePolicyTemplate),
  governanceRequests: plainSet("governanceRequest", governanceRequest, {
    // v1.0's and beta's name of the template that a create refers to.
    links: {
      tenantGovernancePolicyTemplate: { targets: ["governancePolicyTemplates"] },
      governancePolicyTemplate: { targets: ["governancePolicyTemplates"] },
    },
  }),
  governanceRelationships: plainSet("governanceRelationship", governanceRelationship),
  delegatedAdminRelationships: plainSet("delegatedAdminRelationship", delegatedAdminRelationship),
};
