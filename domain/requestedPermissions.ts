/**
 * What a stack needs, as an administrator is asked for it: application permissions with the IDs of
 * their roles, and roles in Azure with their scopes. For `mssp permissions` and the plugin.
 */
import {
  azureScope,
  connectorRoles,
  microsoftGraph,
  publishedApplications,
  resourceGroupId,
  type SentinelRolesByGroup,
} from "@defender-mssp/microsoft";
import {
  hasDetections,
  hasKeeper,
  hasMonth,
  hasSentinelAccess,
  type PrerequisiteSettings,
} from "./prerequisiteSettings";
import {
  isHeld,
  neededPermissions,
  permissionsForEvidence,
  permissionsForMonth,
  permissionsToKeep,
  permissionsToFindAdditions,
  permissionsToPreview,
  permissionsToSeeGovernance,
} from "./prerequisites";
import { gdapRelationship, governanceRelationship } from "./kinds/trusts";
import { sentinelCondition } from "./sentinelCondition";

/** A permission to ask an administrator for. */
export interface RequestedPermission {
  /** Display name of the API's application. */
  readonly api: string;
  /** Application ID of the API, a UUID. */
  readonly apiAppId: string;
  /** Name of the app role. */
  readonly permission: string;
  /** ID of the app role. The same in every tenant of the public cloud. */
  readonly id: string;
  /** What it is for. */
  readonly purpose: string;
}

/** The permissions of the MSSP's applications in customers' tenants. */
export interface RequestedPermissions {
  /** For `pulumi up`, `refresh` and `destroy`. */
  readonly automation: readonly RequestedPermission[];
  /** Optional: to check licences and policies before the first change, and for evidence. */
  readonly optional: readonly RequestedPermission[];
  /** For joiners, leavers and the rotation, where the settings name a keeper; empty otherwise. */
  readonly keeper: readonly RequestedPermission[];
  /** For previews and the nightly search for additions. All are read-only. */
  readonly preview: readonly RequestedPermission[];
}

/** A role in Azure, which consent does not assign. */
export interface RequestedAzureRole {
  /** Resource ID of the scope. */
  readonly scope: string;
  /** Who needs it. */
  readonly application: "automation" | "keeper" | "preview";
  /** Name of the built-in role. */
  readonly role: string;
  /** The condition to assign it with, in Azure's language of conditions, version 2.0. */
  readonly condition?: string;
}

export type AzurePlaces = PrerequisiteSettings & {
  readonly handover?: { readonly subscriptionId: string };
  readonly azureDelegation?: { readonly subscriptionId: string };
  readonly sentinelAccess?: {
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly roles: SentinelRolesByGroup;
  };
};

/** Each permission once, for all stacks with these settings. */
export function requestedPermissions(all: readonly PrerequisiteSettings[]): RequestedPermissions {
  const ofMonth = (chosen: readonly PrerequisiteSettings[]) =>
    graphPermissions(chosen.flatMap(permissionsForMonth), "the figures of the customer's month");
  return {
    automation: once(all.flatMap(neededPermissions).filter(isPublished).map(requested)),
    keeper: once(all.flatMap(permissionsToKeep).map(requested)),
    optional: once([
      ...graphPermissions(
        ["Organization.Read.All", "Policy.Read.All"],
        "checking licences and policies before the first change",
      ),
      ...graphPermissions(
        all.flatMap((settings) =>
          permissionsForEvidence(settings).filter((name) => !writesToo(name, all) && !makesOwner(name)),
        ),
        "evidence of what the MSSP did, from the audit log and sign-ins",
      ),
      ...graphPermissions(
        all.some(hasDetections) ? ["SecurityAlert.Read.All"] : [],
        "the health of the detection rules, from their alerts",
      ),
      ...ofMonth(all.some(hasMonth) ? [] : all),
      ...graphPermissions(all.flatMap(permissionsToSeeGovernance), "seeing the governance relationship"),
      ...graphPermissions(governanceRelationship.read, "proving an off-boarding: governance relationships"),
      ...graphPermissions(
        gdapRelationship.read,
        "proving an off-boarding: GDAP relationships. Only in the MSSP's own tenant",
      ),
    ]),
    preview: once([
      ...graphPermissions(all.flatMap(permissionsToPreview), "comparing the tenant with the settings"),
      ...graphPermissions(all.flatMap(permissionsToFindAdditions), "finding rights that somebody added by hand"),
      ...graphPermissions(all.flatMap(permissionsForEvidence).filter(makesOwner), "evidence of sign-ins"),
      // The pipelines write the figures with the preview application.
      ...ofMonth(all.filter(hasMonth)),
    ]),
  };
}

/**
 * The application roles of the MSSP's own application that the SIEM reads with. Empty where the
 * connector is a registration in the customer's tenant.
 *
 * @param today decides whether the connector's right to change has ended: a day, UTC, ISO 8601.
 */
export function connectorPermissions(
  { connector }: PrerequisiteSettings,
  today: string,
): readonly RequestedPermission[] {
  if (connector?.kind !== "msspApp") return [];
  return connectorRoles(connector, today).map(({ api, value, sentence }) =>
    requested({ api: api.displayName, apiAppId: api.appId, permission: value, purpose: sentence }),
  );
}

/** The least built-in roles; docs/azure.md has the reasons, and narrower scopes. */
export function requestedAzureRoles(settings: AzurePlaces): readonly RequestedAzureRole[] {
  const { handover, azureDelegation, sentinelAccess } = settings;
  const roles: RequestedAzureRole[] = [];
  const add = (scope: string, names: readonly string[]) => {
    for (const role of names) roles.push({ scope, application: "automation", role });
    roles.push(...reader(scope));
  };
  const reader = (scope: string): RequestedAzureRole[] =>
    (["keeper", "preview"] as const)
      .filter((application) => application === "preview" || hasKeeper(settings))
      .map((application) => ({ scope, application, role: "Reader" }));
  if (handover !== undefined) {
    const vault = handover.vaultId === undefined ? "Contributor" : "Key Vault Contributor";
    const access = handover.readerObjectId === undefined ? [] : [accessAdministrator];
    const scope = handover.vaultId ?? azureScope({ subscriptionId: handover.subscriptionId });
    add(scope, [vault, ...access]);
    if (hasKeeper(settings)) roles.push({ scope, application: "keeper", role: "Key Vault Contributor" });
  }
  if (azureDelegation !== undefined)
    add(azureScope({ subscriptionId: azureDelegation.subscriptionId }), ["Contributor", accessAdministrator]);
  if (sentinelAccess !== undefined && hasSentinelAccess(settings)) {
    const scope = resourceGroupId(sentinelAccess);
    const condition = sentinelCondition(sentinelAccess.roles);
    roles.push({ scope, application: "automation", role: accessAdministrator, condition });
    roles.push(...reader(scope));
  }
  return roles;
}

const accessAdministrator = "Role Based Access Control Administrator";

/** Whether the automation has the permission, or the one that reads and writes the same. */
function writesToo(permission: string, all: readonly PrerequisiteSettings[]): boolean {
  return all.some((settings) =>
    isHeld(
      permission,
      neededPermissions(settings).map((needed) => needed.permission),
    ),
  );
}

/** Beside `Application.ReadWrite.OwnedBy` it makes the automation, and whoever steals it, an owner of any application. */
function makesOwner(permission: string): boolean {
  return permission === "Directory.Read.All";
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
  for (const permission of permissions) {
    const key = `${permission.api} ${permission.permission}`;
    if (!byName.has(key)) byName.set(key, permission);
  }
  return [...byName.values()].sort((a, b) => (a.permission < b.permission ? -1 : 1));
}
