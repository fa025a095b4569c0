/**
 * Objects that the stack's settings would create, that exist in the customer's tenant and are
 * missing in the state: an `up` was killed or lost its connection after Entra created them. The
 * azuread provider then refuses to create them again.
 */
import {
  allConnectorRoles,
  directoryRoleTemplates,
  equals,
  graphList,
  lastSegment,
  microsoftGraph,
  windowsDefenderAtp,
  type GraphCall,
  type PortalCall,
  type PublishedApplication,
} from "@defender-mssp/microsoft";
import {
  clientSecretName,
  groupNameInDirectory,
  securityGroupName,
  siemConnectorName,
  siemRedirectUri,
} from "../../../domain/naming";
import type { Settings } from "../../../settings";
import { accessPackageOrphans } from "./accessPackageOrphans";
import type { AzureCalls } from "./azureCalls";
import { azureOrphans } from "./azureOrphans";
import { keyOrphans } from "./keyOrphans";
import { markedOrphans } from "./markedOrphans";
import {
  deletionOf,
  Known,
  madeBy,
  partEvidence,
  text,
  undated,
  type FinderState,
  type GraphObject,
  type Orphan,
  type OrphanRemoval,
} from "./orphan";
import { azuread, component } from "../../../domain/resourceTypes";
import { accessName, siemName } from "../../../domain/resourceNames";

export interface Searched {
  readonly stack: string;
  /** Application (client) ID of the identity that runs `up`; none for a signed-in user. */
  readonly clientId: string | undefined;
  /** Server for Defender calls without a public API; undefined if a person makes the changes. */
  readonly defender: PortalCall | undefined;
  /** Azure Resource Manager. @default not searched */
  readonly azure?: AzureCalls;
}

/** Finds all orphans, parts before the object that contains them. Changes nothing. */
export async function findOrphans(
  call: GraphCall,
  settings: Settings,
  state: FinderState,
  { stack, clientId, defender, azure }: Searched,
): Promise<Orphan[]> {
  const known = new Known(state, stack);
  return [
    ...(await markedOrphans(call, settings, known, defender)),
    ...(await accessPackageOrphans(call, settings, known)),
    ...(await directoryRoles(call, settings, known)),
    ...(await applications(call, settings, known)),
    ...(await groups(call, settings, known)),
    ...(await partsOfApplications(call, settings, known, clientId)),
    ...(azure === undefined ? [] : await azureOrphans(settings, state, azure)),
  ];
}

async function applications(call: GraphCall, { customerName }: Settings, known: Known): Promise<Orphan[]> {
  const type = azuread("ApplicationRegistration");
  const name = siemConnectorName(customerName);
  const found = await graphList(call, `/v1.0/applications?$filter=${equals("displayName", name)}`);
  const orphans = found.filter((one) => !known.has(text(one, "id")));
  return Promise.all(
    orphans.map(async (one) => ({
      what: `application "${name}"`,
      ...(await madeBy(call, "applications", one)),
      evidence: known.describedEvidence(text(one, "description")),
      interrupted: known.isPending(type, { displayName: name }),
      removal: deletionOf(`/v1.0/applications/${text(one, "id")}`),
      restorable: true,
      importArguments: known.importOf(
        type,
        `${siemName}-application`,
        `/applications/${text(one, "id")}`,
        component("SiemConnector"),
      ),
    })),
  );
}

async function groups(call: GraphCall, { msspName, portalAccess }: Settings, known: Known): Promise<Orphan[]> {
  const type = azuread("Group");
  const tiers = "tiers" in portalAccess ? Object.entries(portalAccess.tiers) : [];
  const parts = [["analysts", securityGroupName(msspName)], ...tiers.map(([tier, { name }]) => [tier, name])] as const;
  const found = parts.map(async ([part = "", name = ""]): Promise<Orphan[]> => {
    const displayName = groupNameInDirectory(name);
    const there = await graphList(call, `/v1.0/groups?$filter=${equals("displayName", displayName)}`);
    return Promise.all(
      there
        .filter((one) => !known.has(text(one, "id")))
        .map(async (one) => ({
          what: `group "${displayName}"`,
          ...(await madeBy(call, "groups", one)),
          evidence: known.describedEvidence(text(one, "description")),
          interrupted: known.isPending(type, { displayName }),
          removal: deletionOf(`/v1.0/groups/${text(one, "id")}`),
          // Entra keeps Microsoft 365 groups only.
          restorable: false,
          importArguments: known.importOf(
            type,
            `${accessName}-${part}-group`,
            `/groups/${text(one, "id")}`,
            component("MsspSecurityGroup"),
          ),
        })),
    );
  });
  return (await Promise.all(found)).flat();
}

/** Assignments of the model `basic`'s role to the stack's own principals. */
async function directoryRoles(call: GraphCall, { portalAccess }: Settings, known: Known): Promise<Orphan[]> {
  if (portalAccess.model !== "basic") return [];
  const { role } = portalAccess;
  const given = known.principals().map(async (principalId): Promise<Orphan[]> => {
    const path = "/v1.0/roleManagement/directory/roleAssignments";
    const there = await graphList(call, `${path}?$filter=${equals("principalId", principalId)}`);
    return there
      .filter((one) => text(one, "roleDefinitionId") === directoryRoleTemplates[role] && !known.has(text(one, "id")))
      .map((one) => ({
        ...undated(
          `directory role ${role}, given to ${principalId}`,
          text(one, "id"),
          { owner: "thisStack", text: "its holder is in the stack's state" },
          known.isPending(azuread("DirectoryRoleAssignment"), {
            principalObjectId: principalId,
          }),
        ),
        removal: deletionOf(`${path}/${text(one, "id")}`),
      }));
  });
  return (await Promise.all(given)).flat();
}

/** Parts of the stack's applications that are missing in the state. */
async function partsOfApplications(
  call: GraphCall,
  settings: Settings,
  known: Known,
  clientId: string | undefined,
): Promise<Orphan[]> {
  const parts = await Promise.all(
    known.applications().map(async ({ id }) => {
      const path = `/v1.0/applications/${lastSegment(id).toLowerCase()}`;
      const { status, body } = await call(path, { accept: [404] });
      if (status === 404) return [];
      const application = body as GraphObject;
      return [
        ...redirectUris(application, settings, known),
        ...apiAccess(application, known),
        ...secrets(application, known),
        ...(await keyOrphans(call, application, settings, known)),
        ...(await servicePrincipals(call, application, known, clientId)),
      ];
    }),
  );
  return parts.flat();
}

function redirectUris(application: GraphObject, { customerDomain }: Settings, known: Known): Orphan[] {
  const { redirectUris: uris = [] } = (application.web ?? {}) as { redirectUris?: readonly string[] };
  const whole = `/applications/${text(application, "id")}/redirectUris/Web`;
  if (!uris.includes(siemRedirectUri(customerDomain)) || known.hasWhole(whole)) return [];
  return [
    {
      ...partOf(
        application,
        `redirect URI ${uris.join(", ")}`,
        siemRedirectUri(customerDomain),
        known.isPending(azuread("ApplicationRedirectUris")),
      ),
      removal: change(application, { web: { redirectUris: [] } }),
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
        found.every(({ resourceAppId: apiClientId }) =>
          known.isPending(azuread("ApplicationApiAccess"), { apiClientId }),
        ),
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
      ...partOf(application, `client secret "${clientSecretName}"`, text(one, "keyId"), false),
      createdOn: text(one, "startDateTime"),
      isSecret: true,
      removal: {
        method: "POST",
        path: `/v1.0/applications/${text(application, "id")}/removePassword`,
        json: { keyId: text(one, "keyId") },
      },
    }));
}

async function servicePrincipals(
  call: GraphCall,
  application: GraphObject,
  known: Known,
  clientId: string | undefined,
): Promise<Orphan[]> {
  const appId = text(application, "appId");
  const found = await graphList(call, `/v1.0/servicePrincipals?$filter=${equals("appId", appId)}`);
  const orphans = found.map(async (one): Promise<Orphan[]> => {
    const id = text(one, "id");
    if (known.has(id)) {
      return [...(await consents(call, application, id, known)), ...(await ownership(call, application, id, clientId))];
    }
    return [
      {
        ...partOf(
          application,
          `service principal "${text(one, "displayName")}", with what it was granted`,
          id,
          known.isPending(azuread("ServicePrincipal"), { clientId: appId }),
        ),
        removal: deletionOf(`/v1.0/servicePrincipals/${id}`),
      },
    ];
  });
  return (await Promise.all(orphans)).flat();
}

/** Consents that the program itself grants; others are ignored. */
async function consents(call: GraphCall, application: GraphObject, id: string, known: Known): Promise<Orphan[]> {
  const [grants, roles] = await Promise.all([
    graphList(call, `/v1.0/servicePrincipals/${id}/oauth2PermissionGrants`),
    graphList(call, `/v1.0/servicePrincipals/${id}/appRoleAssignments`),
  ]);
  const orphan = (one: GraphObject, what: string, path: string, type: string): Orphan[] =>
    known.has(text(one, "id"))
      ? []
      : [
          {
            ...partOf(application, what, text(one, "id"), known.isPending(type)),
            createdOn: text(one, "createdDateTime"),
            removal: deletionOf(path),
          },
        ];
  return [
    ...grants
      .filter((one) => text(one, "scope").trim() === "Alert.Read")
      .flatMap((one) =>
        orphan(
          one,
          "consent to Alert.Read",
          `/v1.0/oauth2PermissionGrants/${text(one, "id")}`,
          azuread("ServicePrincipalDelegatedPermissionGrant"),
        ),
      ),
    ...roles
      .map((one) => ({
        one,
        role: allConnectorRoles.find(({ api, value }) => api.appRoles[value] === text(one, "appRoleId")),
      }))
      .flatMap(({ one, role }) =>
        role === undefined
          ? []
          : orphan(
              one,
              `consent to ${role.value}`,
              `/v1.0/servicePrincipals/${text(one, "resourceId")}/appRoleAssignedTo/${text(one, "id")}`,
              azuread("AppRoleAssignment"),
            ),
      ),
  ];
}

/**
 * The provider adds the caller as owner and removes it again: an `up` may have ended in between.
 */
async function ownership(
  call: GraphCall,
  application: GraphObject,
  id: string,
  clientId: string | undefined,
): Promise<Orphan[]> {
  if (clientId === undefined) return [];
  const owners = await graphList(call, `/v1.0/servicePrincipals/${id}/owners`);
  return owners
    .filter((one) => text(one, "appId").toLowerCase() === clientId.toLowerCase())
    .map((one) => ({
      ...partOf(
        application,
        `ownership of its service principal by "${text(one, "displayName")}"`,
        text(one, "id"),
        false,
      ),
      removal: deletionOf(`/v1.0/servicePrincipals/${id}/owners/${text(one, "id")}/$ref`),
    }));
}

const apis: readonly PublishedApplication[] = [windowsDefenderAtp, microsoftGraph];

function nameOfApi(appId: string): string {
  return appId === microsoftGraph.appId ? "Microsoft Graph" : "WindowsDefenderATP";
}

function partOf(application: GraphObject, what: string, id: string, interrupted: boolean): Omit<Orphan, "removal"> {
  const owner = `the application "${text(application, "displayName")}" (${text(application, "id")})`;
  return undated(what, id, partEvidence(owner), interrupted);
}

function change(application: GraphObject, json: unknown): OrphanRemoval {
  return { method: "PATCH", path: `/v1.0/applications/${text(application, "id")}`, json };
}
