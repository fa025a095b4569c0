/**
 * What the tenant has of a stack and its state does not: an `up` was killed or lost its connection after
 * Entra created it. Objects are found by the stack's random ID in their mark; those without one by the
 * object of the stack that has them. The azuread provider refuses to create an application or a group
 * whose name is taken, so those are shown, whosever they are.
 */
import { ownerByMark, searchKind, type TenantReader, type UnreadKind, type Whose } from "@defender-mssp/tenant";
import { application as applicationKind, redirectUri, requestedPermission } from "../../../domain/kinds/applications";
import { applicationPermission, delegatedConsent, servicePrincipal } from "../../../domain/kinds/servicePrincipals";
import { directoryRoleAssignment } from "../../../domain/kinds/directoryRoles";
import { group } from "../../../domain/kinds/people";
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
  parseStackMark,
  ownersPath,
  windowsDefenderAtp,
  type PublishedApplication,
} from "@defender-mssp/microsoft";
import type { AccessKind } from "../../../domain/kinds/accessKind";
import { defenderRoleAssignment } from "../../../domain/kinds/defenderRoles";
import {
  clientSecretName,
  groupNameInDirectory,
  isSiemRedirectUri,
  securityGroupName,
  siemConnectorName,
} from "../../../domain/naming";
import type { Settings } from "../../../settings";
import type { Deployed } from "../deployed";
import { accessPackageOrphans } from "./accessPackageOrphans";
import { accessPolicyOrphans } from "./accessPolicyOrphans";
import { azureOrphans } from "./azureOrphans";
import { keyOrphans } from "./keyOrphans";
import { markedOrphans } from "./markedOrphans";
import { portalOrphans } from "./portalOrphans";
import {
  deletionOf,
  type GraphObject,
  lookAll,
  objectOrphan,
  type Orphan,
  type OrphanRemoval,
  type OwnerEvidence,
  type OrphanSearch,
  ownerNames,
  partOf,
  text,
  undated,
} from "./orphan";

/**
 * Finds all orphans, parts before the object that contains them. Changes nothing.
 * @param deployed what the state of the tenant's stack has
 * @param markName the stack as marks name it
 */
export async function findOrphans(
  tenant: TenantReader,
  settings: Settings,
  deployed: Deployed,
  markName: string,
): Promise<OrphanSearch> {
  const marked = await markedOrphans(tenant, deployed, markName);
  const taken = await lookAll([
    { kind: applicationKind, find: () => takenApplicationNames(tenant, settings, deployed) },
    { kind: group, find: () => takenGroupNames(tenant, settings, deployed) },
  ]);
  const parts = await lookAll([
    ...portalOrphans(tenant, settings, deployed),
    { kind: defenderRoleAssignment, find: () => defenderAssignments(tenant, deployed) },
    { kind: directoryRoleAssignment, find: () => directoryRoles(tenant, settings, deployed) },
    ...accessPackageOrphans(tenant, deployed),
    { kind: conditionalAccessPolicy, find: () => accessPolicyOrphans(tenant, settings, deployed) },
  ]);
  const ofApplications = await lookAll([
    { kind: applicationKind, find: () => partsOfApplications(tenant, settings, deployed) },
  ]);
  const azure = await azureOrphans(tenant, settings, deployed);
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
  deployed: Deployed,
): Promise<readonly Orphan[]> {
  return takenNames(tenant, applicationKind, siemConnectorName(customerName), deployed);
}

/** Groups of the names that the settings give, with which azuread refuses to create another. */
async function takenGroupNames(
  tenant: TenantReader,
  { msspName, portalAccess }: Settings,
  deployed: Deployed,
): Promise<readonly Orphan[]> {
  const tiers = "tiers" in portalAccess ? Object.values(portalAccess.tiers) : [];
  const names = [securityGroupName(msspName), ...tiers.map(({ name }) => name)].map(groupNameInDirectory);
  return (await Promise.all(names.map((name) => takenNames(tenant, group, name, deployed)))).flat();
}

async function takenNames(
  { graph, list, owner }: TenantReader,
  kind: typeof applicationKind | typeof group,
  name: string,
  deployed: Deployed,
): Promise<readonly Orphan[]> {
  const objects = await list<GraphObject>(`${kind.address}?$filter=${equals("displayName", name)}`);
  return Promise.all(
    objects
      .filter((object) => !deployed.has(text(object, "id")))
      .map(async (object) => {
        const id = text(object, "id");
        return {
          ...objectOrphan(kind, { id, name }, deployed),
          createdOn: text(object, "createdDateTime"),
          createdBy: await ownerNames(graph, `${kind.address}/${id}`),
          evidence: describedEvidence(owner, text(object, "description")),
          removal: deletionOf(`${kind.address}/${id}`),
        };
      }),
  );
}

/** The owner by the object's description. */
function describedEvidence(whose: Whose, description: string): OwnerEvidence {
  if (parseStackMark(description) === undefined)
    return { owner: "unknown", text: "none: no evidence that this program created it" };
  const isOwn = ownerByMark(whose, description)?.whose === "stack";
  return { owner: isOwn ? "thisStack" : "another", text: `its description: "${description}"` };
}

/** Assignments of the stack's Defender roles: an assigned role can't be deleted. */
async function defenderAssignments(tenant: TenantReader, deployed: Deployed): Promise<readonly Orphan[]> {
  const roles = (await searchKind(tenant, "defenderRole")).filter(({ whose }) => whose === "stack");
  if (roles.length === 0) return [];
  return (await listRoleAssignments(tenant.graph))
    .filter(({ id, roleDefinitionId }) => !deployed.has(id) && roles.some((role) => role.id === roleDefinitionId))
    .map(({ id, displayName, roleDefinitionId }) => ({
      ...undated(
        `assignment of the Defender role "${displayName}"`,
        id,
        {
          owner: "thisStack",
          text: `its role is this stack's: ${roleDefinitionId}`,
          isClaim: !deployed.has(roleDefinitionId),
        },
        deployed.isCreating(defenderRoleAssignment, { displayName }),
      ),
      comesBack: true,
      removal: deletionOf(graphDefenderAssignments.item(id)),
    }));
}

/** Directory roles of the stack's own principals: the settings' role, and those of interrupted creates. */
async function directoryRoles(
  { list }: TenantReader,
  { portalAccess }: Settings,
  deployed: Deployed,
): Promise<readonly Orphan[]> {
  const role = portalAccess.model === "basic" ? directoryRoleTemplates[portalAccess.role] : undefined;
  const { address } = directoryRoleAssignment;
  const given = [...deployed.all("group"), ...deployed.all("guest")].map(
    async ({ objectId: principalId }): Promise<Orphan[]> => {
      const assignments = await list<GraphObject>(`${address}?$filter=${equals("principalId", principalId)}`);
      const isPending = deployed.isCreating(directoryRoleAssignment, { principalObjectId: principalId });
      return assignments
        .filter((assignment) => !deployed.has(text(assignment, "id")))
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
    },
  );
  return (await Promise.all(given)).flat();
}

/** Parts of the stack's applications that are missing in the state. */
async function partsOfApplications(
  tenant: TenantReader,
  settings: Settings,
  deployed: Deployed,
): Promise<readonly Orphan[]> {
  const parts = await Promise.all(
    deployed.all("application").map(async ({ objectId: id }) => {
      const answer = await tenant.graph(`${applicationKind.address}/${id}`, { accept: goneStatuses });
      if (isGone(answer)) return [];
      const application = answer.body as GraphObject;
      return [
        ...redirectUris(application, deployed),
        ...apiAccess(application, deployed),
        ...secrets(application, deployed),
        ...(await keyOrphans(tenant, application, settings, deployed)),
        ...(await servicePrincipals(tenant, application, deployed)),
      ];
    }),
  );
  return parts.flat();
}

function redirectUris(application: GraphObject, deployed: Deployed): Orphan[] {
  const { redirectUris: uris = [] } = (application.web ?? {}) as { redirectUris?: readonly string[] };
  const own = uris.filter(isSiemRedirectUri);
  if (own.length === 0 || deployed.hasWhole(`/applications/${text(application, "id")}/redirectUris/Web`)) return [];
  return [
    {
      ...partOf(application, `redirect URI ${own.join(", ")}`, own.join(", "), deployed.isCreating(redirectUri)),
      removal: change(application, { web: { redirectUris: uris.filter((uri) => !own.includes(uri)) } }),
    },
  ];
}

function apiAccess(application: GraphObject, deployed: Deployed): Orphan[] {
  const asked = (application.requiredResourceAccess ?? []) as readonly { resourceAppId: string }[];
  const isOurs = ({ resourceAppId }: { resourceAppId: string }) =>
    apis.some(({ appId }) => appId === resourceAppId) &&
    !deployed.hasWhole(`/applications/${text(application, "id")}/apiAccess/${resourceAppId}`);
  const found = asked.filter(isOurs);
  if (found.length === 0) return [];
  const names = found.map(({ resourceAppId }) => nameOfApi(resourceAppId));
  return [
    {
      ...partOf(
        application,
        `API permissions asked of ${names.join(" and ")}`,
        names.join(", "),
        found.every(({ resourceAppId: apiClientId }) => deployed.isCreating(requestedPermission, { apiClientId })),
      ),
      removal: change(application, { requiredResourceAccess: asked.filter((one) => !isOurs(one)) }),
    },
  ];
}

function secrets(application: GraphObject, deployed: Deployed): Orphan[] {
  const credentials = (application.passwordCredentials ?? []) as readonly GraphObject[];
  return credentials
    .filter((one) => text(one, "displayName") === clientSecretName && !deployed.has(text(one, "keyId")))
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

async function servicePrincipals(
  tenant: TenantReader,
  application: GraphObject,
  deployed: Deployed,
): Promise<Orphan[]> {
  const appId = text(application, "appId");
  const principals = await tenant.list<GraphObject>(`${servicePrincipal.address}?$filter=${equals("appId", appId)}`);
  const orphans = principals.map(async (principal): Promise<Orphan[]> => {
    const id = text(principal, "id");
    if (deployed.has(id))
      return [...(await consents(tenant, application, id, deployed)), ...(await ownership(tenant, application, id))];
    return [
      {
        ...partOf(
          application,
          `service principal "${text(principal, "displayName")}", with what it was granted`,
          id,
          deployed.isCreating(servicePrincipal, { clientId: appId }),
        ),
        removal: deletionOf(`${servicePrincipal.address}/${id}`),
      },
    ];
  });
  return (await Promise.all(orphans)).flat();
}

/** Consents that the program itself grants; others are ignored. */
async function consents(
  { list }: TenantReader,
  application: GraphObject,
  id: string,
  deployed: Deployed,
): Promise<Orphan[]> {
  const [grants, roles] = await Promise.all([
    list<GraphObject>(clientGrantsPath(id)),
    list<GraphObject>(appRoleAssignmentsPath(id)),
  ]);
  const consent = (granted: GraphObject, to: string, path: string, kind: AccessKind): Orphan => ({
    ...partOf(application, `consent to ${to}`, text(granted, "id"), deployed.isCreating(kind)),
    createdOn: text(granted, "createdDateTime"),
    removal: deletionOf(path),
  });
  const ofRoles = roles.flatMap((granted) => {
    const role = allConnectorRoles.find(({ api, value }) => api.appRoles[value] === text(granted, "appRoleId"));
    const path = `${appRoleAssignedToPath(text(granted, "resourceId"))}/${text(granted, "id")}`;
    return role === undefined ? [] : [consent(granted, role.value, path, applicationPermission)];
  });
  const ofGrants = grants
    .filter((granted) => text(granted, "scope").trim() === "Alert.Read")
    .map((granted) =>
      consent(granted, "Alert.Read", graphPermissionGrants.item(text(granted, "id")), delegatedConsent),
    );
  return [...ofGrants, ...ofRoles].filter((orphan) => !deployed.has(orphan.id));
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
