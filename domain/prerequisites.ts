/**
 * Permissions that `pulumi up`, `refresh`, `destroy` and the commands need of the customer's tenant, by
 * a stack's settings. For `mssp permissions`, `mssp doctor`, the reference page and the tests that run a
 * stack with these permissions only.
 */
import { microsoftGraph } from "@defender-mssp/microsoft";
import { additionsPartNames, isPartOf, type AdditionsPartName } from "./additionsPartNames";
import { isSearched } from "./adoption";
import { applicable, isNotApplicable, type AccessKind, type Keeping } from "./kinds/accessKind";
import { kinds, resourceKind } from "./kinds/kinds";
import { hasDetections, hasKeeper, isKeeper, type PrerequisiteSettings } from "./prerequisiteSettings";
import { writingPermissions, type GraphPermission, type NeededPermission, type Permission } from "./writingPermissions";

export type { GraphPermission, NeededPermission } from "./writingPermissions";
export type { PrerequisiteSettings } from "./prerequisiteSettings";

/** The permissions that a stack with these settings needs, each once. */
export function neededPermissions(settings: PrerequisiteSettings): readonly NeededPermission[] {
  const needed = new Set(expectedKinds(settings).flatMap((kind) => applicable(kind.write)?.(settings) ?? []));
  return writingPermissions.filter(({ permission }) => needed.has(permission as Permission));
}

/** The kinds that a stack with these settings has. */
export function expectedKinds(settings: PrerequisiteSettings): readonly AccessKind[] {
  return kinds.filter(({ isExpected }) => isExpected(settings));
}

/**
 * Names of the Microsoft Graph permissions that `pulumi preview --refresh` of a stack with these
 * settings needs: none of them writes. A gateway (`defenderEndpoint`) decides by itself what it
 * asks for reading.
 */
export function permissionsToPreview(settings: PrerequisiteSettings): readonly GraphPermission[] {
  return permissionsToRead(expectedKinds(settings).filter(({ write }) => applicable(write) !== undefined));
}

/** The permissions of the keeper: to preview, and to write what it keeps. */
export function permissionsToKeep(settings: PrerequisiteSettings): readonly NeededPermission[] {
  if (!hasKeeper(settings)) return [];
  const kept = expectedKinds(settings).flatMap(({ keep }) => (keep && keeps(keep, settings) ? keep.write : []));
  const { displayName: api, appId: apiAppId } = microsoftGraph;
  return [...new Set([...permissionsToPreview(settings), ...kept.filter(isGraphPermission)])]
    .sort()
    .map((permission) => ({
      api,
      apiAppId,
      permission,
      alsoEnough: [permission.replace(".Read.", ".ReadWrite.")],
      directoryRoles: [],
      purpose: keptFor[permission] ?? "comparing the tenant with the settings",
    }));
}

const keptFor: Readonly<Partial<Record<GraphPermission, string>>> = {
  "Application.ReadWrite.OwnedBy": "rotating the client secret, as an owner of the SIEM connector's application",
  "Group.Create": "setting the members of the groups, as an owner of them",
  "User.Invite.All": "inviting analysts",
};

/** The permissions of whoever is signed in: the keeper's, or the automation's. */
export function permissionsOfIdentity(settings: PrerequisiteSettings, clientId: string): readonly NeededPermission[] {
  return isKeeper(settings, clientId) ? permissionsToKeep(settings) : neededPermissions(settings);
}

/** Whether only the automation may do it to a resource. What needs no permission, anybody may. */
export function needsAutomation(
  resource: { readonly type: string; readonly urn?: string },
  operation: "create" | "update" | "delete",
  settings: PrerequisiteSettings,
): boolean {
  const { keep, write } = resourceKind(resource) ?? {};
  if (write === undefined || (applicable(write)?.(settings) ?? []).length === 0) return false;
  return keep === undefined || !keep.operations.includes(operation) || !keeps(keep, settings);
}

function keeps({ when }: Keeping, settings: PrerequisiteSettings): boolean {
  return when?.(settings) ?? true;
}

/** The Microsoft Graph permissions that read objects of these kinds, in alphabetical order. */
export function permissionsToRead(list: readonly AccessKind[]): readonly GraphPermission[] {
  return [...new Set(list.flatMap(({ read }) => applicable(read) ?? []))].filter(isGraphPermission).sort();
}

function isGraphPermission(permission: Permission): permission is GraphPermission {
  return permission in microsoftGraph.appRoles;
}

/** The kinds whose additions a look of the search finds. */
export function additionsKinds(part: AdditionsPartName): readonly AccessKind[] {
  return kinds.filter(({ additions }) => applicable(additions)?.includes(part) === true);
}

/**
 * Names of the Microsoft Graph permissions that show every addition to the stack's objects. Without
 * one of them its additions are `notChecked`. `AuditLog.Read.All` shows who made an addition.
 */
export function permissionsToFindAdditions(settings: PrerequisiteSettings): readonly GraphPermission[] {
  const looks = additionsPartNames.filter((part) => isPartOf(settings, part));
  return [...new Set(["AuditLog.Read.All" as const, ...permissionsToRead(looks.flatMap(additionsKinds))])].sort();
}

/**
 * Names of every Microsoft Graph permission that this program asks a customer for, with any settings:
 * an MSSP asks all of its customers for the same.
 */
export function permissionsEverAsked(): ReadonlySet<string> {
  return new Set<string>([
    ...writingPermissions.map(({ permission }) => permission),
    ...permissionsToRead(kinds),
    ...permissionsToReadLogs,
    ...Object.values(monthPermissions),
    ...permissionsToExamine,
    ...permissionsOfExtensions,
    ...kinds.flatMap(({ keep }) => keep?.write ?? []),
    ...permissionsToSeeGovernance({ portalAccess: { model: "governance" } }),
  ]);
}

/** Names of the Microsoft Graph permissions with which `mssp doctor` sees licences and policies. */
const permissionsToExamine = ["Organization.Read.All", "Policy.Read.All", "Policy.Read.ConditionalAccess"] as const;

/** Names of the Microsoft Graph permissions for azuread's own domains and invitations, in an extension. */
const permissionsOfExtensions = ["Domain.Read.All", "User.Invite.All"] as const;

/**
 * Names of the Microsoft Graph permissions with which `mssp adopt` sees everything that an onboarding
 * by hand leaves: none of them writes. Without one of them its part is not looked at.
 */
export const permissionsToAdopt: readonly GraphPermission[] = permissionsToRead(kinds.filter(isSearched));

/** Names of the Microsoft Graph permissions for the audit log and sign-ins. */
export const permissionsToReadLogs = [
  "AuditLog.Read.All",
  "Directory.Read.All",
] as const satisfies readonly GraphPermission[];

/** Whether one of the permissions is this one, or the one that reads and writes the same. */
export function isHeld(permission: string, held: readonly string[]): boolean {
  return held.includes(permission) || held.includes(permission.replace(".Read.", ".ReadWrite."));
}

/** The Microsoft Graph permission that reads each part of a customer's month; the rest is in the state and the logs. */
export const monthPermissions = {
  devices: "ThreatHunting.Read.All",
  delivery: "ThreatHunting.Read.All",
  incidents: "SecurityIncident.Read.All",
  alerts: "SecurityAlert.Read.All",
  ruleAlerts: "CustomDetection.Read.All",
} as const satisfies Readonly<Record<string, GraphPermission>>;

/** Names of the Microsoft Graph permissions without which parts of a customer's month are "not read". */
export function permissionsForMonth(settings: PrerequisiteSettings): readonly GraphPermission[] {
  const { ruleAlerts, ...always } = monthPermissions;
  return [...new Set([...Object.values(always), ...(hasDetections(settings) ? [ruleAlerts] : [])])].sort();
}

/**
 * Names of the Microsoft Graph permissions for evidence of what the MSSP did: those of the logs, and
 * those that show whose actions to ask for. Most of Microsoft's pages require both of the logs'
 * permissions for sign-ins; `AuditLog.Read.All` alone shows the directory audit log.
 */
export function permissionsForEvidence(settings: PrerequisiteSettings): readonly GraphPermission[] {
  const looked = kinds.filter((kind) => {
    const isLooked = !isNotApplicable(kind.evidence) && kind.evidence.from === "tenant";
    // The settings do not say whether the customer has consented to a preview application.
    return isLooked && (kind.isExpected(settings) || kind.key === "previewConsent");
  });
  return [...new Set([...permissionsToReadLogs, ...permissionsToRead(looked)])].sort();
}

/**
 * Names of the Microsoft Graph permissions with which `mssp verify`, `mssp status --show onboarding` and
 * `mssp governance status` see a governance relationship without a signed-in person. `up` needs none
 * of them: people of both tenants establish the relationship.
 */
export function permissionsToSeeGovernance({
  portalAccess,
}: Pick<PrerequisiteSettings, "portalAccess">): readonly GraphPermission[] {
  if (portalAccess.model !== "governance") return [];
  return [
    "TenantGovernance-Invitation.Read.All",
    "TenantGovernance-Relationship.Read.All",
    "TenantGovernance-Request.Read.All",
  ];
}
