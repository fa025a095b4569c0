/**
 * Licences, and policies for invitations and credentials. They follow the sandbox's switches
 * (`../../cloud/switches.ts`). https://learn.microsoft.com/graph/api/subscribedsku-list,
 * …/authorizationpolicy-get, …/tenantappmanagementpolicy-get
 */
import { entraServicePlans, windowsDefenderServicePlan } from "@defender-mssp/microsoft";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { longestSecretDays, setSwitches, switchValue } from "../../cloud/switches";
import { appManagementPolicyId } from "../credentials";
import { complete } from "../objects";
import { permissions } from "../permissions";
import type { Call, Route } from "../route";
import { entityRoutes } from "./entityRoutes";

const versions = ["v1.0"] as const;

export const policyRoutes: readonly Route[] = [
  ...entityRoutes({ entitySet: "subscribedSkus", versions, read: permissions.readLicences, objects: subscribedSkus }),
  ...entityRoutes({
    entitySet: "authorizationPolicy",
    versions,
    read: permissions.readAuthorizationPolicy,
    write: permissions.writeAuthorizationPolicy,
    single: authorizationPolicy,
    // The switch of invitations and this policy are the same thing.
    change: ({ tenant }, values) => {
      const { allowInvitesFrom } = values;
      if (allowInvitesFrom !== undefined)
        setSwitches(tenant, { b2bInvitations: allowInvitesFrom === "none" ? "off" : "on" });
      return values;
    },
  }),
  ...entityRoutes({
    entitySet: "defaultAppManagementPolicy",
    versions,
    read: permissions.readAppManagementPolicy,
    single: appManagementPolicy,
  }),
];

type Plans = Readonly<Record<string, string>>;

/**
 * Stock-keeping units with their plans: Microsoft, "Product names and service plan identifiers for
 * licensing".
 */
function subscribedSkus({ tenant }: Call): StoredObject[] {
  const { AAD_PREMIUM, AAD_PREMIUM_P2, Entra_Identity_Governance } = entraServicePlans;
  const defender = sku(tenant, "WIN_DEF_ATP", "111046dd-295b-4d6d-9724-d52ac90bd1f2", {
    WINDEFATP: windowsDefenderServicePlan,
  });
  switch (switchValue(tenant, "entraLicence")) {
    case "free":
      return [defender];
    case "p1":
      return [defender, sku(tenant, "AAD_PREMIUM", "078d2b04-f1bd-4111-bbd4-b4b1b354cef4", { AAD_PREMIUM })];
    default: {
      const plans = { AAD_PREMIUM, AAD_PREMIUM_P2 };
      const p2 = sku(tenant, "AAD_PREMIUM_P2", "84a661c4-e949-4bd2-a560-ed7766fcaf2b", plans);
      if (switchValue(tenant, "entraLicence") !== "governance") return [defender, p2];
      const governance = sku(tenant, "Microsoft_Entra_ID_Governance", "cf6b0d46-4093-4546-a0ab-0b1546dcc10e", {
        Entra_Identity_Governance,
      });
      return [defender, p2, governance];
    }
  }
}

function sku(tenant: Tenant, skuPartNumber: string, skuId: string, plans: Plans): StoredObject {
  return complete("subscribedSkus", {
    id: `${tenant.id}_${skuId}`,
    accountId: tenant.id,
    accountName: [...tenant.objects("organization").values()][0]?.["displayName"] ?? null,
    appliesTo: "User",
    capabilityStatus: "Enabled",
    consumedUnits: 1,
    prepaidUnits: { enabled: 25, suspended: 0, warning: 0, lockedOut: 0 },
    servicePlans: Object.entries(plans).map(([servicePlanName, servicePlanId]) => ({
      servicePlanId,
      servicePlanName,
      provisioningStatus: "Success",
      appliesTo: "User",
    })),
    skuId,
    skuPartNumber,
  });
}

function authorizationPolicy({ tenant }: Call): StoredObject {
  const stored = tenant.objects("authorizationPolicy").get("authorizationPolicy");
  const invites = stored?.["allowInvitesFrom"] ?? "everyone";
  const isOn = switchValue(tenant, "b2bInvitations") === "on";
  return complete("authorizationPolicy", {
    id: "authorizationPolicy",
    blockMsolPowerShell: false,
    displayName: "Authorization Policy",
    description: "Used to manage authorization related settings across the company.",
    guestUserRoleId: "10dae51f-b6af-4016-8d66-8c2a99b929b3",
    defaultUserRolePermissions: {
      allowedToCreateApps: true,
      allowedToCreateSecurityGroups: true,
      allowedToCreateTenants: true,
      allowedToReadBitlockerKeysForOwnedDevice: true,
      allowedToReadOtherUsers: true,
      permissionGrantPoliciesAssigned: ["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"],
    },
    ...stored,
    allowInvitesFrom: !isOn ? "none" : invites === "none" ? "everyone" : invites,
  });
}

function appManagementPolicy({ tenant }: Call): StoredObject {
  const passwordCredentials = passwordRestrictions(longestSecretDays(tenant));
  const restrictions = { passwordCredentials, keyCredentials: [] };
  return complete("defaultAppManagementPolicy", {
    id: appManagementPolicyId,
    displayName: "Default app management tenant policy",
    description:
      "Default tenant policy that enforces app management restrictions on applications and service principals. " +
      "To apply policy to targeted resources, create a new policy under appManagementPolicies collection.",
    isEnabled: passwordCredentials.length > 0,
    applicationRestrictions: restrictions,
    servicePrincipalRestrictions: restrictions,
  });
}

function passwordRestrictions(longestDays: number): Record<string, Json>[] {
  if (longestDays === Infinity) return [];
  const common = { state: "enabled", restrictForAppsCreatedAfterDateTime: "2019-01-01T00:00:00Z" };
  return longestDays === 0
    ? [{ ...common, restrictionType: "passwordAddition", maxLifetime: null }]
    : [{ ...common, restrictionType: "passwordLifetime", maxLifetime: `P${longestDays}D` }];
}
