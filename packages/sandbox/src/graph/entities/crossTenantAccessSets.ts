/**
 * Cross-tenant access: the default configuration and those of partners.
 * https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicy-overview
 */
import type { EntityProperties } from "./property";
import { boolean, complex, complexes, computed, readOnly, string, each } from "./property";
import { plainSet } from "./entitySet";

const accessType = { values: ["allowed", "blocked"] } as const;

/** What default and partner share. Null in a partner's configuration: the default's value applies. */
const configuration: EntityProperties = {
  appServiceConnectInbound: complex("crossTenantAccessPolicyAppServiceConnectSetting"),
  automaticUserConsentSettings: complex("inboundOutboundPolicyConfiguration"),
  ...each(complex("crossTenantAccessPolicyB2BSetting"), "b2bCollaborationInbound", "b2bCollaborationOutbound"),
  ...each(complex("crossTenantAccessPolicyB2BSetting"), "b2bDirectConnectInbound", "b2bDirectConnectOutbound"),
  inboundTrust: complex("crossTenantAccessPolicyInboundTrust"),
  m365CollaborationInbound: complex("crossTenantAccessPolicyM365CollaborationInboundSetting"),
  m365CollaborationOutbound: complex("crossTenantAccessPolicyM365CollaborationOutboundSetting"),
  tenantRestrictions: complex("crossTenantAccessPolicyTenantRestrictions"),
};

/** The key is `tenantId`; the type has no `id`. */
const crossTenantAccessPolicyConfigurationPartner: EntityProperties = {
  tenantId: string({ nullable: false, required: true, default: undefined, write: "create" }),
  isServiceProvider: boolean(),
  isInMultiTenantOrganization: boolean(readOnly),
  ...configuration,
};

const crossTenantAccessPolicyConfigurationDefault: EntityProperties = {
  id: string({ ...computed }),
  isServiceDefault: boolean(readOnly),
  ...configuration,
};

const crossTenantIdentitySyncPolicyPartner: EntityProperties = {
  tenantId: string({ ...readOnly, nullable: false, default: undefined }),
  displayName: string(),
  userSyncInbound: complex("crossTenantUserSyncInbound"),
};

const targetConfiguration = "crossTenantAccessPolicyTargetConfiguration";
const b2bSetting: EntityProperties = each(complex(targetConfiguration), "usersAndGroups", "applications");

export const crossTenantAccessTypes: Readonly<Record<string, EntityProperties>> = {
  crossTenantAccessPolicyAppServiceConnectSetting: { applications: complex(targetConfiguration) },
  crossTenantAccessPolicyB2BSetting: b2bSetting,
  crossTenantAccessPolicyInboundTrust: {
    ...each(boolean(), "isMfaAccepted", "isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted"),
  },
  crossTenantAccessPolicyM365CollaborationInboundSetting: { users: complex(targetConfiguration) },
  crossTenantAccessPolicyM365CollaborationOutboundSetting: { usersAndGroups: complex(targetConfiguration) },
  crossTenantAccessPolicyTarget: {
    target: string(),
    targetType: string({ values: ["user", "group", "application"] }),
  },
  crossTenantAccessPolicyTargetConfiguration: {
    accessType: string(accessType),
    targets: complexes("crossTenantAccessPolicyTarget"),
  },
  crossTenantAccessPolicyTenantRestrictions: { ...b2bSetting, devices: complex("devicesFilter") },
  crossTenantUserSyncInbound: { isSyncAllowed: boolean() },
  devicesFilter: { mode: string(accessType), rule: string() },
  inboundOutboundPolicyConfiguration: { inboundAllowed: boolean(), outboundAllowed: boolean() },
};

export const crossTenantAccessSets = {
  crossTenantAccessDefault: plainSet(
    "crossTenantAccessPolicyConfigurationDefault",
    crossTenantAccessPolicyConfigurationDefault,
    { path: "policies/crossTenantAccessPolicy/default" },
  ),
  crossTenantAccessPartners: plainSet(
    "crossTenantAccessPolicyConfigurationPartner",
    crossTenantAccessPolicyConfigurationPartner,
    { path: "policies/crossTenantAccessPolicy/partners" },
  ),
  /** By the partner's tenant ID. */
  crossTenantIdentitySynchronizations: plainSet(
    "crossTenantIdentitySyncPolicyPartner",
    crossTenantIdentitySyncPolicyPartner,
  ),
};
