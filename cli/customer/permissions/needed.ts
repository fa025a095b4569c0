/** Permissions of the MSSP's two applications in customers' tenants, by the settings. */
import {
  adminConsentUrl,
  connectorRoles,
  microsoftGraph,
  publishedApplications,
  resourceGroupId,
  dateOf,
  type CloudName,
} from "@defender-mssp/microsoft";
import { hasSentinelAccess } from "../../../domain/prerequisiteSettings";
import { sentinelCondition } from "../../../domain/sentinelCondition";
import {
  neededPermissions,
  permissionsForEvidence,
  permissionsToFindAdditions,
  permissionsToPreview,
  permissionsToSeeGovernance,
  type PrerequisiteSettings,
} from "../../../domain/prerequisites";
import type { MsspContact, Settings } from "../../../settings";
import { knownApplications, type ApplicationIds, type KnownApplications } from "./knownApplications";

/** A permission to ask an administrator for. */
export interface RequestedPermission {
  /** Display name of the API's application. */
  readonly api: string;
  readonly apiAppId: string;
  readonly permission: string;
  /** ID of the app role. The same in every tenant of the public cloud. */
  readonly id: string;
  readonly purpose: string;
}

/** The MSSP's own application that the SIEM reads with (`connector.kind` `msspApp`). */
export interface ConnectorConsent {
  readonly stack: string;
  readonly applicationId: string;
  /** Where the customer consents by a click; otherwise `pulumi up` grants the same. */
  readonly consentUrl: string;
  /** The application roles of `connector.profile` today; `purpose` is a sentence for the customer. */
  readonly permissions: readonly RequestedPermission[];
}

/** A role in Azure, which consent does not assign. */
export interface AzureRole {
  readonly stack: string;
  readonly scope: string;
  /** Who needs it. */
  readonly application: "automation" | "preview";
  readonly role: string;
  /** The condition to assign it with, in Azure's language of conditions, version 2.0. */
  readonly condition?: string;
}

export interface CustomerConsent {
  readonly stack: string;
  readonly customerName: string;
  readonly tenantId: string;
  readonly cloud: CloudName;
  /** Who asks the customer. */
  readonly msspName: string;
  readonly msspContact?: MsspContact;
  readonly applications: KnownApplications;
  /** What an administrator of the customer opens; by application, absent where its ID is not known. */
  readonly consentUrls: { readonly automation?: string; readonly preview?: string };
  /** Whether the MSSP's own gateway (`defenderEndpoint`) may require more permissions. */
  readonly hasGateway: boolean;
}

export interface Permissions {
  readonly msspTenantIds: readonly string[];
  readonly customers: readonly CustomerConsent[];
  /** For `pulumi up`, `refresh` and `destroy`. */
  readonly automation: readonly RequestedPermission[];
  /** Optional: to check licences and policies before the first change, and for evidence. */
  readonly optional: readonly RequestedPermission[];
  /** For previews and the nightly search for additions. All are read-only. */
  readonly preview: readonly RequestedPermission[];
  /** Empty where each connector is a registration in the customer's tenant. */
  readonly connectors: readonly ConnectorConsent[];
  readonly azureRoles: readonly AzureRole[];
}

export type CustomerSettings = PrerequisiteSettings &
  Pick<Settings, "customerName" | "tenantId" | "msspName" | "msspTenantId" | "cloud"> &
  Partial<Pick<Settings, "handover" | "azureDelegation" | "sentinelAccess" | "msspContact" | "msspApplications">>;

/**
 * Each permission once, for all of the customers.
 * @param now decides whether a connector's right to change has ended.
 */
export function permissionsOf(
  customers: readonly { readonly stack: string; readonly settings: CustomerSettings }[],
  ids: ApplicationIds = {},
  now: Date = new Date(),
): Permissions {
  const all = customers.map(({ settings }) => settings);
  return {
    msspTenantIds: [...new Set(all.map(({ msspTenantId }) => msspTenantId))],
    customers: customers.map(({ stack, settings }) => consentOf(stack, settings, ids)),
    automation: once(all.flatMap(neededPermissions).filter(isPublished).map(requested)),
    optional: [
      ...graphPermissions(
        ["Organization.Read.All", "Policy.Read.All"],
        "checking licences and policies before the first change",
      ),
      ...graphPermissions(
        all.flatMap((settings) => permissionsForEvidence(settings).filter((name) => !writesToo(name, all))),
        "evidence of what the MSSP did, from the audit log and sign-ins",
      ),
      ...graphPermissions(all.flatMap(permissionsToSeeGovernance), "seeing the governance relationship"),
    ],
    preview: once([
      ...graphPermissions(all.flatMap(permissionsToPreview), "comparing the tenant with the settings"),
      ...graphPermissions(all.flatMap(permissionsToFindAdditions), "finding rights that somebody added by hand"),
    ]),
    connectors: customers.flatMap(({ stack, settings }) => connectorConsent(stack, settings, now)),
    azureRoles: customers.flatMap(({ stack, settings }) => azureRolesOf(stack, settings)),
  };
}

/** Whether the automation has the permission that reads and writes the same. */
function writesToo(permission: string, all: readonly PrerequisiteSettings[]): boolean {
  const writing = permission.replace(".Read.", ".ReadWrite.");
  return all.some((settings) => neededPermissions(settings).some((needed) => needed.permission === writing));
}

function consentOf(stack: string, settings: CustomerSettings, ids: ApplicationIds): CustomerConsent {
  const { customerName, tenantId, cloud, defenderCalls, msspName, msspContact } = settings;
  const applications = knownApplications(settings, ids);
  const { automation, preview } = applications;
  const url = (id: string) => adminConsentUrl(cloud, tenantId, id);
  return {
    ...{ stack, customerName, tenantId, cloud, msspName, applications },
    ...(msspContact === undefined ? {} : { msspContact }),
    consentUrls: {
      ...(automation === undefined ? {} : { automation: url(automation.id) }),
      ...(preview === undefined ? {} : { preview: url(preview.id) }),
    },
    hasGateway: defenderCalls.mode === "endpoint",
  };
}

function connectorConsent(
  stack: string,
  { connector, cloud, tenantId }: CustomerSettings,
  now: Date,
): ConnectorConsent[] {
  if (connector?.kind !== "msspApp") return [];
  const { applicationId } = connector;
  const permissions = connectorRoles(connector, dateOf(now)).map(({ api, value, sentence }) =>
    requested({ api: api.displayName, apiAppId: api.appId, permission: value, purpose: sentence }),
  );
  return [{ stack, applicationId, consentUrl: adminConsentUrl(cloud, tenantId, applicationId), permissions }];
}

/** Microsoft publishes no permission for a gateway's calls. */
function isPublished({ permission, apiAppId }: { readonly permission: string; readonly apiAppId: string }): boolean {
  return permission !== "IntegrationConfiguration.ReadWrite" && roleId(apiAppId, permission) !== undefined;
}

function requested({ api, apiAppId, permission, purpose }: Omit<RequestedPermission, "id">): RequestedPermission {
  return { api, apiAppId, permission, id: roleId(apiAppId, permission) ?? "", purpose };
}

function graphPermissions(names: readonly string[], purpose: string): RequestedPermission[] {
  const { displayName: api, appId: apiAppId } = microsoftGraph;
  return once(names.map((permission) => requested({ api, apiAppId, permission, purpose })));
}

function roleId(appId: string, permission: string): string | undefined {
  return publishedApplications.find((application) => application.appId === appId)?.appRoles[permission];
}

function once(permissions: readonly RequestedPermission[]): RequestedPermission[] {
  const byName = new Map<string, RequestedPermission>();
  for (const one of permissions) {
    const key = `${one.api} ${one.permission}`;
    if (!byName.has(key)) byName.set(key, one);
  }
  return [...byName.values()].sort((a, b) => (a.permission < b.permission ? -1 : 1));
}

/** The least built-in roles; docs/azure.md has the reasons, and narrower scopes. */
function azureRolesOf(stack: string, settings: CustomerSettings): AzureRole[] {
  const { handover, azureDelegation, sentinelAccess } = settings;
  const roles: AzureRole[] = [];
  const add = (scope: string, names: readonly string[]) => {
    for (const role of names) roles.push({ stack, scope, application: "automation", role });
    roles.push({ stack, scope, application: "preview", role: "Reader" });
  };
  if (handover !== undefined) {
    const vault = handover.vaultId === undefined ? "Contributor" : "Key Vault Contributor";
    const access = handover.readerObjectId === undefined ? [] : [accessAdministrator];
    add(handover.vaultId ?? `/subscriptions/${handover.subscriptionId}`, [vault, ...access]);
  }
  if (azureDelegation !== undefined)
    add(`/subscriptions/${azureDelegation.subscriptionId}`, ["Contributor", accessAdministrator]);
  if (sentinelAccess !== undefined && hasSentinelAccess(settings)) {
    const scope = resourceGroupId(sentinelAccess);
    const condition = sentinelCondition(sentinelAccess.roles);
    roles.push({ stack, scope, application: "automation", role: accessAdministrator, condition });
    roles.push({ stack, scope, application: "preview", role: "Reader" });
  }
  return roles;
}

const accessAdministrator = "Role Based Access Control Administrator";
