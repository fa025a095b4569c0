/**
 * What the tenant has of a stack and its state does not: an `up` was killed or lost its connection after
 * Entra created it. Objects are found by the stack's random ID in their mark; those without one by the
 * object of the stack that has them. The azuread provider refuses to create an application or a group
 * whose name is taken, so those are shown, whosever they are.
 */
import { searchKind, type TenantReader, type UnreadKind } from "@defender-mssp/tenant";
import { application as applicationKind, redirectUri, requestedPermission } from "../../../domain/kinds/applications";
import { applicationPermission, delegatedConsent, servicePrincipal } from "../../../domain/kinds/servicePrincipals";
import { directoryRoleAssignment } from "../../../domain/kinds/directoryRoles";
import { group, guest } from "../../../domain/kinds/people";
import { conditionalAccessPolicy } from "../../../domain/kinds/trusts";
import {
  allConnectorRoles,
  appRoleAssignedToPath,
  appRoleAssignmentsPath,
  clientGrantsPath,
  directoryRoleName,
  directoryRoleTemplates,
  equals,
  goneStatuses,
  graphApplications,
  graphDefenderAssignments,
  graphPermissionGrants,
  isGone,
  listRoleAssignments,
  microsoftGraph,
  ownersPath,
  windowsDefenderAtp,
  type PublishedApplication,
} from "@defender-mssp/microsoft";
import { applicable } from "../../../domain/kinds/accessKind";
import { defenderRoleAssignment } from "../../../domain/kinds/defenderRoles";
import {
  clientSecretName,
  groupNameInDirectory,
  isSiemRedirectUri,
  securityGroupName,
  siemConnectorName,
} from "../../../domain/naming";
import type { Settings } from "../../../settings";
import { accessPackageOrphans } from "./accessPackageOrphans";
import { accessPolicyOrphans } from "./accessPolicyOrphans";
import { azureOrphans } from "./azureOrphans";
import { keyOrphans } from "./keyOrphans";
import { markedOrphans } from "./markedOrphans";
import { portalOrphans } from "./portalOrphans";
import {
  deletionOf,
  type GraphObject,
  Known,
  lookAll,
  type Orphan,
  type OrphanRemoval,
  type OrphanSearch,
  ownerNames,
  partOf,
  text,
  undated,
} from "./orphan";

/**
 * Finds all orphans, parts before the object that contains them. Changes nothing.
 * @param known what the state of the tenant's stack has
 */
export async function findOrphans(tenant: TenantReader, settings: Settings, known: Known): Promise<OrphanSearch> {
  const marked = await markedOrphans(tenant, known);
  const taken = await lookAll([
    { kind: applicationKind, find: () => takenApplicationNames(tenant, settings, known) },
    { kind: group, find: () => takenGroupNames(tenant, settings, known) },
  ]);
  const parts = await lookAll([
    ...portalOrphans(tenant, settings, known),
    { kind: defenderRoleAssignment, find: () => defenderAssignments(tenant, known) },
    { kind: directoryRoleAssignment, find: () => directoryRoles(tenant, settings, known) },
    ...accessPackageOrphans(tenant, known),
    { kind: conditionalAccessPolicy, find: () => accessPolicyOrphans(tenant, settings, known) },
  ]);
  const ofApplications = await lookAll([
    { kind: applicationKind, find: () => partsOfApplications(tenant, settings, known) },
  ]);
  const azure = await azureOrphans(tenant, settings, known.state);
  const isMarked = ({ id }: Orphan): boolean => marked.orphans.some((orphan) => orphan.id === id);
  const others = { ...taken, orphans: taken.orphans.filter((orphan) => !isMarked(orphan)) };
  return {
    orphans: [parts, marked, others, ofApplications, azure].flatMap(({ orphans }) => orphans),
    unread: onceEach([marked, taken, parts, ofApplications, azure].flatMap(({ unread }) => unread)),
  };
}

function onceEach(unread: readonly UnreadKind[]): readonly UnreadKind[] {
  return unread.filter(({ kind }, index) => unread.findIndex((other) => other.kind === kind) === index);
}

/** Applications of the connector's name, with which azuread refuses to create another. */
async function takenApplicationNames(
  tenant: TenantReader,
  { customerName }: Settings,
  known: Known,
): Promise<readonly Orphan[]> {
  return takenNames(tenant, applicationKind, siemConnectorName(customerName), known);
}

/** Groups of the names that the settings give, with which azuread refuses to create another. */
async function takenGroupNames(
  tenant: TenantReader,
  { msspName, portalAccess }: Settings,
  known: Known,
): Promise<readonly Orphan[]> {
  const tiers = "tiers" in portalAccess ? Object.values(portalAccess.tiers) : [];
  const names = [securityGroupName(msspName), ...tiers.map(({ name }) => name)].map(groupNameInDirectory);
  return (await Promise.all(names.map((name) => takenNames(tenant, group, name, known)))).flat();
}

async function takenNames(
  { graph, list }: TenantReader,
  kind: typeof applicationKind | typeof group,
  name: string,
  known: Known,
): Promise<readonly Orphan[]> {
  const objects = await list<GraphObject>(`${kind.address}?$filter=${equals("displayName", name)}`);
  const stays = applicable<string>(kind.stays);
  return Promise.all(
    objects
      .filter((object) => !known.has(text(object, "id")))
      .map(async (object) => {
        const id = text(object, "id");
        return {
          what: `${kind.singular} "${name}"`,
          id,
          createdOn: text(object, "createdDateTime"),
          createdBy: await ownerNames(graph, `${kind.address}/${id}`),
          evidence: known.describedEvidence(text(object, "description")),
          interrupted: known.pendingCreate(kind, name) !== undefined,
          removal: deletionOf(`${kind.address}/${id}`),
          ...(stays === undefined ? {} : { stays }),
          importArguments: known.importOf(kind, { id, name }),
        };
      }),
  );
}

/** Assignments of the stack's Defender roles: an assigned role can't be deleted. */
async function defenderAssignments(tenant: TenantReader, known: Known): Promise<readonly Orphan[]> {
  const roles = (await searchKind(tenant, "defenderRole")).filter(({ whose }) => whose === "stack");
  if (roles.length === 0) return [];
  return (await listRoleAssignments(tenant.graph))
    .filter(({ id, roleDefinitionId }) => !known.has(id) && roles.some((role) => role.id === roleDefinitionId))
    .map(({ id, displayName, roleDefinitionId }) => ({
      ...undated(
        `assignment of the Defender role "${displayName}"`,
        id,
        { owner: "thisStack", text: `its role is this stack's: ${roleDefinitionId}` },
        known.isPending(defenderRoleAssignment.types, { displayName }),
      ),
      comesBack: true,
      removal: deletionOf(graphDefenderAssignments.item(id)),
    }));
}

/** Directory roles of the stack's own principals: the settings' role, and those of interrupted creates. */
async function directoryRoles(
  { list }: TenantReader,
  { portalAccess }: Settings,
  known: Known,
): Promise<readonly Orphan[]> {
  const role = portalAccess.model === "basic" ? directoryRoleTemplates[portalAccess.role] : undefined;
  const { address, types } = directoryRoleAssignment;
  const given = known.objectIds(group, guest).map(async (principalId): Promise<Orphan[]> => {
    const assignments = await list<GraphObject>(`${address}?$filter=${equals("principalId", principalId)}`);
    const isPending = known.isPending(types, { principalObjectId: principalId });
    return assignments
      .filter((assignment) => !known.has(text(assignment, "id")))
      .filter((assignment) => isPending || text(assignment, "roleDefinitionId") === role)
      .map((assignment) => ({
        ...undated(
          `directory role ${directoryRoleName(text(assignment, "roleDefinitionId"))}, given to ${principalId}`,
          text(assignment, "id"),
          { owner: "thisStack", text: "its holder is in the stack's state" },
          isPending,
        ),
        removal: deletionOf(`${address}/${text(assignment, "id")}`),
      }));
  });
  return (await Promise.all(given)).flat();
}

/** Parts of the stack's applications that are missing in the state. */
async function partsOfApplications(tenant: TenantReader, settings: Settings, known: Known): Promise<readonly Orphan[]> {
  const parts = await Promise.all(
    known.objectIds(applicationKind).map(async (id) => {
      const answer = await tenant.graph(`${applicationKind.address}/${id}`, { accept: goneStatuses });
      if (isGone(answer)) return [];
      const application = answer.body as GraphObject;
      return [
        ...redirectUris(application, known),
        ...apiAccess(application, known),
        ...secrets(application, known),
        ...(await keyOrphans(tenant, application, settings, known)),
        ...(await servicePrincipals(tenant, application, known)),
      ];
    }),
  );
  return parts.flat();
}

function redirectUris(application: GraphObject, known: Known): Orphan[] {
  const { redirectUris: uris = [] } = (application.web ?? {}) as { redirectUris?: readonly string[] };
  const own = uris.filter(isSiemRedirectUri);
  if (own.length === 0 || known.hasWhole(`/applications/${text(application, "id")}/redirectUris/Web`)) return [];
  return [
    {
      ...partOf(application, `redirect URI ${own.join(", ")}`, own.join(", "), known.isPending(redirectUri.types)),
      removal: change(application, { web: { redirectUris: uris.filter((uri) => !own.includes(uri)) } }),
    },
  ];
}

function apiAccess(application: GraphObject, known: Known): Orphan[] {
  const asked = (application.requiredResourceAccess ?? []) as readonly { resourceAppId: string }[];
  const isOurs = ({ resourceAppId }: { resourceAppId: string }) =>
    apis.some(({ appId }) => appId === resourceAppId) &&
    !known.hasWhole(`/applications/${text(application, "id")}/apiAccess/${resourceAppId}`);
  const found = asked.filter(isOurs);
  if (found.length === 0) return [];
  const names = found.map(({ resourceAppId }) => nameOfApi(resourceAppId));
  return [
    {
      ...partOf(
        application,
        `API permissions asked of ${names.join(" and ")}`,
        names.join(", "),
        found.every(({ resourceAppId: apiClientId }) => known.isPending(requestedPermission.types, { apiClientId })),
      ),
      removal: change(application, { requiredResourceAccess: asked.filter((one) => !isOurs(one)) }),
    },
  ];
}

function secrets(application: GraphObject, known: Known): Orphan[] {
  const credentials = (application.passwordCredentials ?? []) as readonly GraphObject[];
  return credentials
    .filter((one) => text(one, "displayName") === clientSecretName && !known.has(text(one, "keyId")))
    .map((one) => ({
      ...partOf(application, `client secret "${clientSecretName}"`, text(one, "keyId")),
      createdOn: text(one, "startDateTime"),
      isSecret: true,
      removal: {
        method: "POST",
        path: `${graphApplications.item(text(application, "id"))}/removePassword`,
        json: { keyId: text(one, "keyId") },
      },
    }));
}

async function servicePrincipals(tenant: TenantReader, application: GraphObject, known: Known): Promise<Orphan[]> {
  const appId = text(application, "appId");
  const principals = await tenant.list<GraphObject>(`${servicePrincipal.address}?$filter=${equals("appId", appId)}`);
  const orphans = principals.map(async (principal): Promise<Orphan[]> => {
    const id = text(principal, "id");
    if (known.has(id))
      return [...(await consents(tenant, application, id, known)), ...(await ownership(tenant, application, id))];
    return [
      {
        ...partOf(
          application,
          `service principal "${text(principal, "displayName")}", with what it was granted`,
          id,
          known.isPending(servicePrincipal.types, { clientId: appId }),
        ),
        removal: deletionOf(`${servicePrincipal.address}/${id}`),
      },
    ];
  });
  return (await Promise.all(orphans)).flat();
}

/** Consents that the program itself grants; others are ignored. */
async function consents({ list }: TenantReader, application: GraphObject, id: string, known: Known): Promise<Orphan[]> {
  const [grants, roles] = await Promise.all([
    list<GraphObject>(clientGrantsPath(id)),
    list<GraphObject>(appRoleAssignmentsPath(id)),
  ]);
  const consent = (granted: GraphObject, to: string, path: string, types: readonly string[]): Orphan => ({
    ...partOf(application, `consent to ${to}`, text(granted, "id"), known.isPending(types)),
    createdOn: text(granted, "createdDateTime"),
    removal: deletionOf(path),
  });
  const ofRoles = roles.flatMap((granted) => {
    const role = allConnectorRoles.find(({ api, value }) => api.appRoles[value] === text(granted, "appRoleId"));
    const path = `${appRoleAssignedToPath(text(granted, "resourceId"))}/${text(granted, "id")}`;
    return role === undefined ? [] : [consent(granted, role.value, path, applicationPermission.types)];
  });
  const ofGrants = grants
    .filter((granted) => text(granted, "scope").trim() === "Alert.Read")
    .map((granted) =>
      consent(granted, "Alert.Read", graphPermissionGrants.item(text(granted, "id")), delegatedConsent.types),
    );
  return [...ofGrants, ...ofRoles].filter((orphan) => !known.has(orphan.id));
}

/**
 * The provider adds the caller as owner and removes it again: an `up` may have ended in between.
 */
async function ownership({ list, owner }: TenantReader, application: GraphObject, id: string): Promise<Orphan[]> {
  const { automation } = owner;
  if (automation === undefined) return [];
  const owners = await list<GraphObject>(ownersPath("servicePrincipals", id));
  return owners
    .filter((one) => text(one, "appId").toLowerCase() === automation.toLowerCase())
    .map((one) => ({
      ...partOf(
        application,
        `ownership of its service principal by "${text(one, "displayName")}"`,
        text(one, "id"),
        false,
      ),
      removal: deletionOf(`${ownersPath("servicePrincipals", id)}/${text(one, "id")}/$ref`),
    }));
}

const apis: readonly PublishedApplication[] = [windowsDefenderAtp, microsoftGraph];

function nameOfApi(appId: string): string {
  return appId === microsoftGraph.appId ? "Microsoft Graph" : "WindowsDefenderATP";
}

function change(application: GraphObject, json: unknown): OrphanRemoval {
  return { method: "PATCH", path: graphApplications.item(text(application, "id")), json };
}
